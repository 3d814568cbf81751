use crate::{Kms, examples::with_key, keys, upkeep};
use base::{Arn, EpochTime};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;

/// Deletes a key after a week to a month, in which it cannot be used.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html>
pub struct ScheduleKeyDeletion;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
    pending_window_in_days: Option<u64>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    key_id: Arn,
    deletion_date: EpochTime,
    key_state: &'static str,
    pending_window_in_days: u64,
}

impl Operation for ScheduleKeyDeletion {
    type Service = Kms;
    const NAME: &'static str = "ScheduleKeyDeletion";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::demand(facts, "kms:ScheduleKeyDeletion", &input.key_id)?
            .with("kms:ScheduleKeyDeletionPendingWindowInDays", input.pending_window_in_days.unwrap_or(30).to_string())
            .into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let days = input.pending_window_in_days.unwrap_or(30);
        if !(7..=30).contains(&days) {
            return Err(Error::validation(format!(
                "1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to satisfy constraint: Member must have value between 7 and 30"
            )));
        }
        let mut key = keys::load_living(call, &input.key_id)?;
        let day = call.now().plus(Duration::from_secs(days * 24 * 60 * 60));
        key.deletion = Some(day);
        upkeep::save(call, &mut key)?;
        Ok(Output { key_id: key.arn, deletion_date: EpochTime(day), key_state: "PendingDeletion", pending_window_in_days: days })
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId"}))
    }
}
