use crate::{
    Organizations,
    examples::{ACCOUNT, organized},
    ids::{self, TAGGABLE},
    shapes::Nothing,
    tags::tagged,
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Removes tags of a root, a unit, an account or a policy.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_UntagResource.html>
pub struct UntagResource;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_id: String,
    tag_keys: Vec<String>,
}

impl Operation for UntagResource {
    type Service = Organizations;
    const NAME: &'static str = "UntagResource";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.resource_id, &TAGGABLE)?;
        let demand = tree::demand(facts, "organizations:UntagResource", Some(&input.resource_id))?;
        Ok(demand.with("aws:TagKeys", input.tag_keys.clone()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        tree::change(call)?;
        tagged(call, &input.resource_id, |tags| {
            tags.retain(|tag| !input.tag_keys.contains(&tag.key));
            Ok(())
        })?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        organized(json!({"ResourceId": ACCOUNT, "TagKeys": ["team"]}))
    }
}
