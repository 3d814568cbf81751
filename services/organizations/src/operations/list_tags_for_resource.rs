use crate::{
    Organizations,
    examples::{ACCOUNT, organized},
    ids::{self, TAGGABLE},
    pages::wrong_page,
    tags::{Tag, tags_of},
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The tags of a root, a unit, an account or a policy.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListTagsForResource.html>
pub struct ListTagsForResource;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_id: String,
    next_token: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) tags: Vec<Tag>,
}

impl Operation for ListTagsForResource {
    type Service = Organizations;
    const NAME: &'static str = "ListTagsForResource";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.resource_id, &TAGGABLE)?;
        Ok(tree::demand(facts, "organizations:ListTagsForResource", Some(&input.resource_id))?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        tree::managed(call)?;
        if input.next_token.is_some() {
            // All tags are on the first page, so no answer gave a token.
            return Err(wrong_page());
        }
        Ok(Output { tags: tags_of(call, &input.resource_id)? })
    }

    fn example() -> Example {
        organized(json!({"ResourceId": ACCOUNT}))
    }
}
