use crate::{
    Iam,
    examples::policy,
    policies,
    shapes::Nothing,
    tags::{self, Tag},
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets tags of a managed policy.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagPolicy.html>
pub struct TagPolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: Arn,
    tags: Vec<Tag>,
}

impl Operation for TagPolicy {
    type Service = Iam;
    const NAME: &'static str = "TagPolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(policies::demand("iam:TagPolicy", &input.policy_arn)?.with_tags(tags::pairs(&input.tags)).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut row = policies::load(call, &input.policy_arn)?;
        tags::set(&mut row.tags, input.tags)?;
        policies::save(call, &row)?;
        Ok(Nothing)
    }

    fn example() -> Example {
        policy().then(json!({"PolicyArn": "$0/Policy/Arn", "Tags": [{"Key": "team", "Value": "a"}]}))
    }
}
