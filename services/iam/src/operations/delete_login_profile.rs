use crate::{Iam, entity, examples::login, own::own_user, passwords, shapes::Nothing, state::UserRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Takes the password from a user.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteLoginProfile.html>
pub struct DeleteLoginProfile;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: Option<String>,
}

impl Operation for DeleteLoginProfile {
    type Service = Iam;
    const NAME: &'static str = "DeleteLoginProfile";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        let name = own_user(facts.caller(), input.user_name.as_deref())?;
        Ok(entity::demand::<UserRow>(facts, "iam:DeleteLoginProfile", &name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let name = own_user(call.caller(), input.user_name.as_deref())?;
        entity::change::<UserRow>(call, &name, |user| {
            passwords::login(user)?;
            user.login = None;
            Ok(())
        })?;
        Ok(Nothing)
    }

    fn example() -> Example {
        login().then(json!({"UserName": "Example"}))
    }
}
