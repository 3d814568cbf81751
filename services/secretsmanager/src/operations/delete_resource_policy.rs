use crate::{Secretsmanager, examples::with_secret, secrets};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Takes a secret's resource policy away.
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteResourcePolicy.html>
pub struct DeleteResourcePolicy;

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

impl Operation for DeleteResourcePolicy {
    type Service = Secretsmanager;
    const NAME: &'static str = "DeleteResourcePolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Secretsmanager>) -> Result<Demands, Error> {
        Ok(secrets::demand(facts, "secretsmanager:DeleteResourcePolicy", &input.secret_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut row = secrets::load_living(call, &input.secret_id)?;
        row.policy = None;
        secrets::save(call, &row)?;
        Ok(Output { arn: row.arn, name: row.name })
    }

    fn example() -> Example {
        with_secret(json!({"SecretId": "example"}))
    }
}
