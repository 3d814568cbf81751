use crate::{
    Events,
    examples::{RULE, with_rule},
    names::Named,
    tags::{self, Tag},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Gives a rule or a bus tags.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TagResource.html>
pub struct TagResource;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagResourceInput {
    #[serde(rename = "ResourceARN")]
    resource_arn: String,
    tags: Vec<Tag>,
}

impl Operation for TagResource {
    type Service = Events;
    const NAME: &'static str = "TagResource";
    const READ_ONLY: bool = false;
    type Input = TagResourceInput;
    type Output = ();

    fn demands(input: &TagResourceInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        let (named, arn) = Named::read(&input.resource_arn)?;
        Ok(named.demand(view, "events:TagResource", arn)?.with_tags(tags::pairs(&input.tags)).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: TagResourceInput) -> Result<(), Error> {
        let (named, _) = Named::read(&input.resource_arn)?;
        let mut all = named.tags(call)?;
        tags::set(&mut all, input.tags)?;
        named.put_tags(call, all)
    }

    fn example() -> Example {
        with_rule(json!({"ResourceARN": RULE, "Tags": [{"Key": "stage", "Value": "dev"}]}))
    }
}
