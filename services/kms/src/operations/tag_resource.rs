use crate::{
    Kms,
    examples::with_key,
    keys,
    shapes::Nothing,
    tags::{self, Tag},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets tags of a key.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html>
pub struct TagResource;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
    tags: Vec<Tag>,
}

impl Operation for TagResource {
    type Service = Kms;
    const NAME: &'static str = "TagResource";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::demand(facts, "kms:TagResource", &input.key_id)?.with_tags(tags::pairs(&input.tags)).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut key = keys::load_living(call, &input.key_id)?;
        tags::set(&mut key.tags, input.tags)?;
        keys::save(call, &key)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId", "Tags": [{"TagKey": "team", "TagValue": "a"}]}))
    }
}
