use crate::{
    Iam, entity,
    error::limit_exceeded,
    examples::user,
    own::own_user,
    state::{AccessKeyRow, KEYS, UserRow},
};
use base::{IsoTime, Secret, access_key_id, secret_access_key};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A new access key of a user; its secret is shown here and never again.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html>
pub struct CreateAccessKey;

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
    pub(crate) access_key: NewAccessKey,
}

/// An access key with its secret.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NewAccessKey {
    user_name: String,
    pub(crate) access_key_id: String,
    status: &'static str,
    pub(crate) secret_access_key: Secret<String>,
    create_date: IsoTime,
}

/// Keys that a user may have.
pub(crate) const MOST_KEYS: usize = 2;

impl Operation for CreateAccessKey {
    type Service = Iam;
    const NAME: &'static str = "CreateAccessKey";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        let name = own_user(facts.caller(), input.user_name.as_deref())?;
        Ok(entity::demand::<UserRow>(facts, "iam:CreateAccessKey", &name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let name = own_user(call.caller(), input.user_name.as_deref())?;
        let mut user = entity::load::<UserRow>(call, &name)?;
        if user.keys.len() >= MOST_KEYS {
            return Err(limit_exceeded(format!("Cannot exceed quota for AccessKeysPerUser: {MOST_KEYS}")));
        }
        let id = access_key_id(call.entropy(), "AKIA");
        let row = AccessKeyRow {
            account: call.account()?,
            user: user.holder.name.clone(),
            secret: secret_access_key(call.entropy()),
            active: true,
            created: call.now(),
        };
        call.put(&KEYS, id.as_str(), &row)?;
        user.keys.push(id.clone());
        entity::save(call, &user)?;
        let access_key = NewAccessKey {
            user_name: row.user,
            access_key_id: id,
            status: "Active",
            secret_access_key: row.secret,
            create_date: IsoTime(row.created),
        };
        Ok(Output { access_key })
    }

    fn example() -> Example {
        user().then(json!({"UserName": "Example"}))
    }
}
