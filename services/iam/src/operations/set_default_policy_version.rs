use crate::{Iam, examples::policy, policies, shapes::Nothing};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Puts a version of a managed policy in force.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetDefaultPolicyVersion.html>
pub struct SetDefaultPolicyVersion;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: Arn,
    version_id: String,
}

impl Operation for SetDefaultPolicyVersion {
    type Service = Iam;
    const NAME: &'static str = "SetDefaultPolicyVersion";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(policies::demand("iam:SetDefaultPolicyVersion", &input.policy_arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut row = policies::load(call, &input.policy_arn)?;
        row.default_version = row.version(&input.version_id)?.number;
        row.updated = call.now();
        policies::save(call, &row)?;
        Ok(Nothing)
    }

    fn example() -> Example {
        policy().then(json!({"PolicyArn": "$0/Policy/Arn", "VersionId": "v1"}))
    }
}
