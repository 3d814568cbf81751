use crate::{
    Kms,
    examples::with_alias,
    keys::{self, Rows},
    pages::page,
    state::{ALIASES, AliasRow},
};
use base::{Arn, EpochTime};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The aliases of the account, or of one key.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListAliases.html>
pub struct ListAliases;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: Option<String>,
    limit: Option<usize>,
    marker: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    aliases: Vec<AliasListEntry>,
    next_marker: Option<String>,
    truncated: bool,
}

/// An alias in the list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AliasListEntry {
    alias_name: String,
    alias_arn: Arn,
    target_key_id: String,
    creation_date: EpochTime,
    last_updated_date: EpochTime,
}

impl AliasListEntry {
    fn of(row: AliasRow) -> Self {
        Self {
            alias_name: row.name,
            alias_arn: row.arn,
            target_key_id: row.target,
            creation_date: EpochTime(row.created),
            last_updated_date: EpochTime(row.updated),
        }
    }
}

impl Operation for ListAliases {
    type Service = Kms;
    const NAME: &'static str = "ListAliases";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(Demand::any("kms:ListAliases").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let account = call.account()?;
        let only = match &input.key_id {
            Some(text) => Some(keys::load(call, text)?.id),
            None => None,
        };
        let mut found = Vec::new();
        for (_, alias) in call.scan(&ALIASES, &[account.as_str()])? {
            if only.as_ref().is_none_or(|id| *id == alias.target) && call.key_row(&alias.target)?.is_some() {
                found.push(alias);
            }
        }
        let page = page(found, |alias| &alias.name, input.marker.as_deref(), input.limit)?;
        let aliases = page.items.into_iter().map(AliasListEntry::of).collect();
        Ok(Output { truncated: page.next.is_some(), next_marker: page.next, aliases })
    }

    fn example() -> Example {
        with_alias(json!({}))
    }
}
