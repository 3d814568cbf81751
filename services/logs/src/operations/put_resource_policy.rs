use crate::{
    Logs,
    error::invalid,
    names::Named,
    policies::{self, ResourcePolicy},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lets other principals, services above all, use the account's groups; or one group, by its ARN.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html>
pub struct PutResourcePolicy;

/// What to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutResourcePolicyInput {
    /// The policy's name; none for a group's own.
    pub policy_name: Option<String>,
    /// The policy.
    pub policy_document: Option<String>,
    /// The group whose own policy it is.
    pub resource_arn: Option<String>,
    /// The revision that it takes the place of.
    pub expected_revision_id: Option<String>,
}

/// The policy as it is now.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PutResourcePolicyOutput {
    /// The policy.
    pub resource_policy: ResourcePolicy,
    /// What the next change is to expect.
    pub revision_id: String,
}

impl Operation for PutResourcePolicy {
    type Service = Logs;
    const NAME: &'static str = "PutResourcePolicy";
    const READ_ONLY: bool = false;
    type Input = PutResourcePolicyInput;
    type Output = PutResourcePolicyOutput;

    fn demands(input: &PutResourcePolicyInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        if let Some(arn) = &input.resource_arn {
            Named::of_resource(view, arn)?;
        }
        Ok(Demand::any("logs:PutResourcePolicy").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutResourcePolicyInput) -> Result<PutResourcePolicyOutput, Error> {
        let row = policies::checked(call, input.policy_document.as_deref(), input.resource_arn.is_some())?;
        let revision_id = row.revision.clone();
        let resource_policy = match (&input.resource_arn, &input.policy_name) {
            (Some(arn), _) => {
                let mut group = Named::of_resource(call, arn)?.load(call)?;
                policies::expect_revision(group.row.policy.as_ref(), input.expected_revision_id.as_deref())?;
                group.row.policy = Some(row.clone());
                group.save(call)?;
                ResourcePolicy::of_group(call, &group.named, row)
            }
            (None, Some(name)) => {
                policies::put(call, name, &row)?;
                ResourcePolicy::of_account(call, name, row)
            }
            (None, None) => return Err(invalid("policyName or resourceArn must be specified")),
        };
        Ok(PutResourcePolicyOutput { resource_policy, revision_id })
    }

    fn example() -> Example {
        Example::of(json!({"policyName": "events", "policyDocument": policies::EXAMPLE}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        let input = json!({"resourceArn": "arn:aws:logs:us-east-1:111111111111:log-group:/example", "policyDocument": policies::EXAMPLE});
        vec![("of a group", Example::of(input).after("logs:CreateLogGroup", json!({"logGroupName": "/example"})))]
    }
}
