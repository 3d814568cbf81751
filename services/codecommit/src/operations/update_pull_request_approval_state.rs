use crate::{
    CodeCommit, examples,
    requests::{self, Approval, MAX_APPROVALS},
    shapes::Nothing,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Approves a revision of a pull request, or takes the caller's approval back.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_UpdatePullRequestApprovalState.html>
pub struct UpdatePullRequestApprovalState;

/// Which revision, and what about it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    pull_request_id: String,
    revision_id: String,
    approval_state: String,
}

impl Operation for UpdatePullRequestApprovalState {
    type Service = CodeCommit;
    const NAME: &'static str = "UpdatePullRequestApprovalState";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        requests::is_revision(&input.revision_id)?;
        if !["APPROVE", "REVOKE"].contains(&input.approval_state.as_str()) {
            return Err(Error::new("InvalidApprovalStateException", "The state for the approval is not valid: expected APPROVE or REVOKE"));
        }
        Ok(requests::demand(facts, "codecommit:UpdatePullRequestApprovalState", &input.pull_request_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut row = requests::load_open(call, &input.pull_request_id)?;
        requests::current(&row, &input.revision_id)?;
        let user = call.caller().name();
        if user == row.author {
            return Err(Error::new(
                "PullRequestCannotBeApprovedByAuthorException",
                format!("{user} created the pull request {} and cannot approve it", input.pull_request_id),
            ));
        }
        row.approvals.retain(|a| a.revision != input.revision_id || a.user != user);
        if input.approval_state == "APPROVE" {
            // What was said of earlier revisions goes first.
            while row.approvals.len() >= MAX_APPROVALS {
                let Some(old) = row.approvals.iter().position(|a| a.revision != row.revision) else {
                    return Err(Error::new(
                        "MaximumNumberOfApprovalsExceededException",
                        format!("The pull request has {MAX_APPROVALS} approvals"),
                    ));
                };
                row.approvals.remove(old);
            }
            row.approvals.push(Approval { revision: row.revision.clone(), user });
        }
        row.activity = call.now();
        requests::keep(call, &row)?;
        let metadata = json!({"revisionId": row.revision, "approvalStatus": input.approval_state});
        requests::happened(call, &row, "PULL_REQUEST_APPROVAL_STATE_CHANGED", "approvalStateChangedEventMetadata", metadata)?;
        requests::tell(call, &row, "pullRequestApprovalStateChanged", json!({"approvalStatus": input.approval_state}))?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        examples::with_pull_request(
            json!({"pullRequestId": "$4/pullRequest/pullRequestId", "revisionId": "$4/pullRequest/revisionId", "approvalState": "APPROVE"}),
        )
    }
}
