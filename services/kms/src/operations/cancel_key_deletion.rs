use crate::{Kms, error::invalid_state, examples::with_key, keys, upkeep};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Keeps a key that was to be deleted; it is disabled then.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html>
pub struct CancelKeyDeletion;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    key_id: Arn,
}

impl Operation for CancelKeyDeletion {
    type Service = Kms;
    const NAME: &'static str = "CancelKeyDeletion";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::demand(facts, "kms:CancelKeyDeletion", &input.key_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut key = keys::load(call, &input.key_id)?;
        if key.deletion.take().is_none() {
            return Err(invalid_state(format!("{} is not pending deletion.", key.arn)));
        }
        key.enabled = false;
        upkeep::save(call, &mut key)?;
        Ok(Output { key_id: key.arn })
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId"})).after("kms:ScheduleKeyDeletion", json!({"KeyId": "$0/KeyMetadata/KeyId"}))
    }
}
