use crate::{Iam, entity, examples::role, holding, inputs::One, managed, shapes::Nothing, state::RoleRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Removes the permissions boundary of a role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePermissionsBoundary.html>
pub struct DeleteRolePermissionsBoundary;

impl Operation for DeleteRolePermissionsBoundary {
    type Service = Iam;
    const NAME: &'static str = "DeleteRolePermissionsBoundary";
    const READ_ONLY: bool = false;
    type Input = One<RoleRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand_bounded::<RoleRow>(facts, "iam:DeleteRolePermissionsBoundary", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::delete_boundary(call, input)
    }

    fn example() -> Example {
        role()
            .after("iam:PutRolePermissionsBoundary", json!({"RoleName": "Example", "PermissionsBoundary": managed::ADMINISTRATOR}))
            .then(json!({"RoleName": "Example"}))
    }
}
