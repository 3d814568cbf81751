use crate::{
    examples::with_connection,
    names::{Kind, Named},
    prefix::Prefix,
    shapes::ConnectionInfo,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::marker::PhantomData;

/// A connection.
/// Source: <https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_GetConnection.html>
pub struct GetConnection<P>(PhantomData<fn() -> P>);

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetConnectionInput {
    connection_arn: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetConnectionOutput {
    /// The connection.
    pub connection: ConnectionInfo,
}

impl<P: Prefix> Operation for GetConnection<P> {
    type Service = P;
    const NAME: &'static str = "GetConnection";
    const READ_ONLY: bool = true;
    type Input = GetConnectionInput;
    type Output = GetConnectionOutput;

    fn demands(input: &GetConnectionInput, _view: &mut View<'_, P>) -> Result<Demands, Error> {
        Ok(Named::read(&input.connection_arn, Kind::Connection, "connectionArn")?.demand("GetConnection").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetConnectionInput) -> Result<GetConnectionOutput, Error> {
        let row = Named::read(&input.connection_arn, Kind::Connection, "connectionArn")?.connection(call)?;
        Ok(GetConnectionOutput { connection: ConnectionInfo::of(row) })
    }

    fn example() -> Example {
        with_connection::<P>(json!({"ConnectionArn": "$0/ConnectionArn"}))
    }
}
