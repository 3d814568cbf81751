use crate::{Iam, examples::policy, policies, shapes::Nothing, tags};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Removes tags of a managed policy.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagPolicy.html>
pub struct UntagPolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: Arn,
    tag_keys: Vec<String>,
}

impl Operation for UntagPolicy {
    type Service = Iam;
    const NAME: &'static str = "UntagPolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(policies::demand("iam:UntagPolicy", &input.policy_arn)?.with("aws:TagKeys", input.tag_keys.clone()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut row = policies::load(call, &input.policy_arn)?;
        tags::unset(&mut row.tags, &input.tag_keys);
        policies::save(call, &row)?;
        Ok(Nothing)
    }

    fn example() -> Example {
        policy().then(json!({"PolicyArn": "$0/Policy/Arn", "TagKeys": ["team"]}))
    }
}
