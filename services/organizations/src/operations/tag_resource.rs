use crate::{
    Organizations,
    examples::{ACCOUNT, organized},
    ids::{self, TAGGABLE},
    shapes::Nothing,
    tags::{self, Tag, tagged},
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets tags of a root, a unit, an account or a policy.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_TagResource.html>
pub struct TagResource;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_id: String,
    tags: Vec<Tag>,
}

impl Operation for TagResource {
    type Service = Organizations;
    const NAME: &'static str = "TagResource";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.resource_id, &TAGGABLE)?;
        let pairs = input.tags.iter().map(|t| (t.key.as_str(), t.value.as_str()));
        Ok(tree::demand(facts, "organizations:TagResource", Some(&input.resource_id))?.with_tags(pairs).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        tree::change(call)?;
        tagged(call, &input.resource_id, |tags| tags::set(tags, input.tags))?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        organized(json!({"ResourceId": ACCOUNT, "Tags": [{"Key": "team", "Value": "shop"}]}))
    }
}
