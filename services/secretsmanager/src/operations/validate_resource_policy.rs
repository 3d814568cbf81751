use crate::{Secretsmanager, examples::with_secret, policies, secrets};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Whether a resource policy could be set.
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ValidateResourcePolicy.html>
pub struct ValidateResourcePolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    secret_id: Option<String>,
    resource_policy: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policy_validation_passed: bool,
    validation_errors: Vec<ValidationError>,
}

/// What is wrong with a policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ValidationError {
    check_name: String,
    error_message: String,
}

impl Operation for ValidateResourcePolicy {
    type Service = Secretsmanager;
    const NAME: &'static str = "ValidateResourcePolicy";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Secretsmanager>) -> Result<Demands, Error> {
        // Its API page asks for the right to set the policy too.
        let mut demands = Demands::default();
        for action in ["secretsmanager:ValidateResourcePolicy", "secretsmanager:PutResourcePolicy"] {
            demands = demands.and(match &input.secret_id {
                Some(id) => secrets::demand(facts, action, id)?,
                None => Demand::any(action),
            });
        }
        Ok(demands)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        if let Some(id) = &input.secret_id {
            secrets::load(call, id)?;
        }
        let error = match policies::checked(call, &input.resource_policy, true) {
            Ok(_) => None,
            Err(e) if e.status == 400 => Some(ValidationError { check_name: e.code.to_string(), error_message: e.message }),
            Err(e) => return Err(e),
        };
        Ok(Output { policy_validation_passed: error.is_none(), validation_errors: error.into_iter().collect() })
    }

    fn example() -> Example {
        let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "222222222222"},
            "Action": "secretsmanager:GetSecretValue", "Resource": "*"}});
        with_secret(json!({"SecretId": "example", "ResourcePolicy": policy.to_string()}))
    }
}
