use crate::{
    Iam, entity,
    error::already_exists,
    examples::{PASSWORD, user},
    own::own_user,
    passwords,
    shapes::LoginProfile,
    state::UserRow,
};
use base::Secret;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Gives a user a password.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html>
pub struct CreateLoginProfile;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: Option<String>,
    password: Secret<String>,
    #[serde(default)]
    password_reset_required: bool,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    login_profile: LoginProfile,
}

impl Operation for CreateLoginProfile {
    type Service = Iam;
    const NAME: &'static str = "CreateLoginProfile";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        let name = own_user(facts.caller(), input.user_name.as_deref())?;
        Ok(entity::demand::<UserRow>(facts, "iam:CreateLoginProfile", &name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let name = own_user(call.caller(), input.user_name.as_deref())?;
        let mut user = entity::load::<UserRow>(call, &name)?;
        if user.login.is_some() {
            return Err(already_exists(format!("Login Profile for user {} already exists.", user.holder.name)));
        }
        let login = passwords::first(call, &input.password, input.password_reset_required)?;
        let login_profile = LoginProfile::of(&user, &login);
        user.login = Some(login);
        entity::save(call, &user)?;
        Ok(Output { login_profile })
    }

    fn example() -> Example {
        user().then(json!({"UserName": "Example", "Password": PASSWORD, "PasswordResetRequired": true}))
    }
}
