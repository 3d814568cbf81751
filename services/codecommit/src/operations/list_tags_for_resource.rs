use crate::{CodeCommit, error, examples, names, state};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// Lists the tags of a repository.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_ListTagsForResource.html>
pub struct ListTagsForResource;

/// Which repository.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    resource_arn: String,
    next_token: Option<String>,
}

/// The tags, all on one page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    tags: BTreeMap<String, String>,
}

impl Operation for ListTagsForResource {
    type Service = CodeCommit;
    const NAME: &'static str = "ListTagsForResource";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, _facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        let (arn, _) = names::resource(&input.resource_arn)?;
        Ok(Demand::new("codecommit:ListTagsForResource", arn).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        if input.next_token.is_some() {
            return Err(error::bad_continuation());
        }
        let (_, name) = names::resource(&input.resource_arn)?;
        Ok(Output { tags: state::repository(call, &name)?.tags.into_iter().collect() })
    }

    fn example() -> Example {
        examples::with_repository(json!({"resourceArn": examples::ARN}))
    }
}
