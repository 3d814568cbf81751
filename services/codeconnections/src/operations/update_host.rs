use crate::{
    examples::with_host,
    names::{Kind, Named, check_endpoint},
    prefix::Prefix,
    shapes::Nothing,
    state::HostRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::marker::PhantomData;

/// Changes where a host is reached.
/// Source: <https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_UpdateHost.html>
pub struct UpdateHost<P>(PhantomData<fn() -> P>);

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateHostInput {
    host_arn: String,
    provider_endpoint: Option<String>,
    vpc_configuration: Option<Value>,
}

impl<P: Prefix> Operation for UpdateHost<P> {
    type Service = P;
    const NAME: &'static str = "UpdateHost";
    const READ_ONLY: bool = false;
    type Input = UpdateHostInput;
    type Output = Nothing;

    fn demands(input: &UpdateHostInput, _view: &mut View<'_, P>) -> Result<Demands, Error> {
        Ok(Named::read(&input.host_arn, Kind::Host, "hostArn")?.demand("UpdateHost").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UpdateHostInput) -> Result<Nothing, Error> {
        if input.vpc_configuration.is_some() {
            return Err(Error::not_implemented(&format!("{}:UpdateHost with VpcConfiguration", P::NAME)));
        }
        let named = Named::read(&input.host_arn, Kind::Host, "hostArn")?;
        let row = named.host(call)?;
        let endpoint = input.provider_endpoint.unwrap_or_else(|| row.endpoint.clone());
        check_endpoint(&endpoint)?;
        named.put_host(call, Some(HostRow { endpoint, ..row }))?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_host::<P>(json!({"HostArn": "$0/HostArn", "ProviderEndpoint": "https://code.example"}))
    }
}
