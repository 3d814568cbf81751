use crate::{
    Ssm,
    examples::{with_parameter, with_secret},
    names::Named,
    parameters,
    shapes::Parameter,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A parameter: its latest version, or one by its number or label.
/// Source: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html>
pub struct GetParameter;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    /// Name or ARN, and behind a colon a version or a label.
    pub name: String,
    /// Whether a SecureString is wanted in the clear.
    #[serde(default)]
    pub with_decryption: bool,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// The parameter.
    pub parameter: Parameter,
}

impl Operation for GetParameter {
    type Service = Ssm;
    const NAME: &'static str = "GetParameter";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ssm>) -> Result<Demands, Error> {
        let named = Named::read(facts, &input.name)?;
        Ok(parameters::demand(facts, "ssm:GetParameter", &named.arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let named = Named::read(call, &input.name)?;
        let row = parameters::load(call, &named)?;
        let selector = named.selector.as_deref();
        let version = parameters::version(call, &row, selector)?;
        Ok(Output { parameter: parameters::shown(call, &row, &version, selector, input.with_decryption)? })
    }

    fn example() -> Example {
        with_parameter(json!({"Name": "/example/name"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![("decrypted", with_secret(json!({"Name": "/example/secret", "WithDecryption": true})).inside(["kms:Decrypt"]))]
    }
}
