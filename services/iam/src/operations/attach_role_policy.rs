use crate::{Iam, entity, examples::role, managed, shapes::Nothing, state::RoleRow};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Attaches a managed policy to a role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html>
pub struct AttachRolePolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: String,
    policy_arn: Arn,
}

impl Operation for AttachRolePolicy {
    type Service = Iam;
    const NAME: &'static str = "AttachRolePolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        entity::check_policy_arn(&input.policy_arn)?;
        Ok(entity::demand_bounded::<RoleRow>(facts, "iam:AttachRolePolicy", &input.role_name)?
            .with("iam:PolicyARN", &input.policy_arn)
            .into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        entity::attach::<RoleRow>(call, &input.role_name, input.policy_arn)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example", "PolicyArn": managed::ADMINISTRATOR}))
    }
}
