use crate::{Kms, examples::with_key, keys::Rows, pages::page, state::OWNED};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The keys of the account.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html>
pub struct ListKeys;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    limit: Option<usize>,
    marker: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    keys: Vec<KeyListEntry>,
    next_marker: Option<String>,
    truncated: bool,
}

/// A key in the list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeyListEntry {
    key_id: String,
    key_arn: Arn,
}

impl Operation for ListKeys {
    type Service = Kms;
    const NAME: &'static str = "ListKeys";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(Demand::any("kms:ListKeys").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let account = call.account()?;
        let mut living = Vec::new();
        for (_, key_arn) in call.scan(&OWNED, &[account.as_str()])? {
            let key_id = key_arn.resource_of("key").unwrap_or_default().to_owned();
            if call.key_row(&key_id)?.is_some() {
                living.push(KeyListEntry { key_id, key_arn });
            }
        }
        let page = page(living, |entry| &entry.key_id, input.marker.as_deref(), input.limit)?;
        Ok(Output { truncated: page.next.is_some(), next_marker: page.next, keys: page.items })
    }

    fn example() -> Example {
        with_key(json!({}))
    }
}
