use crate::{Iam, entity, error::delete_conflict, examples::role, inputs::One, profiles, shapes::Nothing, state::RoleRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Deletes a role that holds no policies and is in no instance profile. Its sessions end, and a role made again under its name is another one.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html>
pub struct DeleteRole;

impl Operation for DeleteRole {
    type Service = Iam;
    const NAME: &'static str = "DeleteRole";
    const READ_ONLY: bool = false;
    type Input = One<RoleRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand_bounded::<RoleRow>(facts, "iam:DeleteRole", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Nothing, Error> {
        let row = entity::load::<RoleRow>(call, &input.of)?;
        if !profiles::of_role(call, &row)?.is_empty() {
            return Err(delete_conflict("Cannot delete entity, must remove roles from instance profile first."));
        }
        entity::end(call, &row)?;
        Ok(Nothing)
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example"}))
    }
}
