use crate::{Iam, entity, examples::user, own::own_user, shapes::User, state::UserRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A user; without a name, the calling one.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html>
pub struct GetUser;

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
    user: User,
}

impl Operation for GetUser {
    type Service = Iam;
    const NAME: &'static str = "GetUser";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        let name = own_user(facts.caller(), input.user_name.as_deref())?;
        Ok(entity::demand::<UserRow>(facts, "iam:GetUser", &name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let name = own_user(call.caller(), input.user_name.as_deref())?;
        Ok(Output { user: User::of(entity::load::<UserRow>(call, &name)?) })
    }

    fn example() -> Example {
        user().then(json!({"UserName": "Example"}))
    }
}
