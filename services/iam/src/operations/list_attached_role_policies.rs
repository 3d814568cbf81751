use crate::{Iam, entity, examples::role, holding, inputs::ListedBelow, shapes::AttachedPolicies, state::RoleRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// The managed policies that are attached to a role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedRolePolicies.html>
pub struct ListAttachedRolePolicies;

impl Operation for ListAttachedRolePolicies {
    type Service = Iam;
    const NAME: &'static str = "ListAttachedRolePolicies";
    const READ_ONLY: bool = true;
    type Input = ListedBelow<RoleRow>;
    type Output = AttachedPolicies;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<RoleRow>(facts, "iam:ListAttachedRolePolicies", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::list_attached(call, input)
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example"}))
    }
}
