use crate::{Secretsmanager, examples::with_secret, policies, secrets};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets a secret's resource policy.
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html>
pub struct PutResourcePolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    secret_id: String,
    resource_policy: String,
    #[serde(default)]
    block_public_policy: bool,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// Its ARN.
    #[serde(rename = "ARN")]
    pub arn: Arn,
    name: String,
}

impl Operation for PutResourcePolicy {
    type Service = Secretsmanager;
    const NAME: &'static str = "PutResourcePolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Secretsmanager>) -> Result<Demands, Error> {
        Ok(secrets::demand(facts, "secretsmanager:PutResourcePolicy", &input.secret_id)?
            .with("secretsmanager:BlockPublicPolicy", input.block_public_policy)
            .into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut row = secrets::load_living(call, &input.secret_id)?;
        row.policy = Some(policies::checked(call, &input.resource_policy, input.block_public_policy)?);
        secrets::save(call, &row)?;
        Ok(Output { arn: row.arn, name: row.name })
    }

    fn example() -> Example {
        let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "222222222222"},
            "Action": "secretsmanager:GetSecretValue", "Resource": "*"}});
        with_secret(json!({"SecretId": "example", "ResourcePolicy": policy.to_string()}))
    }
}
