use crate::{
    Organizations,
    examples::{ACCOUNT, organized},
    ids::{self, Form},
    shapes::Account,
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// An account of the organization.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeAccount.html>
pub struct DescribeAccount;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    account_id: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) account: Account,
}

impl Operation for DescribeAccount {
    type Service = Organizations;
    const NAME: &'static str = "DescribeAccount";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.account_id, &[Form::Account])?;
        Ok(tree::demand(facts, "organizations:DescribeAccount", Some(&input.account_id))?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = tree::managed(call)?;
        let node = tree::account(call, &input.account_id)?;
        Ok(Output { account: Account::of(call, &row, node)? })
    }

    fn example() -> Example {
        organized(json!({"AccountId": ACCOUNT}))
    }
}
