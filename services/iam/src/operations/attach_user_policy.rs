use crate::{Iam, entity, examples::user, managed, shapes::Nothing, state::UserRow};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Attaches a managed policy to a user.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html>
pub struct AttachUserPolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: String,
    policy_arn: Arn,
}

impl Operation for AttachUserPolicy {
    type Service = Iam;
    const NAME: &'static str = "AttachUserPolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        entity::check_policy_arn(&input.policy_arn)?;
        Ok(entity::demand_bounded::<UserRow>(facts, "iam:AttachUserPolicy", &input.user_name)?
            .with("iam:PolicyARN", &input.policy_arn)
            .into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        entity::attach::<UserRow>(call, &input.user_name, input.policy_arn)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        user().then(json!({"UserName": "Example", "PolicyArn": managed::ADMINISTRATOR}))
    }
}
