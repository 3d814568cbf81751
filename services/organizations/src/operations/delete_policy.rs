use crate::{
    Organizations,
    examples::with_policy,
    ids::{self, Form},
    policies,
    shapes::Nothing,
    state::POLICIES,
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a policy that is attached to nothing.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeletePolicy.html>
pub struct DeletePolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_id: String,
}

impl Operation for DeletePolicy {
    type Service = Organizations;
    const NAME: &'static str = "DeletePolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.policy_id, &[Form::Policy])?;
        let kind = policies::kind_of(facts, &input.policy_id)?;
        Ok(tree::demand_of_type(facts, "organizations:DeletePolicy", Some(&input.policy_id), kind)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        tree::change(call)?;
        let row = policies::load_own(call, &input.policy_id)?;
        if tree::nodes(call)?.iter().any(|node| node.attached.contains(&row.id)) {
            return Err(Error::new(
                "PolicyInUseException",
                "The policy is attached to one or more entities. You must detach it from all roots, organizational units (OUs), and accounts before performing this operation.",
            ));
        }
        call.delete(&POLICIES, row.id.as_str());
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_policy(json!({"PolicyId": "$2/Policy/PolicySummary/Id"}))
    }
}
