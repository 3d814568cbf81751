use crate::{
    Organizations,
    error::no_target,
    examples::{ACCOUNT, organized},
    ids::{self, TARGET},
    pages::Page,
    policies,
    shapes::PolicySummary,
    state::PolicyType,
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The policies of a type that are attached to the root, a unit or an account itself.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListPoliciesForTarget.html>
pub struct ListPoliciesForTarget;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    target_id: String,
    filter: String,
    #[serde(flatten)]
    page: Page,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) policies: Vec<PolicySummary>,
    pub(crate) next_token: Option<String>,
}

impl Operation for ListPoliciesForTarget {
    type Service = Organizations;
    const NAME: &'static str = "ListPoliciesForTarget";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.target_id, &TARGET)?;
        let kind = PolicyType::of(&input.filter)?;
        Ok(tree::demand_of_type(facts, "organizations:ListPoliciesForTarget", Some(&input.target_id), Some(kind))?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let organization = tree::managed(call)?;
        let target = tree::node(call, &input.target_id)?.ok_or_else(|| no_target(&input.target_id))?;
        let mut attached = policies::all(call, PolicyType::of(&input.filter)?)?;
        attached.retain(|row| target.attached.contains(&row.id));
        let (rows, next_token) = input.page.of(attached, |row| &row.id)?;
        Ok(Output { policies: rows.into_iter().map(|row| PolicySummary::of(call, &organization, row)).collect(), next_token })
    }

    fn example() -> Example {
        organized(json!({"TargetId": ACCOUNT, "Filter": "SERVICE_CONTROL_POLICY"}))
    }
}
