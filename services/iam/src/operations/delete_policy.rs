use crate::{
    Iam,
    error::delete_conflict,
    examples::policy,
    policies::{self, AllUses},
    shapes::Nothing,
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a managed policy that is not in use and has one version.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html>
pub struct DeletePolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: Arn,
}

impl Operation for DeletePolicy {
    type Service = Iam;
    const NAME: &'static str = "DeletePolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(policies::demand("iam:DeletePolicy", &input.policy_arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let row = policies::load(call, &input.policy_arn)?;
        let uses = AllUses::read(call)?.of(&row.arn);
        if uses.attached + uses.boundaries > 0 {
            return Err(delete_conflict("Cannot delete a policy attached to entities."));
        }
        if row.versions.len() > 1 {
            let message = "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.";
            return Err(delete_conflict(message));
        }
        policies::remove(call, &row);
        Ok(Nothing)
    }

    fn example() -> Example {
        policy().then(json!({"PolicyArn": "$0/Policy/Arn"}))
    }
}
