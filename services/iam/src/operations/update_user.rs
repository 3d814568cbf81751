use crate::{
    Iam, entity,
    examples::user,
    inputs::Named,
    shapes::Nothing,
    state::{KEYS, UserRow},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Gives a user another name or path. Its unique id stays, and with it its keys, groups and policies, and all policies that name it.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html>
pub struct UpdateUser;

/// What to do.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(flatten)]
    of: Named<UserRow>,
    new_user_name: Option<String>,
    new_path: Option<String>,
}

impl Operation for UpdateUser {
    type Service = Iam;
    const NAME: &'static str = "UpdateUser";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        entity::demands_renamed(facts, "iam:UpdateUser", &input.of, input.new_user_name.as_deref(), input.new_path.as_deref())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut user = entity::load::<UserRow>(call, &input.of)?;
        entity::rename(call, &mut user, input.new_user_name.as_deref(), input.new_path.as_deref())?;
        for id in &user.keys {
            if let Some(mut key) = call.get(&KEYS, id.as_str())? {
                key.user.clone_from(&user.holder.name);
                call.put(&KEYS, id.as_str(), &key)?;
            }
        }
        Ok(Nothing)
    }

    fn example() -> Example {
        user().then(json!({"UserName": "Example", "NewUserName": "Other", "NewPath": "/team/"}))
    }
}
