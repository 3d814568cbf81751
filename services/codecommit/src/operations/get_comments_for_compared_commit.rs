use crate::{
    CodeCommit,
    comments::{self, CommentsOn},
    examples, names, state,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the comments on the change between two commits.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetCommentsForComparedCommit.html>
pub struct GetCommentsForComparedCommit;

/// Which ones, and which page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    before_commit_id: Option<String>,
    after_commit_id: String,
    next_token: Option<String>,
    max_results: Option<i64>,
}

/// One page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    comments_for_compared_commit_data: Vec<CommentsOn>,
    next_token: Option<String>,
}

const PAGE: usize = 100;

impl Operation for GetCommentsForComparedCommit {
    type Service = CodeCommit;
    const NAME: &'static str = "GetCommentsForComparedCommit";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        names::page(input.max_results, PAGE)?;
        names::commit(&input.after_commit_id)?;
        Ok(state::demand(facts, "codecommit:GetCommentsForComparedCommit", &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let repository = state::repository(call, &input.repository_name)?;
        let found = comments::on(call, &repository, None, |subject| {
            subject.after_commit_id == input.after_commit_id
                && input.before_commit_id.as_ref().is_none_or(|before| subject.before_commit_id.as_ref() == Some(before))
        })?;
        let (comments_for_compared_commit_data, next_token) =
            comments::page(found, input.next_token, names::page(input.max_results, PAGE)?)?;
        Ok(Output { comments_for_compared_commit_data, next_token })
    }

    fn example() -> Example {
        examples::with_comment(json!({"repositoryName": "shop", "afterCommitId": examples::COMMIT}))
    }
}
