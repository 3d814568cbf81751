use crate::{Iam, examples::policy, policies, shapes::TagList};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The tags of a managed policy.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyTags.html>
pub struct ListPolicyTags;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: Arn,
    marker: Option<String>,
    max_items: Option<usize>,
}

impl Operation for ListPolicyTags {
    type Service = Iam;
    const NAME: &'static str = "ListPolicyTags";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = TagList;

    fn demands(input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(policies::demand("iam:ListPolicyTags", &input.policy_arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Self::Output, Error> {
        let row = policies::load(call, &input.policy_arn)?;
        TagList::page(row.tags, input.marker.as_deref(), input.max_items)
    }

    fn example() -> Example {
        policy().then(json!({"PolicyArn": "$0/Policy/Arn"}))
    }
}
