use crate::{
    CodePipeline, examples,
    pipelines::{self, Tag, page_size, shown},
    tagged::Tagged,
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The tags of a pipeline or a webhook.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListTagsForResource.html>
pub struct ListTagsForResource;

/// Of what.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListTagsForResourceInput {
    /// The pipeline or webhook.
    pub resource_arn: Arn,
    /// Where the page before ended.
    pub next_token: Option<String>,
    /// How many at most: 1 to 100.
    pub max_results: Option<usize>,
}

/// The tags.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListTagsForResourceOutput {
    tags: Vec<Tag>,
    next_token: Option<String>,
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
        let mut tagged = Tagged::named(call, &input.resource_arn)?;
        let size = page_size(input.max_results, 100)?;
        let after = pipelines::after(input.next_token.as_deref())?;
        let mut tags = std::mem::take(tagged.tags());
        tags.retain(|(key, _)| after.as_ref().is_none_or(|after| key > after));
        tags.sort();
        let more = tags.len() > size;
        tags.truncate(size);
        let next_token = tags.last().filter(|_| more).map(|(last, _)| base::list_token(last));
        Ok(ListTagsForResourceOutput { tags: shown(&tags), next_token })
    }

    fn example() -> Example {
        examples::with_pipeline(json!({"resourceArn": examples::ARN}))
    }
}
