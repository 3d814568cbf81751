use crate::{Kms, examples::with_key, keys, shapes::Nothing};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Keeps a key from being used.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKey.html>
pub struct DisableKey;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
}

impl Operation for DisableKey {
    type Service = Kms;
    const NAME: &'static str = "DisableKey";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::demand(facts, "kms:DisableKey", &input.key_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut key = keys::load_whole(call, &input.key_id)?;
        key.enabled = false;
        keys::save(call, &key)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId"}))
    }
}
