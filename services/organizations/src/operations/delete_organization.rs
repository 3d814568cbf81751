use crate::{
    Organizations,
    examples::{ACCOUNT, organized},
    policies,
    shapes::Nothing,
    state::{NODES, NodeKind, POLICIES, PolicyType},
    tree,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Ends the organization, which must have no member accounts left.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteOrganization.html>
pub struct DeleteOrganization;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {}

impl Operation for DeleteOrganization {
    type Service = Organizations;
    const NAME: &'static str = "DeleteOrganization";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(_input: &Input, _facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        Ok(Demand::any("organizations:DeleteOrganization").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, _input: Input) -> Result<Nothing, Error> {
        tree::change(call)?;
        let management = call.management_account();
        let nodes = tree::nodes(call)?;
        if nodes.iter().any(|node| node.kind == NodeKind::Account && node.id != management.as_str()) {
            return Err(Error::new(
                "OrganizationNotEmptyException",
                "To delete an organization you must first remove all member accounts (except the management account).",
            ));
        }
        for node in nodes {
            call.delete(&NODES, node.id.as_str());
        }
        for kind in [PolicyType::ServiceControl, PolicyType::ResourceControl] {
            for policy in policies::all(call, kind)? {
                call.delete(&POLICIES, policy.id.as_str());
            }
        }
        tree::drop(call);
        Ok(Nothing {})
    }

    fn example() -> Example {
        organized(json!({})).after("organizations:RemoveAccountFromOrganization", json!({"AccountId": ACCOUNT}))
    }
}
