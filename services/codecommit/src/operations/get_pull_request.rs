use crate::{CodeCommit, examples, request_shapes::PullRequestOutput, requests};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Tells of a pull request.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetPullRequest.html>
pub struct GetPullRequest;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    pull_request_id: String,
}

impl Operation for GetPullRequest {
    type Service = CodeCommit;
    const NAME: &'static str = "GetPullRequest";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = PullRequestOutput;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        Ok(requests::demand(facts, "codecommit:GetPullRequest", &input.pull_request_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<PullRequestOutput, Error> {
        let row = requests::load(call, &input.pull_request_id)?;
        Ok(PullRequestOutput { pull_request: requests::show(call, row)? })
    }

    fn example() -> Example {
        examples::with_pull_request(json!({"pullRequestId": "$4/pullRequest/pullRequestId"}))
    }
}
