use crate::{
    Iam, entity,
    examples::{POLICY, role},
    holding,
    inputs::InlineDocument,
    shapes::Nothing,
    state::RoleRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// An inline policy of a role: made, or replaced.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html>
pub struct PutRolePolicy;

impl Operation for PutRolePolicy {
    type Service = Iam;
    const NAME: &'static str = "PutRolePolicy";
    const READ_ONLY: bool = false;
    type Input = InlineDocument<RoleRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand_bounded::<RoleRow>(facts, "iam:PutRolePolicy", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::put_inline(call, input)
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example", "PolicyName": "Example", "PolicyDocument": POLICY}))
    }
}
