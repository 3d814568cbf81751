use crate::{
    CodeCommit, commits, examples,
    merging::{
        self, Signed,
        options::{ConflictResolution, Detail, How, MergeOption, Strategy},
    },
    shapes::MergeCommit,
    state,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Merges a commit into a branch.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_MergeBranchesByThreeWay.html>
pub struct MergeBranchesByThreeWay;

/// Which commits, and how.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    source_commit_specifier: String,
    destination_commit_specifier: String,
    target_branch: Option<String>,
    conflict_detail_level: Option<Detail>,
    conflict_resolution_strategy: Option<Strategy>,
    author_name: Option<String>,
    email: Option<String>,
    commit_message: Option<String>,
    #[serde(default)]
    keep_empty_folders: bool,
    conflict_resolution: Option<ConflictResolution>,
}

impl Operation for MergeBranchesByThreeWay {
    type Service = CodeCommit;
    const NAME: &'static str = "MergeBranchesByThreeWay";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = MergeCommit;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        let reference = merging::target(&input.destination_commit_specifier, input.target_branch.as_deref())?;
        Ok(state::demand(facts, "codecommit:MergeBranchesByThreeWay", &input.repository_name)?
            .with("codecommit:References", reference)
            .into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<MergeCommit, Error> {
        let how = How {
            detail: input.conflict_detail_level.unwrap_or_default(),
            strategy: input.conflict_resolution_strategy.unwrap_or_default(),
            resolution: input.conflict_resolution,
        };
        let signed =
            Signed::by(call, input.author_name.as_deref(), input.email.as_deref(), input.commit_message, input.keep_empty_folders)?;

        let reference = merging::target(&input.destination_commit_specifier, input.target_branch.as_deref())?;
        let commits = (input.source_commit_specifier.as_str(), input.destination_commit_specifier.as_str());
        let made = merging::branches(call, &input.repository_name, commits, &reference, MergeOption::ThreeWay, how, &signed)?;
        Ok(MergeCommit { commit_id: made.commit, tree_id: made.tree })
    }

    fn example() -> Example {
        examples::with_change(json!({"repositoryName": "shop", "sourceCommitSpecifier": "next", "destinationCommitSpecifier": "main"}))
    }

    fn recorded(input: &Input) -> Value {
        commits::without_content(serde_json::to_value(input).unwrap_or(Value::Null))
    }
}
