use crate::{CodeCommit, examples, request_shapes::PullRequestOutput, requests};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Closes a pull request without its merge.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_UpdatePullRequestStatus.html>
pub struct UpdatePullRequestStatus;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    pull_request_id: String,
    pull_request_status: String,
}

impl Operation for UpdatePullRequestStatus {
    type Service = CodeCommit;
    const NAME: &'static str = "UpdatePullRequestStatus";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = PullRequestOutput;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        if !["OPEN", "CLOSED"].contains(&input.pull_request_status.as_str()) {
            return Err(Error::new("InvalidPullRequestStatusException", "The pull request status is not valid: expected OPEN or CLOSED"));
        }
        Ok(requests::demand(facts, "codecommit:UpdatePullRequestStatus", &input.pull_request_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<PullRequestOutput, Error> {
        let mut row = requests::load(call, &input.pull_request_id)?;
        if !row.open || input.pull_request_status != "CLOSED" {
            return Err(Error::new(
                "InvalidPullRequestStatusUpdateException",
                "The only valid update of the status is from OPEN to CLOSED",
            ));
        }
        row.activity = call.now();
        requests::close(call, &mut row)?;
        requests::keep(call, &row)?;
        let metadata = json!({"pullRequestStatus": "CLOSED"});
        requests::happened(call, &row, "PULL_REQUEST_STATUS_CHANGED", "pullRequestStatusChangedEventMetadata", metadata)?;
        requests::tell(call, &row, "pullRequestStatusChanged", json!({}))?;
        Ok(PullRequestOutput { pull_request: requests::show(call, row)? })
    }

    fn example() -> Example {
        examples::with_pull_request(json!({"pullRequestId": "$4/pullRequest/pullRequestId", "pullRequestStatus": "CLOSED"}))
    }
}
