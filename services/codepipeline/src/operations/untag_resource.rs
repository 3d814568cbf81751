use crate::{CodePipeline, examples, tagged::Tagged};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Removes tags of a pipeline or a webhook.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_UntagResource.html>
pub struct UntagResource;

/// Of what, and which.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UntagResourceInput {
    /// The pipeline or webhook.
    pub resource_arn: Arn,
    /// The tags' keys.
    pub tag_keys: Vec<String>,
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
        let mut tagged = Tagged::named(call, &input.resource_arn)?;
        tagged.tags().retain(|(key, _)| !input.tag_keys.contains(key));
        tagged.save(call)?;
        Ok(json!({}))
    }

    fn example() -> Example {
        examples::with_pipeline(json!({"resourceArn": examples::ARN, "tagKeys": ["team"]}))
    }
}
