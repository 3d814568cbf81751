use crate::{
    CodeCommit,
    comments::{self, CommentsOn},
    examples, names, requests,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the comments on a pull request.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetCommentsForPullRequest.html>
pub struct GetCommentsForPullRequest;

/// Which ones, and which page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    pull_request_id: String,
    repository_name: Option<String>,
    before_commit_id: Option<String>,
    after_commit_id: Option<String>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

/// One page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    comments_for_pull_request_data: Vec<CommentsOn>,
    next_token: Option<String>,
}

const PAGE: usize = 100;

impl Operation for GetCommentsForPullRequest {
    type Service = CodeCommit;
    const NAME: &'static str = "GetCommentsForPullRequest";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        names::page(input.max_results, PAGE)?;
        Ok(requests::demand(facts, "codecommit:GetCommentsForPullRequest", &input.pull_request_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let request = requests::load(call, &input.pull_request_id)?;
        let repository = requests::repository(call, &request)?;
        input.repository_name.as_deref().map_or(Ok(()), |name| requests::is_of(&repository, name))?;
        let found = comments::on(call, &repository, Some(&input.pull_request_id), |subject| {
            input.after_commit_id.as_ref().is_none_or(|after| subject.after_commit_id == *after)
                && input.before_commit_id.as_ref().is_none_or(|before| subject.before_commit_id.as_ref() == Some(before))
        })?;
        let (comments_for_pull_request_data, next_token) = comments::page(found, input.next_token, names::page(input.max_results, PAGE)?)?;
        Ok(Output { comments_for_pull_request_data, next_token })
    }

    fn example() -> Example {
        examples::with_pull_request(json!({"pullRequestId": "$4/pullRequest/pullRequestId"}))
    }
}
