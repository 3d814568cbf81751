use crate::{
    Ssm,
    examples::with_parameter,
    parameters::{self, load_tagged, tagged},
    tags::Tag,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The tags of a parameter.
/// Source: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ListTagsForResource.html>
pub struct ListTagsForResource;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_type: String,
    resource_id: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    tag_list: Vec<Tag>,
}

impl Operation for ListTagsForResource {
    type Service = Ssm;
    const NAME: &'static str = "ListTagsForResource";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ssm>) -> Result<Demands, Error> {
        let named = tagged(facts, "ListTagsForResource", &input.resource_type, &input.resource_id)?;
        Ok(parameters::demand(facts, "ssm:ListTagsForResource", &named.arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        Ok(Output { tag_list: load_tagged(call, "ListTagsForResource", &input.resource_type, &input.resource_id)?.tags })
    }

    fn example() -> Example {
        with_parameter(json!({"ResourceType": "Parameter", "ResourceId": "/example/name"}))
    }
}
