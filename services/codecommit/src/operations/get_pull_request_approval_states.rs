use crate::{CodeCommit, examples, requests};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists who approved a revision.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetPullRequestApprovalStates.html>
pub struct GetPullRequestApprovalStates;

/// Which revision.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    pull_request_id: String,
    revision_id: String,
}

/// An approval.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    user_arn: String,
    approval_state: &'static str,
}

/// The approvals.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    approvals: Vec<Approval>,
}

impl Operation for GetPullRequestApprovalStates {
    type Service = CodeCommit;
    const NAME: &'static str = "GetPullRequestApprovalStates";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        requests::is_revision(&input.revision_id)?;
        Ok(requests::demand(facts, "codecommit:GetPullRequestApprovalStates", &input.pull_request_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = requests::load(call, &input.pull_request_id)?;
        let of_revision = row.approvals.into_iter().filter(|a| a.revision == input.revision_id);
        let approvals = of_revision.map(|a| Approval { user_arn: a.user, approval_state: "APPROVE" }).collect();
        Ok(Output { approvals })
    }

    fn example() -> Example {
        examples::with_pull_request(json!({"pullRequestId": "$4/pullRequest/pullRequestId", "revisionId": "$4/pullRequest/revisionId"}))
    }
}
