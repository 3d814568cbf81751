use crate::{CodeCommit, examples, requests};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Tells who overrode the rules of a revision.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetPullRequestOverrideState.html>
pub struct GetPullRequestOverrideState;

/// Which revision.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    pull_request_id: String,
    revision_id: String,
}

/// Whether somebody did.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    overridden: bool,
    overrider: Option<String>,
}

impl Operation for GetPullRequestOverrideState {
    type Service = CodeCommit;
    const NAME: &'static str = "GetPullRequestOverrideState";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        requests::is_revision(&input.revision_id)?;
        Ok(requests::demand(facts, "codecommit:GetPullRequestOverrideState", &input.pull_request_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = requests::load(call, &input.pull_request_id)?;
        let overrider = row.overrides.into_iter().find(|o| o.revision == input.revision_id).map(|o| o.user);
        Ok(Output { overridden: overrider.is_some(), overrider })
    }

    fn example() -> Example {
        examples::with_pull_request(json!({"pullRequestId": "$4/pullRequest/pullRequestId", "revisionId": "$4/pullRequest/revisionId"}))
    }
}
