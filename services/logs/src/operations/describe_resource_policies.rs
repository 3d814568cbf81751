use crate::{
    Logs,
    error::{constraint, invalid},
    names::{Named, check_limit},
    policies::{self, ResourcePolicy},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The resource policies of the account, or of one group.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeResourcePolicies.html>
pub struct DescribeResourcePolicies;

/// What to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeResourcePoliciesInput {
    /// Where the page before ended.
    pub next_token: Option<String>,
    /// At most this many.
    pub limit: Option<u64>,
    /// The group whose own policy is asked for.
    pub resource_arn: Option<String>,
    /// `ACCOUNT` or `RESOURCE`.
    pub policy_scope: Option<String>,
}

/// A page of policies.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeResourcePoliciesOutput {
    /// The policies.
    pub resource_policies: Vec<ResourcePolicy>,
    /// Where the next page begins.
    pub next_token: Option<String>,
}

const MOST: usize = 50;

impl Operation for DescribeResourcePolicies {
    type Service = Logs;
    const NAME: &'static str = "DescribeResourcePolicies";
    const READ_ONLY: bool = true;
    type Input = DescribeResourcePoliciesInput;
    type Output = DescribeResourcePoliciesOutput;

    fn demands(input: &DescribeResourcePoliciesInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        if let Some(arn) = &input.resource_arn {
            Named::of_resource(view, arn)?;
        }
        Ok(Demand::any("logs:DescribeResourcePolicies").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DescribeResourcePoliciesInput) -> Result<DescribeResourcePoliciesOutput, Error> {
        let limit = check_limit(input.limit, MOST, MOST)?;
        match input.policy_scope.as_deref() {
            None | Some("ACCOUNT" | "RESOURCE") => {}
            Some(other) => return Err(constraint(other, "policyScope", "Member must satisfy enum value set: [ACCOUNT, RESOURCE]")),
        }
        let Some(arn) = &input.resource_arn else {
            if input.policy_scope.as_deref() == Some("RESOURCE") {
                return Err(invalid("resourceArn must be specified with the policyScope RESOURCE"));
            }
            let (resource_policies, next_token) = policies::page(call, input.next_token.as_deref(), limit)?;
            return Ok(DescribeResourcePoliciesOutput { resource_policies, next_token });
        };
        let group = Named::of_resource(call, arn)?.load(call)?;
        let own = group.row.policy.clone().map(|row| ResourcePolicy::of_group(call, &group.named, row));
        Ok(DescribeResourcePoliciesOutput { resource_policies: own.into_iter().collect(), next_token: None })
    }

    fn example() -> Example {
        Example::of(json!({})).after("logs:PutResourcePolicy", json!({"policyName": "events", "policyDocument": policies::EXAMPLE}))
    }
}
