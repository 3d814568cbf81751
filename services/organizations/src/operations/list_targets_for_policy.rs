use crate::{
    Organizations,
    examples::with_attached,
    ids::{self, Form},
    pages::Page,
    policies,
    shapes::PolicyTarget,
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What a policy is attached to.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListTargetsForPolicy.html>
pub struct ListTargetsForPolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_id: String,
    #[serde(flatten)]
    page: Page,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) targets: Vec<PolicyTarget>,
    pub(crate) next_token: Option<String>,
}

impl Operation for ListTargetsForPolicy {
    type Service = Organizations;
    const NAME: &'static str = "ListTargetsForPolicy";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.policy_id, &[Form::Policy])?;
        let kind = policies::kind_of(facts, &input.policy_id)?;
        Ok(tree::demand_of_type(facts, "organizations:ListTargetsForPolicy", Some(&input.policy_id), kind)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let organization = tree::managed(call)?;
        let policy = policies::load(call, &input.policy_id)?;
        let mut targets = tree::nodes(call)?;
        targets.retain(|node| node.attached.contains(&policy.id));
        let (targets, next_token) = input.page.of(targets, |node| &node.id)?;
        let targets = targets.into_iter().map(|node| PolicyTarget::of(call, &organization, node));
        Ok(Output { targets: targets.collect::<Result<_, _>>()?, next_token })
    }

    fn example() -> Example {
        with_attached(json!({"PolicyId": "$2/Policy/PolicySummary/Id"}))
    }
}
