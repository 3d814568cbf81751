use crate::{Iam, entity, examples::login, own::own_user, passwords, shapes::LoginProfile, state::UserRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Whether a user has a password, and since when.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetLoginProfile.html>
pub struct GetLoginProfile;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    login_profile: LoginProfile,
}

impl Operation for GetLoginProfile {
    type Service = Iam;
    const NAME: &'static str = "GetLoginProfile";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        let name = own_user(facts.caller(), input.user_name.as_deref())?;
        Ok(entity::demand::<UserRow>(facts, "iam:GetLoginProfile", &name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let name = own_user(call.caller(), input.user_name.as_deref())?;
        let mut user = entity::load::<UserRow>(call, &name)?;
        let login = passwords::login(&mut user)?.clone();
        Ok(Output { login_profile: LoginProfile::of(&user, &login) })
    }

    fn example() -> Example {
        login().then(json!({"UserName": "Example"}))
    }
}
