use crate::{
    Iam, entity,
    examples::{POLICY, role},
    shapes::Nothing,
    state::RoleRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes an inline policy of a role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePolicy.html>
pub struct DeleteRolePolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: String,
    policy_name: String,
}

impl Operation for DeleteRolePolicy {
    type Service = Iam;
    const NAME: &'static str = "DeleteRolePolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand_bounded::<RoleRow>(facts, "iam:DeleteRolePolicy", &input.role_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        entity::delete_inline::<RoleRow>(call, &input.role_name, &input.policy_name)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        role()
            .after("iam:PutRolePolicy", json!({"RoleName": "Example", "PolicyName": "Example", "PolicyDocument": POLICY}))
            .then(json!({"RoleName": "Example", "PolicyName": "Example"}))
    }
}
