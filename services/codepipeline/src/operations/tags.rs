use crate::{
    CodePipeline, examples,
    pipelines::{Tag, check_tags, named, pairs, shown},
    state::PIPELINES,
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Sets tags of a pipeline.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_TagResource.html>
pub struct TagResource;
/// Removes tags of a pipeline.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_UntagResource.html>
pub struct UntagResource;
/// The tags of a pipeline.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListTagsForResource.html>
pub struct ListTagsForResource;

/// Of what, and the tags.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TagResourceInput {
    /// The pipeline.
    pub resource_arn: Arn,
    /// The tags.
    pub tags: Vec<Tag>,
}

/// Of what, and which.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UntagResourceInput {
    /// The pipeline.
    pub resource_arn: Arn,
    /// The tags' keys.
    pub tag_keys: Vec<String>,
}

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

impl Operation for TagResource {
    type Service = CodePipeline;
    const NAME: &'static str = "TagResource";
    const READ_ONLY: bool = false;
    type Input = TagResourceInput;
    type Output = Value;

    fn demands(input: &TagResourceInput, _facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        Ok(Demand::new("codepipeline:TagResource", input.resource_arn.clone()).with_tags(pairs(&input.tags)).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: TagResourceInput) -> Result<Value, Error> {
        let (account, name, mut row) = named(call, &input.resource_arn)?;
        for tag in &input.tags {
            row.tags.retain(|(key, _)| *key != tag.key);
            row.tags.push((tag.key.clone(), tag.value.clone()));
        }
        check_tags(&shown(&row.tags))?;
        call.put(&PIPELINES, &[account.as_str(), name.as_str()], &row)?;
        Ok(json!({}))
    }

    fn example() -> Example {
        examples::with_pipeline(json!({"resourceArn": ARN, "tags": [{"key": "team", "value": "shop"}]}))
    }
}

impl Operation for UntagResource {
    type Service = CodePipeline;
    const NAME: &'static str = "UntagResource";
    const READ_ONLY: bool = false;
    type Input = UntagResourceInput;
    type Output = Value;

    fn demands(input: &UntagResourceInput, _facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        Ok(Demand::new("codepipeline:UntagResource", input.resource_arn.clone()).with("aws:TagKeys", input.tag_keys.clone()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UntagResourceInput) -> Result<Value, Error> {
        let (account, name, mut row) = named(call, &input.resource_arn)?;
        row.tags.retain(|(key, _)| !input.tag_keys.contains(key));
        call.put(&PIPELINES, &[account.as_str(), name.as_str()], &row)?;
        Ok(json!({}))
    }

    fn example() -> Example {
        examples::with_pipeline(json!({"resourceArn": ARN, "tagKeys": ["team"]}))
    }
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
        examples::with_pipeline(json!({"resourceArn": ARN}))
    }
}

const ARN: &str = "arn:aws:codepipeline:us-east-1:111111111111:example";
