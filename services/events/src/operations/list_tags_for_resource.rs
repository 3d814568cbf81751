use crate::{
    Events,
    examples::{RULE, with_rule},
    names::Named,
    tags::Tag,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The tags of a rule or a bus.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListTagsForResource.html>
pub struct ListTagsForResource;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListTagsForResourceInput {
    #[serde(rename = "ResourceARN")]
    resource_arn: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListTagsForResourceOutput {
    tags: Vec<Tag>,
}

impl Operation for ListTagsForResource {
    type Service = Events;
    const NAME: &'static str = "ListTagsForResource";
    const READ_ONLY: bool = true;
    type Input = ListTagsForResourceInput;
    type Output = ListTagsForResourceOutput;

    fn demands(input: &ListTagsForResourceInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        let (named, arn) = Named::read(&input.resource_arn)?;
        Ok(named.demand(view, "events:ListTagsForResource", arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListTagsForResourceInput) -> Result<ListTagsForResourceOutput, Error> {
        let (named, _) = Named::read(&input.resource_arn)?;
        Ok(ListTagsForResourceOutput { tags: named.tags(call)? })
    }

    fn example() -> Example {
        with_rule(json!({"ResourceARN": RULE}))
    }
}
