use crate::{
    Secretsmanager,
    examples::with_secret,
    filters::{self, Filter},
    pages::page,
    shapes::SecretListEntry,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The secrets of the account.
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html>
pub struct ListSecrets;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default)]
    include_planned_deletion: bool,
    #[serde(default)]
    filters: Vec<Filter>,
    sort_order: Option<String>,
    sort_by: Option<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    secret_list: Vec<SecretListEntry>,
    next_token: Option<String>,
}

impl Operation for ListSecrets {
    type Service = Secretsmanager;
    const NAME: &'static str = "ListSecrets";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Secretsmanager>) -> Result<Demands, Error> {
        Ok(Demand::any("secretsmanager:ListSecrets").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut rows = filters::secrets(call, &input.filters, input.include_planned_deletion)?;
        match input.sort_by.as_deref() {
            None | Some("created-date") => rows.sort_by_key(|row| row.created),
            Some("last-changed-date") => rows.sort_by_key(|row| row.changed),
            // They come in the order of their names.
            Some("name") => {}
            Some("last-accessed-date") => return Err(Error::not_implemented("secretsmanager:ListSecrets with SortBy last-accessed-date")),
            Some(other) => return Err(crate::error::invalid(format!("SortBy is not {}.", crate::error::clipped(other)))),
        }
        match input.sort_order.as_deref() {
            Some("asc") => {}
            None | Some("desc") => rows.reverse(),
            Some(_) => return Err(crate::error::invalid("SortOrder is asc or desc.")),
        }
        let (rows, next_token) = page(rows, |row| row.name.clone(), input.next_token.as_deref(), input.max_results)?;
        Ok(Output { secret_list: rows.into_iter().map(SecretListEntry::of).collect(), next_token })
    }

    fn example() -> Example {
        with_secret(json!({}))
    }
}
