use crate::{Iam, entity, examples::role, last_used::role_last_used, shapes::Role, state::RoleRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html>
pub struct GetRole;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    role: Role,
}

impl Operation for GetRole {
    type Service = Iam;
    const NAME: &'static str = "GetRole";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<RoleRow>(facts, "iam:GetRole", &input.role_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = entity::load::<RoleRow>(call, &input.role_name)?;
        let trust = call.ids_to_principals(&row.trust);
        let account = call.account()?;
        let last = role_last_used(call, account, &row.holder.id)?;
        Ok(Output { role: Role::of(row, &trust).last_used(last) })
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example"}))
    }
}
