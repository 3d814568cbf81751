use crate::{Organizations, examples::with_policy, pages::Page, policies, shapes::PolicySummary, state::PolicyType, tree};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// All policies of a type, AWS's own among them.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListPolicies.html>
pub struct ListPolicies;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
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

impl Operation for ListPolicies {
    type Service = Organizations;
    const NAME: &'static str = "ListPolicies";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, _facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        let kind = PolicyType::of(&input.filter)?;
        Ok(Demand::any("organizations:ListPolicies").with("organizations:PolicyType", kind.name()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let organization = tree::managed(call)?;
        let all = policies::all(call, PolicyType::of(&input.filter)?)?;
        let (rows, next_token) = input.page.of(all, |row| &row.id)?;
        Ok(Output { policies: rows.into_iter().map(|row| PolicySummary::of(call, &organization, row)).collect(), next_token })
    }

    fn example() -> Example {
        with_policy(json!({"Filter": "SERVICE_CONTROL_POLICY"}))
    }
}
