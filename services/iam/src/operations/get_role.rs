use crate::{Iam, entity, examples::role, inputs::One, last_used::role_last_used, shapes::Role, state::RoleRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// A role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html>
pub struct GetRole;

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
    type Input = One<RoleRow>;
    type Output = Output;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand_bounded::<RoleRow>(facts, "iam:GetRole", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Output, Error> {
        let row = entity::load::<RoleRow>(call, &input.of)?;
        let account = call.account()?;
        let last = role_last_used(call, account, &row.holder.id)?;
        Ok(Output { role: Role::shown(call, row).last_used(last) })
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example"}))
    }
}
