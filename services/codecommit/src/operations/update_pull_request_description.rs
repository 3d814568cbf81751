use crate::{CodeCommit, examples, request_shapes::PullRequestOutput, requests, texts};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Changes the description of a pull request.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_UpdatePullRequestDescription.html>
pub struct UpdatePullRequestDescription;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    pull_request_id: String,
    description: String,
}

impl Operation for UpdatePullRequestDescription {
    type Service = CodeCommit;
    const NAME: &'static str = "UpdatePullRequestDescription";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = PullRequestOutput;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        texts::description(Some(&input.description))?;
        Ok(requests::demand(facts, "codecommit:UpdatePullRequestDescription", &input.pull_request_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<PullRequestOutput, Error> {
        let mut row = requests::load_open(call, &input.pull_request_id)?;
        row.description = Some(input.description);
        row.activity = call.now();
        requests::keep(call, &row)?;
        Ok(PullRequestOutput { pull_request: requests::show(call, row)? })
    }

    fn example() -> Example {
        examples::with_pull_request(json!({"pullRequestId": "$4/pullRequest/pullRequestId", "description": "Tidier"}))
    }
}
