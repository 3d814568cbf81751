use crate::{
    examples::with_host,
    names::{Kind, Named, connected},
    prefix::Prefix,
    shapes::Nothing,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::marker::PhantomData;

/// Deletes a host that no connection goes to.
/// Source: <https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_DeleteHost.html>
pub struct DeleteHost<P>(PhantomData<fn() -> P>);

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteHostInput {
    host_arn: String,
}

impl<P: Prefix> Operation for DeleteHost<P> {
    type Service = P;
    const NAME: &'static str = "DeleteHost";
    const READ_ONLY: bool = false;
    type Input = DeleteHostInput;
    type Output = Nothing;

    fn demands(input: &DeleteHostInput, _view: &mut View<'_, P>) -> Result<Demands, Error> {
        Ok(Named::read(&input.host_arn, Kind::Host, "hostArn")?.demand("DeleteHost").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteHostInput) -> Result<Nothing, Error> {
        let named = Named::read(&input.host_arn, Kind::Host, "hostArn")?;
        let row = named.host(call)?;
        if connected(call, &row)? {
            return Err(Error::new("ResourceUnavailableException", "The host has connections; delete these first."));
        }
        named.put_host(call, None)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_host::<P>(json!({"HostArn": "$0/HostArn"}))
    }
}
