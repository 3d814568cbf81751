use crate::{Iam, examples::alias, pages::page, state::ALIASES};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The account's alias, if it has one.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccountAliases.html>
pub struct ListAccountAliases;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    marker: Option<String>,
    max_items: Option<usize>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    is_truncated: bool,
    marker: Option<String>,
    account_aliases: Vec<String>,
}

impl Operation for ListAccountAliases {
    type Service = Iam;
    const NAME: &'static str = "ListAccountAliases";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:ListAccountAliases").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let account = call.account()?;
        let page = page(call.get(&ALIASES, account.as_str())?, String::clone, input.marker.as_deref(), input.max_items)?;
        Ok(Output { is_truncated: page.marker.is_some(), marker: page.marker, account_aliases: page.items })
    }

    fn example() -> Example {
        alias().then(json!({}))
    }
}
