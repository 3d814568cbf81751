use crate::{CodeCommit, examples, names, shapes::Nothing, state};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Removes tags of a repository.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_UntagResource.html>
pub struct UntagResource;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    resource_arn: String,
    #[serde(default)]
    tag_keys: Vec<String>,
}

impl Operation for UntagResource {
    type Service = CodeCommit;
    const NAME: &'static str = "UntagResource";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, _facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        let (arn, _) = names::resource(&input.resource_arn)?;
        if input.tag_keys.is_empty() {
            return Err(Error::new("TagKeysListRequiredException", "A list of tag keys is required"));
        }
        Ok(Demand::new("codecommit:UntagResource", arn).with("aws:TagKeys", input.tag_keys.clone()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let (_, name) = names::resource(&input.resource_arn)?;
        let mut row = state::repository(call, &name)?;
        row.tags.retain(|(key, _)| !input.tag_keys.contains(key));
        state::keep(call, &row).map(|()| Nothing {})
    }

    fn example() -> Example {
        Example::of(json!({"resourceArn": examples::ARN, "tagKeys": ["team"]}))
            .after("codecommit:CreateRepository", json!({"repositoryName": "shop", "tags": {"team": "shop"}}))
    }
}
