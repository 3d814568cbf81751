use crate::{CodeCommit, examples, request_shapes::PullRequestOutput, requests, texts};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Changes the title of a pull request.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_UpdatePullRequestTitle.html>
pub struct UpdatePullRequestTitle;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    pull_request_id: String,
    title: String,
}

impl Operation for UpdatePullRequestTitle {
    type Service = CodeCommit;
    const NAME: &'static str = "UpdatePullRequestTitle";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = PullRequestOutput;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        texts::title(&input.title)?;
        Ok(requests::demand(facts, "codecommit:UpdatePullRequestTitle", &input.pull_request_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<PullRequestOutput, Error> {
        let mut row = requests::load_open(call, &input.pull_request_id)?;
        row.title = input.title;
        row.activity = call.now();
        requests::keep(call, &row)?;
        Ok(PullRequestOutput { pull_request: requests::show(call, row)? })
    }

    fn example() -> Example {
        examples::with_pull_request(json!({"pullRequestId": "$4/pullRequest/pullRequestId", "title": "Tidier"}))
    }
}
