use crate::{
    CodeCommit, error, examples, names,
    requests::{OF_REPOSITORY, REQUESTS},
    state,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the pull requests of a repository, newest first.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_ListPullRequests.html>
pub struct ListPullRequests;

/// Which ones, and which page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    author_arn: Option<String>,
    pull_request_status: Option<Status>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

/// One page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    pull_request_ids: Vec<String>,
    next_token: Option<String>,
}

/// Whether it waits for its merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// It does.
    Open,
    /// It was merged or given up.
    Closed,
}

const PAGE: usize = 100;

impl Operation for ListPullRequests {
    type Service = CodeCommit;
    const NAME: &'static str = "ListPullRequests";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        names::page(input.max_results, PAGE)?;
        Ok(state::demand(facts, "codecommit:ListPullRequests", &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let repository = state::repository(call, &input.repository_name)?;
        let size = names::page(input.max_results, PAGE)?;
        let last = input.next_token.map(|token| base::place_of_token(&token).ok_or_else(error::bad_continuation)).transpose()?;
        let mut pull_request_ids = Vec::new();
        let mut next_token = None;
        let mut from = last;
        'walk: loop {
            let behind = from.clone();
            let from_key = behind.as_deref().map(|number| [number]);
            let rows = call.page(&OF_REPOSITORY, repository.id.as_str(), from_key.as_ref().map(|k| &k[..]), PAGE, true)?;
            let whole = rows.len() == PAGE;
            for (key, ()) in rows {
                let Some(row) = call.get(&REQUESTS, &[repository.account.as_str(), key[1].as_str()])? else { continue };
                let status = input.pull_request_status.is_none_or(|status| (status == Status::Open) == row.open);
                if status && input.author_arn.as_ref().is_none_or(|author| *author == row.author) {
                    if pull_request_ids.len() == size {
                        next_token = from.as_deref().map(base::list_token);
                        break 'walk;
                    }
                    pull_request_ids.push(row.number.to_string());
                }
                from = Some(key[1].clone());
            }
            if !whole {
                break;
            }
        }
        Ok(Output { pull_request_ids, next_token })
    }

    fn example() -> Example {
        examples::with_pull_request(json!({"repositoryName": "shop", "pullRequestStatus": "OPEN"}))
    }
}
