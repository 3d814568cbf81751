use crate::{
    Logs,
    error::{invalid, no_policy},
    names::Named,
    policies,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a resource policy of the account, or of one group.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteResourcePolicy.html>
pub struct DeleteResourcePolicy;

/// What to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteResourcePolicyInput {
    /// The policy's name; none for a group's own.
    pub policy_name: Option<String>,
    /// The group whose own policy it is.
    pub resource_arn: Option<String>,
    /// The revision that is deleted.
    pub expected_revision_id: Option<String>,
}

impl Operation for DeleteResourcePolicy {
    type Service = Logs;
    const NAME: &'static str = "DeleteResourcePolicy";
    const READ_ONLY: bool = false;
    type Input = DeleteResourcePolicyInput;
    type Output = ();

    fn demands(input: &DeleteResourcePolicyInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        if let Some(arn) = &input.resource_arn {
            Named::of_resource(view, arn)?;
        }
        Ok(Demand::any("logs:DeleteResourcePolicy").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteResourcePolicyInput) -> Result<(), Error> {
        match (&input.resource_arn, &input.policy_name) {
            (Some(arn), _) => {
                let mut group = Named::of_resource(call, arn)?.load(call)?;
                let policy = group.row.policy.take().ok_or_else(no_policy)?;
                policies::expect_revision(Some(&policy), input.expected_revision_id.as_deref())?;
                group.save(call)
            }
            (None, Some(name)) => policies::delete(call, name),
            (None, None) => Err(invalid("policyName or resourceArn must be specified")),
        }
    }

    fn example() -> Example {
        Example::of(json!({"policyName": "events"}))
            .after("logs:PutResourcePolicy", json!({"policyName": "events", "policyDocument": policies::EXAMPLE}))
    }
}
