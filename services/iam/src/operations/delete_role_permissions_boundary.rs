use crate::{Iam, entity, examples::role, managed, shapes::Nothing, state::RoleRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Removes the permissions boundary of a role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePermissionsBoundary.html>
pub struct DeleteRolePermissionsBoundary;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: String,
}

impl Operation for DeleteRolePermissionsBoundary {
    type Service = Iam;
    const NAME: &'static str = "DeleteRolePermissionsBoundary";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand_bounded::<RoleRow>(facts, "iam:DeleteRolePermissionsBoundary", &input.role_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        entity::delete_boundary::<RoleRow>(call, &input.role_name)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        role()
            .after("iam:PutRolePermissionsBoundary", json!({"RoleName": "Example", "PermissionsBoundary": managed::ADMINISTRATOR}))
            .then(json!({"RoleName": "Example"}))
    }
}
