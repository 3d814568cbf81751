use super::create_key::check_description;
use crate::{Kms, examples::with_key, keys, shapes::Nothing};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Changes a key's description.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateKeyDescription.html>
pub struct UpdateKeyDescription;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
    description: String,
}

impl Operation for UpdateKeyDescription {
    type Service = Kms;
    const NAME: &'static str = "UpdateKeyDescription";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::demand(facts, "kms:UpdateKeyDescription", &input.key_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        check_description(&input.description)?;
        let mut key = keys::load_living(call, &input.key_id)?;
        key.description = input.description;
        keys::save(call, &key)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId", "Description": "new"}))
    }
}
