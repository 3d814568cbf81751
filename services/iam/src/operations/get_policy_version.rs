use crate::{Iam, error::no_such_entity, examples::policy, managed, names, policies, shapes::PolicyVersion};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A version of a managed policy, with its document.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html>
pub struct GetPolicyVersion;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: Arn,
    version_id: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policy_version: PolicyVersion,
}

impl Operation for GetPolicyVersion {
    type Service = Iam;
    const NAME: &'static str = "GetPolicyVersion";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(policies::demand("iam:GetPolicyVersion", &input.policy_arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        if let Some(own) = managed::find(&input.policy_arn) {
            if input.version_id != format!("v{}", own.version) {
                return Err(no_such_entity(format!(
                    "Policy {} has no version {} here.",
                    input.policy_arn,
                    names::clipped(&input.version_id)
                )));
            }
            return Ok(Output { policy_version: PolicyVersion::of_aws(own, true) });
        }
        let row = policies::load(call, &input.policy_arn)?;
        Ok(Output { policy_version: PolicyVersion::of(row.version(&input.version_id)?, row.default_version, true) })
    }

    fn example() -> Example {
        policy().then(json!({"PolicyArn": "$0/Policy/Arn", "VersionId": "v1"}))
    }
}
