use crate::{CodeCommit, error::bad_continuation, state};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the account's repositories, 1000 at a time.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_ListRepositories.html>
pub struct ListRepositories;

/// By what the list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SortBy {
    /// The name.
    #[default]
    RepositoryName,
    /// The last change.
    LastModifiedDate,
}

/// The list's direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Order {
    /// Smallest or oldest first.
    #[default]
    Ascending,
    /// Greatest or newest first.
    Descending,
}

/// The list's order and page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListRepositoriesInput {
    /// By name if not given.
    #[serde(default)]
    pub sort_by: SortBy,
    /// Ascending if not given.
    #[serde(default)]
    pub order: Order,
    /// What the page before gave.
    pub next_token: Option<String>,
}

/// A repository's name and id.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryNameIdPair {
    repository_id: String,
    repository_name: String,
}

/// One page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListRepositoriesOutput {
    repositories: Vec<RepositoryNameIdPair>,
    next_token: Option<String>,
}

const PAGE: usize = 1000;

impl Operation for ListRepositories {
    type Service = CodeCommit;
    const NAME: &'static str = "ListRepositories";
    const READ_ONLY: bool = true;
    type Input = ListRepositoriesInput;
    type Output = ListRepositoriesOutput;

    fn demands(_input: &ListRepositoriesInput, _facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        Ok(Demand::any("codecommit:ListRepositories").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListRepositoriesInput) -> Result<ListRepositoriesOutput, Error> {
        let start: usize = input.next_token.map_or(Ok(0), |token| token.parse()).map_err(|_| bad_continuation())?;
        let account = call.account()?;
        let mut rows: Vec<state::Repository> = call.scan(&state::REPOSITORIES, account.as_str())?.into_iter().map(|(_, row)| row).collect();
        if input.sort_by == SortBy::LastModifiedDate {
            rows.sort_by_key(|row| row.modified);
        }
        if input.order == Order::Descending {
            rows.reverse();
        }
        let next_token = (rows.len() > start.saturating_add(PAGE)).then(|| (start + PAGE).to_string());
        let pair = |row: state::Repository| RepositoryNameIdPair { repository_id: row.id, repository_name: row.name };
        Ok(ListRepositoriesOutput { repositories: rows.into_iter().skip(start).take(PAGE).map(pair).collect(), next_token })
    }

    fn example() -> Example {
        Example::of(json!({"sortBy": "lastModifiedDate", "order": "descending"}))
            .after("codecommit:CreateRepository", json!({"repositoryName": "shop"}))
    }
}
