use crate::{
    CodeCommit, examples,
    merging::{
        Signed,
        options::{How, MergeOption},
    },
    request_merges,
    request_shapes::PullRequestOutput,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Merges a pull request by moving its destination on.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_MergePullRequestByFastForward.html>
pub struct MergePullRequestByFastForward;

/// Which one, and how.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    pull_request_id: String,
    repository_name: String,
    source_commit_id: Option<String>,
}

impl Operation for MergePullRequestByFastForward {
    type Service = CodeCommit;
    const NAME: &'static str = "MergePullRequestByFastForward";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = PullRequestOutput;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        request_merges::demand(facts, "codecommit:MergePullRequestByFastForward", &input.pull_request_id, &input.repository_name)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<PullRequestOutput, Error> {
        let signed = Signed::by(call, None, None, None, false)?;
        let how = How::default();

        let tip = input.source_commit_id.as_deref();
        request_merges::merge(call, &input.pull_request_id, &input.repository_name, tip, MergeOption::FastForward, how, &signed)
    }

    fn example() -> Example {
        examples::with_pull_request(json!({"pullRequestId": "$4/pullRequest/pullRequestId", "repositoryName": "shop"}))
    }
}
