use crate::{Ssm, error::constraint, examples::with_parameter, names::Named, parameters, shapes::Parameter};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Several parameters by their names.
/// Source: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html>
pub struct GetParameters;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    /// Names or ARNs, each with a version or label behind a colon if need be.
    pub names: Vec<String>,
    /// Whether SecureStrings are wanted in the clear.
    #[serde(default)]
    pub with_decryption: bool,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// Those that were found.
    pub parameters: Vec<Parameter>,
    /// The names of the others.
    pub invalid_parameters: Vec<String>,
}

/// Names of one call.
const MOST: usize = 10;

pub(crate) fn check_names(names: &[String]) -> Result<(), Error> {
    let told = |must: &str| Err(constraint(&format!("[{}]", names.join(", ")), "names", must));
    match names.len() {
        0 => told("have length greater than or equal to 1"),
        more if more > MOST => told(&format!("have length less than or equal to {MOST}")),
        _ => Ok(()),
    }
}

fn one(call: &mut Authorized<'_, GetParameters>, text: &str, decrypted: bool) -> Result<Parameter, Error> {
    let named = Named::read(call, text)?;
    let row = parameters::load(call, &named)?;
    let selector = named.selector.as_deref();
    let version = parameters::version(call, &row, selector)?;
    parameters::shown(call, &row, &version, selector, decrypted)
}

impl Operation for GetParameters {
    type Service = Ssm;
    const NAME: &'static str = "GetParameters";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ssm>) -> Result<Demands, Error> {
        check_names(&input.names)?;
        facts.account()?;
        let mut demands = Demands::default();
        for text in &input.names {
            // What can be no parameter's name needs no right: it is told as invalid.
            if let Ok(named) = Named::read(facts, text) {
                demands = demands.and(parameters::demand(facts, "ssm:GetParameters", &named.arn)?);
            }
        }
        Ok(demands)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut output = Output { parameters: Vec::new(), invalid_parameters: Vec::new() };
        for (n, text) in input.names.iter().enumerate() {
            if input.names[..n].contains(text) {
                continue;
            }
            match one(call, text, input.with_decryption) {
                Ok(parameter) => output.parameters.push(parameter),
                Err(error) if ["ParameterNotFound", "ParameterVersionNotFound", "ValidationException"].contains(&&*error.code) => {
                    output.invalid_parameters.push(text.clone());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(output)
    }

    fn example() -> Example {
        with_parameter(json!({"Names": ["/example/name", "/example/none"]}))
    }
}
