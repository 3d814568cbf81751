use crate::{
    Ssm,
    examples::with_parameter,
    parameters::{self, load_tagged, tagged},
    shapes::Nothing,
    tags::{self, Tag},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets tags of a parameter.
/// Source: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AddTagsToResource.html>
pub struct AddTagsToResource;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_type: String,
    resource_id: String,
    tags: Vec<Tag>,
}

impl Operation for AddTagsToResource {
    type Service = Ssm;
    const NAME: &'static str = "AddTagsToResource";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Ssm>) -> Result<Demands, Error> {
        let named = tagged(facts, "AddTagsToResource", &input.resource_type, &input.resource_id)?;
        Ok(parameters::demand(facts, "ssm:AddTagsToResource", &named.arn)?.with_tags(tags::pairs(&input.tags)).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut row = load_tagged(call, "AddTagsToResource", &input.resource_type, &input.resource_id)?;
        tags::set(&mut row.tags, input.tags)?;
        parameters::save(call, &row)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_parameter(json!({"ResourceType": "Parameter", "ResourceId": "/example/name", "Tags": [{"Key": "a", "Value": "b"}]}))
    }
}
