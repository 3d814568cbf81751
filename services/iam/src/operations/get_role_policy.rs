use crate::{
    Iam, entity,
    examples::{POLICY, role},
    holding,
    inputs::Inline,
    shapes::InlinePolicy,
    state::RoleRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// An inline policy of a role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html>
pub struct GetRolePolicy;

impl Operation for GetRolePolicy {
    type Service = Iam;
    const NAME: &'static str = "GetRolePolicy";
    const READ_ONLY: bool = true;
    type Input = Inline<RoleRow>;
    type Output = InlinePolicy<RoleRow>;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<RoleRow>(facts, "iam:GetRolePolicy", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::get_inline(call, input)
    }

    fn example() -> Example {
        role()
            .after("iam:PutRolePolicy", json!({"RoleName": "Example", "PolicyName": "Example", "PolicyDocument": POLICY}))
            .then(json!({"RoleName": "Example", "PolicyName": "Example"}))
    }
}
