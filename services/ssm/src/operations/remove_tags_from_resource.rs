use crate::{
    Ssm,
    examples::with_parameter,
    parameters::{self, load_tagged, tagged},
    shapes::Nothing,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Takes tags from a parameter.
/// Source: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_RemoveTagsFromResource.html>
pub struct RemoveTagsFromResource;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_type: String,
    resource_id: String,
    tag_keys: Vec<String>,
}

impl Operation for RemoveTagsFromResource {
    type Service = Ssm;
    const NAME: &'static str = "RemoveTagsFromResource";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Ssm>) -> Result<Demands, Error> {
        let named = tagged(facts, "RemoveTagsFromResource", &input.resource_type, &input.resource_id)?;
        Ok(parameters::demand(facts, "ssm:RemoveTagsFromResource", &named.arn)?.with("aws:TagKeys", input.tag_keys.clone()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut row = load_tagged(call, "RemoveTagsFromResource", &input.resource_type, &input.resource_id)?;
        row.tags.retain(|tag| !input.tag_keys.contains(&tag.key));
        parameters::save(call, &row)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_parameter(json!({"ResourceType": "Parameter", "ResourceId": "/example/name", "TagKeys": ["a"]}))
    }
}
