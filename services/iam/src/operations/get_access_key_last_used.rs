use crate::{
    Iam,
    error::no_such_entity,
    examples::user,
    last_used::key_last_used,
    names::clipped,
    state::{AccessKeyRow, KEYS, USERS},
};
use base::{Arn, IsoTime};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// When an access key was used last, for what and where: derived from the trail.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html>
pub struct GetAccessKeyLastUsed;

/// Which key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    access_key_id: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    user_name: String,
    access_key_last_used: AccessKeyLastUsed,
}

/// The last use.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AccessKeyLastUsed {
    last_used_date: Option<IsoTime>,
    service_name: String,
    region: String,
}

/// What AWS says of a key that was never used.
const NEVER: &str = "N/A";

fn key(view: &mut View<'_, Iam>, id: &str) -> Result<Option<AccessKeyRow>, Error> {
    view.get(&KEYS, id)
}

impl Operation for GetAccessKeyLastUsed {
    type Service = Iam;
    const NAME: &'static str = "GetAccessKeyLastUsed";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        let user = match key(facts, &input.access_key_id)? {
            Some(row) => facts.get(&USERS, &[row.account.as_str(), &row.user.to_ascii_lowercase()])?.map(|user| user.holder.arn),
            None => None,
        };
        // Whose key it would be nobody can say: one must be allowed on all users.
        let arn = user.map_or_else(|| Ok::<_, Error>(Arn::global("iam", facts.account()?, "user/*")), Ok)?;
        Ok(Demand::new("iam:GetAccessKeyLastUsed", arn).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let missing = || no_such_entity(format!("The Access Key with id {} cannot be found.", clipped(&input.access_key_id)));
        let row = key(call, &input.access_key_id)?.ok_or_else(missing)?;
        let last = key_last_used(call, row.account, &input.access_key_id)?;
        let access_key_last_used = AccessKeyLastUsed {
            last_used_date: last.as_ref().map(|last| IsoTime(last.time)),
            service_name: last.as_ref().and_then(|last| last.action.split(':').next()).unwrap_or(NEVER).to_owned(),
            region: last.map_or_else(|| NEVER.to_owned(), |last| last.region),
        };
        Ok(Output { user_name: row.user, access_key_last_used })
    }

    fn example() -> Example {
        user().after("iam:CreateAccessKey", json!({"UserName": "Example"})).then(json!({"AccessKeyId": "$1/AccessKey/AccessKeyId"}))
    }
}
