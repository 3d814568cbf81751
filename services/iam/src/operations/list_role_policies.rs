use crate::{Iam, entity, examples::role, holding, inputs::Listed, shapes::PolicyNames, state::RoleRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// The names of a role's inline policies.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRolePolicies.html>
pub struct ListRolePolicies;

impl Operation for ListRolePolicies {
    type Service = Iam;
    const NAME: &'static str = "ListRolePolicies";
    const READ_ONLY: bool = true;
    type Input = Listed<RoleRow>;
    type Output = PolicyNames;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<RoleRow>(facts, "iam:ListRolePolicies", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::list_inline(call, input)
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example"}))
    }
}
