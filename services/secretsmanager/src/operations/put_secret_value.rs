use crate::{
    Secretsmanager,
    error::invalid,
    examples::with_secret,
    secrets,
    values::{self, Value},
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A new version of a secret's value.
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html>
pub struct PutSecretValue;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    secret_id: String,
    client_request_token: Option<String>,
    #[serde(flatten)]
    value: Value,
    version_stages: Option<Vec<String>>,
    rotation_token: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(rename = "ARN")]
    arn: Arn,
    name: String,
    version_id: String,
    version_stages: Vec<String>,
}

impl Operation for PutSecretValue {
    type Service = Secretsmanager;
    const NAME: &'static str = "PutSecretValue";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Secretsmanager>) -> Result<Demands, Error> {
        Ok(secrets::demand(facts, "secretsmanager:PutSecretValue", &input.secret_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        if !input.value.is_given() {
            return Err(invalid("You must provide either SecretString or SecretBinary."));
        }
        if input.rotation_token.is_some() {
            return Err(Error::not_implemented("secretsmanager:PutSecretValue with RotationToken"));
        }
        let mut row = secrets::load_living(call, &input.secret_id)?;
        let token = values::token(call, input.client_request_token.as_deref())?;
        let version_stages = values::add(call, &mut row, &token, &input.value, input.version_stages)?;
        secrets::save(call, &row)?;
        Ok(Output { arn: row.arn, name: row.name, version_id: token, version_stages })
    }

    fn example() -> Example {
        with_secret(
            json!({"ClientRequestToken": "0f2d3c4b-0000-4000-8000-000000000001", "SecretId": "example", "SecretString": "another value"}),
        )
        .inside(["kms:GenerateDataKey"])
    }
}
