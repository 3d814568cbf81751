use crate::{
    Organizations,
    error::constraint,
    examples::{ACCOUNT, organized},
    ids::{self, Form},
    shapes::Nothing,
    state::ACCOUNTS,
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Closes an account for good: nobody acts in it, and nothing in it can be reached, from the next call on.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_CloseAccount.html>
pub struct CloseAccount;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    account_id: String,
}

impl Operation for CloseAccount {
    type Service = Organizations;
    const NAME: &'static str = "CloseAccount";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.account_id, &[Form::Account])?;
        Ok(tree::demand(facts, "organizations:CloseAccount", Some(&input.account_id))?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        tree::change(call)?;
        let node = tree::account(call, &input.account_id)?;
        if node.id == call.management_account().as_str() {
            return Err(constraint("CANNOT_CLOSE_MANAGEMENT_ACCOUNT", "You can't close the management account."));
        }
        let mut row = tree::account_row(call, &node.id)?;
        if row.closed {
            return Err(Error::new("AccountAlreadyClosedException", "The provided account is already closed."));
        }
        row.closed = true;
        call.put(&ACCOUNTS, node.id.as_str(), &row)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        organized(json!({"AccountId": ACCOUNT}))
    }
}
