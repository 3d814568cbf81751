use crate::{
    examples::with_host,
    names::{Kind, Named},
    prefix::Prefix,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::marker::PhantomData;

/// A host.
/// Source: <https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_GetHost.html>
pub struct GetHost<P>(PhantomData<fn() -> P>);

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetHostInput {
    host_arn: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetHostOutput {
    name: String,
    status: String,
    provider_type: String,
    provider_endpoint: String,
}

impl<P: Prefix> Operation for GetHost<P> {
    type Service = P;
    const NAME: &'static str = "GetHost";
    const READ_ONLY: bool = true;
    type Input = GetHostInput;
    type Output = GetHostOutput;

    fn demands(input: &GetHostInput, _view: &mut View<'_, P>) -> Result<Demands, Error> {
        Ok(Named::read(&input.host_arn, Kind::Host, "hostArn")?.demand("GetHost").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetHostInput) -> Result<GetHostOutput, Error> {
        let row = Named::read(&input.host_arn, Kind::Host, "hostArn")?.host(call)?;
        Ok(GetHostOutput { name: row.name, status: row.status, provider_type: row.provider, provider_endpoint: row.endpoint })
    }

    fn example() -> Example {
        with_host::<P>(json!({"HostArn": "$0/HostArn"}))
    }
}
