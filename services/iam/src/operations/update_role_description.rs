use crate::{Iam, entity, examples::role, names::check_description, shapes::Role, state::RoleRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Changes a role's description.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRoleDescription.html>
pub struct UpdateRoleDescription;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: String,
    description: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    role: Role,
}

impl Operation for UpdateRoleDescription {
    type Service = Iam;
    const NAME: &'static str = "UpdateRoleDescription";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand_bounded::<RoleRow>(facts, "iam:UpdateRoleDescription", &input.role_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_description(Some(&input.description))?;
        let mut row = entity::load::<RoleRow>(call, &input.role_name)?;
        row.description = Some(input.description);
        entity::save(call, &row)?;
        Ok(Output { role: Role::shown(call, row) })
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example", "Description": "builds"}))
    }
}
