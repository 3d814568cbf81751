use crate::{
    Iam, documents,
    error::limit_exceeded,
    examples::{POLICY, policy},
    policies,
    shapes::PolicyVersion,
    state::PolicyVersion as VersionRow,
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A new version of a managed policy, in force if it is set as default.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html>
pub struct CreatePolicyVersion;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: Arn,
    policy_document: String,
    #[serde(default)]
    set_as_default: bool,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policy_version: PolicyVersion,
}

/// Versions that a policy may have at one time.
pub(crate) const MOST_VERSIONS: usize = 5;

impl Operation for CreatePolicyVersion {
    type Service = Iam;
    const NAME: &'static str = "CreatePolicyVersion";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(policies::demand("iam:CreatePolicyVersion", &input.policy_arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut row = policies::load(call, &input.policy_arn)?;
        documents::check_managed(&input.policy_document)?;
        if row.versions.len() >= MOST_VERSIONS {
            let message = format!(
                "A managed policy can have up to {MOST_VERSIONS} versions. Before you create a new version, you must delete an existing version."
            );
            return Err(limit_exceeded(message));
        }
        row.updated = call.now();
        let number = row.last_version + 1;
        row.last_version = number;
        let version = VersionRow { number, document: input.policy_document, created: row.updated };
        if input.set_as_default {
            row.default_version = number;
        }
        let policy_version = PolicyVersion::of(&version, row.default_version, false);
        row.versions.push(version);
        policies::save(call, &row)?;
        Ok(Output { policy_version })
    }

    fn example() -> Example {
        policy().then(json!({"PolicyArn": "$0/Policy/Arn", "PolicyDocument": POLICY}))
    }
}
