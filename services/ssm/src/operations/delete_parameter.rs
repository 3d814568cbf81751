use crate::{Ssm, examples::with_parameter, names::Named, parameters, shapes::Nothing};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a parameter.
/// Source: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html>
pub struct DeleteParameter;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    name: String,
}

impl Operation for DeleteParameter {
    type Service = Ssm;
    const NAME: &'static str = "DeleteParameter";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Ssm>) -> Result<Demands, Error> {
        let named = Named::own(facts, &input.name)?;
        Ok(parameters::demand(facts, "ssm:DeleteParameter", &named.arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let named = Named::own(call, &input.name)?;
        let row = parameters::load(call, &named)?;
        parameters::delete(call, &row)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_parameter(json!({"Name": "/example/name"}))
    }
}
