use crate::{Kms, examples::with_key, keys, shapes::Nothing};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Removes tags of a key.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_UntagResource.html>
pub struct UntagResource;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
    tag_keys: Vec<String>,
}

impl Operation for UntagResource {
    type Service = Kms;
    const NAME: &'static str = "UntagResource";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::demand(facts, "kms:UntagResource", &input.key_id)?.with("aws:TagKeys", input.tag_keys.clone()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut key = keys::load_living(call, &input.key_id)?;
        key.tags.retain(|tag| !input.tag_keys.contains(&tag.tag_key));
        keys::save(call, &key)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId", "TagKeys": ["team"]}))
    }
}
