use crate::{Iam, entity, examples::login, passwords, shapes::Nothing, state::UserRow};
use base::Secret;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Changes a user's password, or whether the user must change it.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateLoginProfile.html>
pub struct UpdateLoginProfile;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: String,
    password: Option<Secret<String>>,
    password_reset_required: Option<bool>,
}

impl Operation for UpdateLoginProfile {
    type Service = Iam;
    const NAME: &'static str = "UpdateLoginProfile";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<UserRow>(facts, "iam:UpdateLoginProfile", &input.user_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut user = entity::load::<UserRow>(call, &input.user_name)?;
        let login = passwords::login(&mut user)?;
        if let Some(password) = &input.password {
            passwords::replace(call, login, password)?;
        }
        login.reset_required = input.password_reset_required.unwrap_or(login.reset_required);
        entity::save(call, &user)?;
        Ok(Nothing)
    }

    fn example() -> Example {
        login().then(json!({"UserName": "Example", "Password": "Another-password-2"}))
    }
}
