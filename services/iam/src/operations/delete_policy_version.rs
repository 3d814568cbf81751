use crate::{
    Iam,
    error::delete_conflict,
    examples::{POLICY, policy},
    policies,
    shapes::Nothing,
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a version that is not in force.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicyVersion.html>
pub struct DeletePolicyVersion;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: Arn,
    version_id: String,
}

impl Operation for DeletePolicyVersion {
    type Service = Iam;
    const NAME: &'static str = "DeletePolicyVersion";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(policies::demand("iam:DeletePolicyVersion", &input.policy_arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut row = policies::load(call, &input.policy_arn)?;
        let number = row.version(&input.version_id)?.number;
        if number == row.default_version {
            return Err(delete_conflict("Cannot delete the default version of a policy."));
        }
        row.versions.retain(|version| version.number != number);
        policies::save(call, &row)?;
        Ok(Nothing)
    }

    fn example() -> Example {
        policy()
            .after("iam:CreatePolicyVersion", json!({"PolicyArn": "$0/Policy/Arn", "PolicyDocument": POLICY, "SetAsDefault": true}))
            .then(json!({"PolicyArn": "$0/Policy/Arn", "VersionId": "v1"}))
    }
}
