use crate::{
    Iam, entity,
    error::no_such_entity,
    examples::user,
    names,
    own::{self, own_user},
    shapes::Nothing,
    state::{KEYS, UserRow},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Switches an access key on or off.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html>
pub struct UpdateAccessKey;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    access_key_id: String,
    status: Status,
    user_name: Option<String>,
}

/// Whether a key may be used.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum Status {
    /// It may.
    Active,
    /// It may not.
    Inactive,
}

impl Operation for UpdateAccessKey {
    type Service = Iam;
    const NAME: &'static str = "UpdateAccessKey";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        let name = own_user(facts.caller(), input.user_name.as_deref())?;
        Ok(entity::demand::<UserRow>(facts, "iam:UpdateAccessKey", &name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let name = own_user(call.caller(), input.user_name.as_deref())?;
        let user = entity::load::<UserRow>(call, &name)?;
        own::check_key(&user, &input.access_key_id)?;
        let missing = || no_such_entity(format!("The Access Key with id {} cannot be found.", names::clipped(&input.access_key_id)));
        let mut row = call.get(&KEYS, input.access_key_id.as_str())?.ok_or_else(missing)?;
        row.active = matches!(input.status, Status::Active);
        call.put(&KEYS, input.access_key_id.as_str(), &row)?;
        Ok(Nothing)
    }

    fn example() -> Example {
        user()
            .after("iam:CreateAccessKey", json!({"UserName": "Example"}))
            .then(json!({"UserName": "Example", "AccessKeyId": "$1/AccessKey/AccessKeyId", "Status": "Inactive"}))
    }
}
