use crate::{
    Organizations,
    error::duplicate_policy,
    examples::with_policy,
    ids::{self, Form},
    policies,
    shapes::Policy,
    state::POLICIES,
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Changes a policy: what it says decides from the next call on.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_UpdatePolicy.html>
pub struct UpdatePolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_id: String,
    name: Option<String>,
    description: Option<String>,
    content: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) policy: Policy,
}

impl Operation for UpdatePolicy {
    type Service = Organizations;
    const NAME: &'static str = "UpdatePolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.policy_id, &[Form::Policy])?;
        let kind = policies::kind_of(facts, &input.policy_id)?;
        Ok(tree::demand_of_type(facts, "organizations:UpdatePolicy", Some(&input.policy_id), kind)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let organization = tree::change(call)?;
        let mut row = policies::load_own(call, &input.policy_id)?;
        policies::check_words(input.name.as_deref(), input.description.as_deref())?;
        if let Some(name) = input.name {
            if policies::all(call, row.kind)?.iter().any(|other| other.name == name && other.id != row.id) {
                return Err(duplicate_policy(&name));
            }
            row.name = name;
        }
        if let Some(content) = input.content {
            policies::check_content(row.kind, &content)?;
            row.content = content;
        }
        row.description = input.description.unwrap_or(row.description);
        call.put(&POLICIES, row.id.as_str(), &row)?;
        Ok(Output { policy: Policy::of(call, &organization, row) })
    }

    fn example() -> Example {
        with_policy(json!({"PolicyId": "$2/Policy/PolicySummary/Id", "Name": "Renamed"}))
    }
}
