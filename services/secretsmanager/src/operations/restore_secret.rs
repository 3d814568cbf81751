use crate::{Secretsmanager, examples::with_secret, secrets};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Takes the mark for deletion from a secret.
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RestoreSecret.html>
pub struct RestoreSecret;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    secret_id: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(rename = "ARN")]
    arn: Arn,
    name: String,
}

impl Operation for RestoreSecret {
    type Service = Secretsmanager;
    const NAME: &'static str = "RestoreSecret";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Secretsmanager>) -> Result<Demands, Error> {
        Ok(secrets::demand(facts, "secretsmanager:RestoreSecret", &input.secret_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut row = secrets::load(call, &input.secret_id)?;
        row.deletion = None;
        secrets::save(call, &row)?;
        Ok(Output { arn: row.arn, name: row.name })
    }

    fn example() -> Example {
        with_secret(json!({"SecretId": "example"})).after("secretsmanager:DeleteSecret", json!({"SecretId": "example"}))
    }
}
