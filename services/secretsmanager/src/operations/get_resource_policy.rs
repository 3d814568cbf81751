use crate::{Secretsmanager, examples::with_secret, secrets};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A secret's resource policy.
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetResourcePolicy.html>
pub struct GetResourcePolicy;

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
    resource_policy: Option<String>,
}

impl Operation for GetResourcePolicy {
    type Service = Secretsmanager;
    const NAME: &'static str = "GetResourcePolicy";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Secretsmanager>) -> Result<Demands, Error> {
        Ok(secrets::demand(facts, "secretsmanager:GetResourcePolicy", &input.secret_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = secrets::load(call, &input.secret_id)?;
        let resource_policy = row.policy.map(|policy| call.ids_to_principals(&policy));
        Ok(Output { arn: row.arn, name: row.name, resource_policy })
    }

    fn example() -> Example {
        with_secret(json!({"SecretId": "example"}))
    }
}
