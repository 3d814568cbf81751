use crate::{
    Events,
    examples::{RULE, with_rule},
    names::Named,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Takes tags from a rule or a bus.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UntagResource.html>
pub struct UntagResource;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UntagResourceInput {
    #[serde(rename = "ResourceARN")]
    resource_arn: String,
    tag_keys: Vec<String>,
}

impl Operation for UntagResource {
    type Service = Events;
    const NAME: &'static str = "UntagResource";
    const READ_ONLY: bool = false;
    type Input = UntagResourceInput;
    type Output = ();

    fn demands(input: &UntagResourceInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        let (named, arn) = Named::read(&input.resource_arn)?;
        Ok(named.demand(view, "events:UntagResource", arn)?.with("aws:TagKeys", input.tag_keys.clone()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UntagResourceInput) -> Result<(), Error> {
        let (named, _) = Named::read(&input.resource_arn)?;
        let mut all = named.tags(call)?;
        all.retain(|tag| !input.tag_keys.contains(&tag.key));
        named.put_tags(call, all)
    }

    fn example() -> Example {
        with_rule(json!({"ResourceARN": RULE, "TagKeys": ["team"]}))
    }
}
