use crate::{
    CodeCommit, commits, examples,
    merging::{
        Signed,
        options::{ConflictResolution, Detail, How, MergeOption, Strategy},
    },
    request_merges,
    request_shapes::PullRequestOutput,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Merges a pull request by one commit on its destination.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_MergePullRequestBySquash.html>
pub struct MergePullRequestBySquash;

/// Which one, and how.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    pull_request_id: String,
    repository_name: String,
    source_commit_id: Option<String>,
    conflict_detail_level: Option<Detail>,
    conflict_resolution_strategy: Option<Strategy>,
    author_name: Option<String>,
    email: Option<String>,
    commit_message: Option<String>,
    #[serde(default)]
    keep_empty_folders: bool,
    conflict_resolution: Option<ConflictResolution>,
}

impl Operation for MergePullRequestBySquash {
    type Service = CodeCommit;
    const NAME: &'static str = "MergePullRequestBySquash";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = PullRequestOutput;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        request_merges::demand(facts, "codecommit:MergePullRequestBySquash", &input.pull_request_id, &input.repository_name)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<PullRequestOutput, Error> {
        let how = How {
            detail: input.conflict_detail_level.unwrap_or_default(),
            strategy: input.conflict_resolution_strategy.unwrap_or_default(),
            resolution: input.conflict_resolution,
        };
        let signed =
            Signed::by(call, input.author_name.as_deref(), input.email.as_deref(), input.commit_message, input.keep_empty_folders)?;

        let tip = input.source_commit_id.as_deref();
        request_merges::merge(call, &input.pull_request_id, &input.repository_name, tip, MergeOption::Squash, how, &signed)
    }

    fn example() -> Example {
        examples::with_pull_request(json!({"pullRequestId": "$4/pullRequest/pullRequestId", "repositoryName": "shop"}))
    }

    fn recorded(input: &Input) -> Value {
        commits::without_content(serde_json::to_value(input).unwrap_or(Value::Null))
    }
}
