use crate::{Iam, entity, examples::role, managed, shapes::Nothing, state::RoleRow};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets the permissions boundary of a role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html>
pub struct PutRolePermissionsBoundary;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: String,
    permissions_boundary: Arn,
}

impl Operation for PutRolePermissionsBoundary {
    type Service = Iam;
    const NAME: &'static str = "PutRolePermissionsBoundary";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        entity::check_policy_arn(&input.permissions_boundary)?;
        Ok(entity::demand::<RoleRow>(facts, "iam:PutRolePermissionsBoundary", &input.role_name)?
            .with("iam:PermissionsBoundary", &input.permissions_boundary)
            .into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        entity::put_boundary::<RoleRow>(call, &input.role_name, input.permissions_boundary)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example", "PermissionsBoundary": managed::ADMINISTRATOR}))
    }
}
