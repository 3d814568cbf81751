use crate::{
    examples::with_connection,
    names::{Kind, Named},
    prefix::Prefix,
    shapes::Nothing,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::marker::PhantomData;

/// Deletes a connection.
/// Source: <https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_DeleteConnection.html>
pub struct DeleteConnection<P>(PhantomData<fn() -> P>);

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteConnectionInput {
    connection_arn: String,
}

impl<P: Prefix> Operation for DeleteConnection<P> {
    type Service = P;
    const NAME: &'static str = "DeleteConnection";
    const READ_ONLY: bool = false;
    type Input = DeleteConnectionInput;
    type Output = Nothing;

    fn demands(input: &DeleteConnectionInput, _view: &mut View<'_, P>) -> Result<Demands, Error> {
        Ok(Named::read(&input.connection_arn, Kind::Connection, "connectionArn")?.demand("DeleteConnection").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteConnectionInput) -> Result<Nothing, Error> {
        let named = Named::read(&input.connection_arn, Kind::Connection, "connectionArn")?;
        named.connection(call)?;
        named.put_connection(call, None)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_connection::<P>(json!({"ConnectionArn": "$0/ConnectionArn"}))
    }
}
