use crate::{CodeCommit, error::bad_continuation, examples, state};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists a repository's branches, 1000 at a time.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_ListBranches.html>
pub struct ListBranches;

/// Which repository, and which page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListBranchesInput {
    /// The repository's name.
    pub repository_name: String,
    /// What the page before gave.
    pub next_token: Option<String>,
}

/// One page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListBranchesOutput {
    /// The branches' names.
    pub branches: Vec<String>,
    /// Gives the next page; None: this was the last.
    pub next_token: Option<String>,
}

const PAGE: usize = 1000;

impl Operation for ListBranches {
    type Service = CodeCommit;
    const NAME: &'static str = "ListBranches";
    const READ_ONLY: bool = true;
    type Input = ListBranchesInput;
    type Output = ListBranchesOutput;

    fn demands(input: &ListBranchesInput, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        Ok(Demand::new("codecommit:ListBranches", state::arn(facts, &input.repository_name)?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListBranchesInput) -> Result<ListBranchesOutput, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let heads = state::references(call, &row, state::HEADS)?;
        let names = heads.into_iter().filter_map(|(name, _)| name.strip_prefix(state::HEADS).map(str::to_owned));
        let after = input.next_token.map(|token| base::place_of_token(&token).ok_or_else(bad_continuation)).transpose()?;
        // The token stands for the last name of the page before: a branch deleted between neither hides nor repeats another.
        let mut branches: Vec<String> = names.filter(|name| after.as_ref().is_none_or(|last| name > last)).take(PAGE + 1).collect();
        let more = branches.len() > PAGE;
        branches.truncate(PAGE);
        Ok(ListBranchesOutput { next_token: branches.last().filter(|_| more).map(|last| base::list_token(last)), branches })
    }

    fn example() -> Example {
        examples::with_branch(json!({"repositoryName": "shop"}))
    }
}
