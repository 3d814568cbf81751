use crate::{
    CodePipeline, examples,
    pipelines::{Tag, named, shown},
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The tags of a pipeline.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListTagsForResource.html>
pub struct ListTagsForResource;

/// Of what.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListTagsForResourceInput {
    /// The pipeline.
    pub resource_arn: Arn,
}

/// The tags.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListTagsForResourceOutput {
    tags: Vec<Tag>,
}

impl Operation for ListTagsForResource {
    type Service = CodePipeline;
    const NAME: &'static str = "ListTagsForResource";
    const READ_ONLY: bool = true;
    type Input = ListTagsForResourceInput;
    type Output = ListTagsForResourceOutput;

    fn demands(input: &ListTagsForResourceInput, _facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        Ok(Demand::new("codepipeline:ListTagsForResource", input.resource_arn.clone()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListTagsForResourceInput) -> Result<ListTagsForResourceOutput, Error> {
        let (_, _, row) = named(call, &input.resource_arn)?;
        Ok(ListTagsForResourceOutput { tags: shown(&row.tags) })
    }

    fn example() -> Example {
        examples::with_pipeline(json!({"resourceArn": examples::ARN}))
    }
}
