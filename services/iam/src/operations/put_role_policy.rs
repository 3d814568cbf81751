use crate::{
    Iam, entity,
    examples::{POLICY, role},
    shapes::Nothing,
    state::RoleRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// An inline policy of a role: made, or replaced.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html>
pub struct PutRolePolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: String,
    policy_name: String,
    policy_document: String,
}

impl Operation for PutRolePolicy {
    type Service = Iam;
    const NAME: &'static str = "PutRolePolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand_bounded::<RoleRow>(facts, "iam:PutRolePolicy", &input.role_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        entity::put_inline::<RoleRow>(call, &input.role_name, input.policy_name, input.policy_document)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example", "PolicyName": "Example", "PolicyDocument": POLICY}))
    }
}
