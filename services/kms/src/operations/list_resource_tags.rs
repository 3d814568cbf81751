use crate::{Kms, examples::with_key, keys, pages::page, tags::Tag};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The tags of a key.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListResourceTags.html>
pub struct ListResourceTags;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
    limit: Option<usize>,
    marker: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    tags: Vec<Tag>,
    next_marker: Option<String>,
    truncated: bool,
}

impl Operation for ListResourceTags {
    type Service = Kms;
    const NAME: &'static str = "ListResourceTags";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::demand(facts, "kms:ListResourceTags", &input.key_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut tags = keys::load(call, &input.key_id)?.tags;
        tags.sort_by(|a, b| a.tag_key.cmp(&b.tag_key));
        let page = page(tags, |tag| &tag.tag_key, input.marker.as_deref(), input.limit)?;
        Ok(Output { truncated: page.next.is_some(), next_marker: page.next, tags: page.items })
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId"}))
    }
}
