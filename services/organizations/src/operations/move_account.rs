use crate::{
    Organizations,
    error::no_account,
    examples::{ACCOUNT, with_unit},
    ids::{self, Form, TARGET},
    shapes::Nothing,
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Moves an account to another unit, or to the root: the policies there decide from the next call on.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_MoveAccount.html>
pub struct MoveAccount;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    account_id: String,
    source_parent_id: String,
    destination_parent_id: String,
}

impl Operation for MoveAccount {
    type Service = Organizations;
    const NAME: &'static str = "MoveAccount";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.account_id, &[Form::Account])?;
        let mut demands = Demands::default();
        for id in [&input.account_id, &input.source_parent_id, &input.destination_parent_id] {
            ids::check(id, &TARGET)?;
            demands = demands.and(tree::demand(facts, "organizations:MoveAccount", Some(id))?);
        }
        Ok(demands)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        tree::change(call)?;
        let mut node = tree::account(call, &input.account_id)?;
        if tree::parent(call, &input.source_parent_id).is_err() {
            let message = format!("You specified a source parent that doesn't exist: {}.", input.source_parent_id);
            return Err(Error::new("SourceParentNotFoundException", message));
        }
        if tree::parent(call, &input.destination_parent_id).is_err() {
            let message = format!("You specified a destination parent that doesn't exist: {}.", input.destination_parent_id);
            return Err(Error::new("DestinationParentNotFoundException", message));
        }
        if node.parent.as_ref() == Some(&input.destination_parent_id) {
            return Err(Error::new("DuplicateAccountException", "That account is already present in the specified destination."));
        }
        if node.parent.as_ref() != Some(&input.source_parent_id) {
            return Err(no_account(&input.account_id));
        }
        node.parent = Some(input.destination_parent_id);
        tree::put(call, &node)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_unit(json!({
            "AccountId": ACCOUNT,
            "SourceParentId": "$1/Roots/0/Id",
            "DestinationParentId": "$2/OrganizationalUnit/Id",
        }))
    }
}
