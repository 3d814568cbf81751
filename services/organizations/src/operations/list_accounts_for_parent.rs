use crate::{
    Organizations,
    examples::organized,
    ids::{self, PARENT},
    pages::Page,
    shapes::Account,
    state::NodeKind,
    tree,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The accounts directly below the root or a unit.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccountsForParent.html>
pub struct ListAccountsForParent;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    parent_id: String,
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

impl Operation for ListAccountsForParent {
    type Service = Organizations;
    const NAME: &'static str = "ListAccountsForParent";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        ids::check(&input.parent_id, &PARENT)?;
        Ok(tree::demand(facts, "organizations:ListAccountsForParent", Some(&input.parent_id))?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = tree::managed(call)?;
        let parent = tree::parent(call, &input.parent_id)?;
        let (accounts, next_token) = input.page.of(tree::children(call, &parent.id, NodeKind::Account)?, |node| &node.id)?;
        let accounts = accounts.into_iter().map(|node| Account::of(call, &row, node));
        Ok(Output { accounts: accounts.collect::<Result<_, _>>()?, next_token })
    }

    fn example() -> Example {
        organized(json!({"ParentId": "$1/Roots/0/Id"}))
    }
}
