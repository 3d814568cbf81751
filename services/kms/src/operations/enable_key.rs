use crate::{Kms, examples::with_key, keys, shapes::Nothing, upkeep};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lets a key be used again.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKey.html>
pub struct EnableKey;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
}

impl Operation for EnableKey {
    type Service = Kms;
    const NAME: &'static str = "EnableKey";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::demand(facts, "kms:EnableKey", &input.key_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut key = keys::load_whole(call, &input.key_id)?;
        key.enabled = true;
        upkeep::save(call, &mut key)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId"}))
    }
}
