use crate::{
    Iam, entity,
    examples::{POLICY, role},
    holding,
    inputs::Inline,
    shapes::Nothing,
    state::RoleRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Deletes an inline policy of a role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePolicy.html>
pub struct DeleteRolePolicy;

impl Operation for DeleteRolePolicy {
    type Service = Iam;
    const NAME: &'static str = "DeleteRolePolicy";
    const READ_ONLY: bool = false;
    type Input = Inline<RoleRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand_bounded::<RoleRow>(facts, "iam:DeleteRolePolicy", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::delete_inline(call, input)
    }

    fn example() -> Example {
        role()
            .after("iam:PutRolePolicy", json!({"RoleName": "Example", "PolicyName": "Example", "PolicyDocument": POLICY}))
            .then(json!({"RoleName": "Example", "PolicyName": "Example"}))
    }
}
