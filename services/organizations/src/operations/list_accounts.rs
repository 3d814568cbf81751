use crate::{Organizations, examples::organized, pages::Page, shapes::Account, state::NodeKind, tree};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// All accounts of the organization.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html>
pub struct ListAccounts;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(flatten)]
    page: Page,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) accounts: Vec<Account>,
    pub(crate) next_token: Option<String>,
}

impl Operation for ListAccounts {
    type Service = Organizations;
    const NAME: &'static str = "ListAccounts";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        Ok(Demand::any("organizations:ListAccounts").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = tree::managed(call)?;
        let mut all = tree::nodes(call)?;
        all.retain(|node| node.kind == NodeKind::Account);
        let (accounts, next_token) = input.page.of(all, |node| &node.id)?;
        let accounts = accounts.into_iter().map(|node| Account::of(call, &row, node));
        Ok(Output { accounts: accounts.collect::<Result<_, _>>()?, next_token })
    }

    fn example() -> Example {
        organized(json!({}))
    }
}
