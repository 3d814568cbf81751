use crate::{
    Organizations,
    error::constraint,
    examples::{ACCOUNT, organized},
    ids::{self, Form},
    shapes::Nothing,
    state::NODES,
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Takes an account out of the organization: its policies do not bear on it any more.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_RemoveAccountFromOrganization.html>
pub struct RemoveAccountFromOrganization;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    account_id: String,
}

impl Operation for RemoveAccountFromOrganization {
    type Service = Organizations;
    const NAME: &'static str = "RemoveAccountFromOrganization";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.account_id, &[Form::Account])?;
        Ok(tree::demand(facts, "organizations:RemoveAccountFromOrganization", Some(&input.account_id))?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        tree::change(call)?;
        let node = tree::account(call, &input.account_id)?;
        if node.id == call.management_account().as_str() {
            return Err(Error::new(
                "MasterCannotLeaveOrganizationException",
                "You can't remove the management account from an organization. Delete the organization instead.",
            ));
        }
        if tree::account_row(call, &node.id)?.closed {
            return Err(constraint("ACCOUNT_CANNOT_LEAVE_ORGANIZATION", "A closed account cannot leave the organization."));
        }
        call.delete(&NODES, node.id.as_str());
        Ok(Nothing {})
    }

    fn example() -> Example {
        organized(json!({"AccountId": ACCOUNT}))
    }
}
