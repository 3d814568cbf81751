use crate::{
    Organizations,
    error::{no_root, not_enabled},
    examples::organized,
    ids::{self, Form},
    policies,
    shapes::Root,
    state::PolicyType,
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Disables a policy type: all policies of it are detached and decide no more.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_DisablePolicyType.html>
pub struct DisablePolicyType;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    root_id: String,
    policy_type: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) root: Root,
}

impl Operation for DisablePolicyType {
    type Service = Organizations;
    const NAME: &'static str = "DisablePolicyType";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.root_id, &[Form::Root])?;
        let kind = PolicyType::of(&input.policy_type)?;
        Ok(tree::demand_of_type(facts, "organizations:DisablePolicyType", Some(&input.root_id), Some(kind))?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let kind = PolicyType::of(&input.policy_type)?;
        let mut row = tree::change(call)?;
        if row.root != input.root_id {
            return Err(no_root(&input.root_id));
        }
        if !row.enabled.contains(&kind) {
            return Err(not_enabled());
        }
        row.enabled.retain(|enabled| *enabled != kind);
        let gone: Vec<String> = policies::all(call, kind)?.into_iter().map(|policy| policy.id).collect();
        for mut node in tree::nodes(call)? {
            node.attached.retain(|id| !gone.contains(id));
            tree::put(call, &node)?;
        }
        tree::save(call, &row)?;
        Ok(Output { root: Root::of(call, &row)? })
    }

    fn example() -> Example {
        organized(json!({"RootId": "$1/Roots/0/Id", "PolicyType": "SERVICE_CONTROL_POLICY"}))
    }
}
