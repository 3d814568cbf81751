use crate::{Iam, entity, examples::role, shapes::Nothing, state::RoleRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a role that holds no policies. Its sessions end, and a role made again under its name is another one.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html>
pub struct DeleteRole;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: String,
}

impl Operation for DeleteRole {
    type Service = Iam;
    const NAME: &'static str = "DeleteRole";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<RoleRow>(facts, "iam:DeleteRole", &input.role_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let row = entity::load::<RoleRow>(call, &input.role_name)?;
        entity::end(call, &row)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example"}))
    }
}
