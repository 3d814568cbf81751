use crate::{Ssm, examples::with_parameter, names::Named, operations::get_parameters::check_names, parameters};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes several parameters.
/// Source: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameters.html>
pub struct DeleteParameters;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    names: Vec<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    deleted_parameters: Vec<String>,
    invalid_parameters: Vec<String>,
}

impl Operation for DeleteParameters {
    type Service = Ssm;
    const NAME: &'static str = "DeleteParameters";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ssm>) -> Result<Demands, Error> {
        check_names(&input.names)?;
        facts.account()?;
        let mut demands = Demands::default();
        for text in &input.names {
            if let Ok(named) = Named::own(facts, text) {
                demands = demands.and(parameters::demand(facts, "ssm:DeleteParameters", &named.arn)?);
            }
        }
        Ok(demands)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut output = Output { deleted_parameters: Vec::new(), invalid_parameters: Vec::new() };
        for text in input.names {
            let found = Named::own(call, &text).and_then(|named| parameters::load(call, &named));
            match found {
                Ok(row) => {
                    parameters::delete(call, &row)?;
                    output.deleted_parameters.push(text);
                }
                Err(error) if ["ParameterNotFound", "ValidationException"].contains(&&*error.code) => output.invalid_parameters.push(text),
                Err(error) => return Err(error),
            }
        }
        Ok(output)
    }

    fn example() -> Example {
        with_parameter(json!({"Names": ["/example/name", "/example/none"]}))
    }
}
