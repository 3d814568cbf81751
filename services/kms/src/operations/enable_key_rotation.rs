use crate::{Kms, examples::with_key, keys, shapes::Nothing, upkeep};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lets a key get new material from time to time.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html>
pub struct EnableKeyRotation;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
    rotation_period_in_days: Option<u64>,
}

impl Operation for EnableKeyRotation {
    type Service = Kms;
    const NAME: &'static str = "EnableKeyRotation";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::demand(facts, "kms:EnableKeyRotation", &input.key_id)?
            .with_some("kms:RotationPeriodInDays", input.rotation_period_in_days.map(|days| days.to_string()))
            .into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let days = input.rotation_period_in_days.unwrap_or(365);
        if !(90..=2560).contains(&days) {
            return Err(Error::validation(format!(
                "1 validation error detected: Value '{days}' at 'rotationPeriodInDays' failed to satisfy constraint: Member must have value between 90 and 2560"
            )));
        }
        let mut key = keys::load_rotating(call, &input.key_id)?;
        if key.rotation_days.replace(days) != Some(days) {
            // The period counts from when it was set.
            key.rotation_since = Some(call.now());
        }
        upkeep::save(call, &mut key)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId"}))
    }
}
