use crate::{Kms, examples::with_key, keys};
use base::{Arn, EpochTime};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Whether a key rotates, and when next.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html>
pub struct GetKeyRotationStatus;

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
    key_rotation_enabled: bool,
    rotation_period_in_days: Option<u64>,
    next_rotation_date: Option<EpochTime>,
}

impl Operation for GetKeyRotationStatus {
    type Service = Kms;
    const NAME: &'static str = "GetKeyRotationStatus";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::demand(facts, "kms:GetKeyRotationStatus", &input.key_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let key = keys::load(call, &input.key_id)?;
        keys::check_rotates(&key)?;
        // What is pending deletion does not rotate; what is kept after all does again.
        let living = key.deletion.is_none();
        Ok(Output {
            key_rotation_enabled: living && key.rotation_days.is_some(),
            rotation_period_in_days: key.rotation_days.filter(|_| living),
            next_rotation_date: key.next_rotation().filter(|_| living).map(EpochTime),
            key_id: key.arn,
        })
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId"}))
    }
}
