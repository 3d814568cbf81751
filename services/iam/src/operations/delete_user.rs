use crate::{Iam, entity, error::delete_conflict, examples::user, shapes::Nothing, state::UserRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a user that holds neither policies nor access keys.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html>
pub struct DeleteUser;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: String,
}

impl Operation for DeleteUser {
    type Service = Iam;
    const NAME: &'static str = "DeleteUser";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<UserRow>(facts, "iam:DeleteUser", &input.user_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let row = entity::load::<UserRow>(call, &input.user_name)?;
        if !row.keys.is_empty() {
            return Err(delete_conflict("Cannot delete entity, must delete access keys first."));
        }
        entity::end(call, &row)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        user().then(json!({"UserName": "Example"}))
    }
}
