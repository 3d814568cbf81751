use crate::{
    CodePipeline, examples,
    pipelines::{Tag, check_tags, pairs, shown},
    tagged::Tagged,
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Sets tags of a pipeline or a webhook.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_TagResource.html>
pub struct TagResource;

/// Of what, and the tags.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TagResourceInput {
    /// The pipeline or webhook.
    pub resource_arn: Arn,
    /// The tags.
    pub tags: Vec<Tag>,
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
        let mut tagged = Tagged::named(call, &input.resource_arn)?;
        for tag in &input.tags {
            tagged.tags().retain(|(key, _)| *key != tag.key);
            tagged.tags().push((tag.key.clone(), tag.value.clone()));
        }
        check_tags(&shown(tagged.tags()))?;
        tagged.save(call)?;
        Ok(json!({}))
    }

    fn example() -> Example {
        examples::with_pipeline(json!({"resourceArn": examples::ARN, "tags": [{"key": "team", "value": "shop"}]}))
    }
}
