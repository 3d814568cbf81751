use crate::{
    Organizations,
    examples::with_policy,
    ids::{self, Form},
    policies,
    shapes::Policy,
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A policy with its content.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribePolicy.html>
pub struct DescribePolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_id: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) policy: Policy,
}

impl Operation for DescribePolicy {
    type Service = Organizations;
    const NAME: &'static str = "DescribePolicy";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.policy_id, &[Form::Policy])?;
        let kind = policies::kind_of(facts, &input.policy_id)?;
        Ok(tree::demand_of_type(facts, "organizations:DescribePolicy", Some(&input.policy_id), kind)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let organization = tree::managed(call)?;
        let row = policies::load(call, &input.policy_id)?;
        Ok(Output { policy: Policy::of(call, &organization, row) })
    }

    fn example() -> Example {
        with_policy(json!({"PolicyId": "$2/Policy/PolicySummary/Id"}))
    }
}
