use crate::{Iam, entity, error::delete_conflict, examples::user, inputs::One, shapes::Nothing, state::UserRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Deletes a user that has neither policies nor groups nor credentials. A user made again under its name is another one.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html>
pub struct DeleteUser;

impl Operation for DeleteUser {
    type Service = Iam;
    const NAME: &'static str = "DeleteUser";
    const READ_ONLY: bool = false;
    type Input = One<UserRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<UserRow>(facts, "iam:DeleteUser", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Nothing, Error> {
        let row = entity::load::<UserRow>(call, &input.of)?;
        let still = [
            (!row.groups.is_empty(), "must remove users from group first"),
            (!row.keys.is_empty(), "must delete access keys first"),
            (row.login.is_some(), "must delete login profile first"),
        ];
        if let Some((_, what)) = still.iter().find(|(has, _)| *has) {
            return Err(delete_conflict(format!("Cannot delete entity, {what}.")));
        }
        entity::end(call, &row)?;
        Ok(Nothing)
    }

    fn example() -> Example {
        user().then(json!({"UserName": "Example"}))
    }
}
