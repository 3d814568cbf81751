use super::create_role::checked_duration;
use crate::{Iam, entity, examples::role, names::check_description, state::RoleRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Changes a role's description and its longest session.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html>
pub struct UpdateRole;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: String,
    description: Option<String>,
    max_session_duration: Option<u64>,
}

/// Nothing, but an answer all the same.
#[derive(Debug, Serialize)]
pub struct Output {}

impl Operation for UpdateRole {
    type Service = Iam;
    const NAME: &'static str = "UpdateRole";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand_bounded::<RoleRow>(facts, "iam:UpdateRole", &input.role_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_description(input.description.as_deref())?;
        let duration = input.max_session_duration.map(checked_duration).transpose()?;
        entity::change::<RoleRow>(call, &input.role_name, |role| {
            role.description = input.description.or(role.description.take());
            role.max_session_duration = duration.unwrap_or(role.max_session_duration);
            Ok(())
        })?;
        Ok(Output {})
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example", "MaxSessionDuration": 7200}))
    }
}
