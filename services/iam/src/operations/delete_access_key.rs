use crate::{
    Iam, entity,
    examples::user,
    own::{self, own_user},
    shapes::Nothing,
    state::{KEYS, UserRow},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes an access key.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html>
pub struct DeleteAccessKey;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    access_key_id: String,
    user_name: Option<String>,
}

impl Operation for DeleteAccessKey {
    type Service = Iam;
    const NAME: &'static str = "DeleteAccessKey";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        let name = own_user(facts.caller(), input.user_name.as_deref())?;
        Ok(entity::demand::<UserRow>(facts, "iam:DeleteAccessKey", &name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let name = own_user(call.caller(), input.user_name.as_deref())?;
        let mut user = entity::load::<UserRow>(call, &name)?;
        own::check_key(&user, &input.access_key_id)?;
        user.keys.retain(|id| *id != input.access_key_id);
        call.delete(&KEYS, input.access_key_id.as_str());
        entity::save(call, &user)?;
        Ok(Nothing)
    }

    fn example() -> Example {
        user()
            .after("iam:CreateAccessKey", json!({"UserName": "Example"}))
            .then(json!({"UserName": "Example", "AccessKeyId": "$1/AccessKey/AccessKeyId"}))
    }
}
