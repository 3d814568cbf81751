use crate::{
    CodeCommit, examples,
    merging::{
        self, Signed,
        options::{How, MergeOption},
    },
    shapes::MergeCommit,
    state,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Moves a branch on to a commit that comes after it.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_MergeBranchesByFastForward.html>
pub struct MergeBranchesByFastForward;

/// Which commits, and how.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    source_commit_specifier: String,
    destination_commit_specifier: String,
    target_branch: Option<String>,
}

impl Operation for MergeBranchesByFastForward {
    type Service = CodeCommit;
    const NAME: &'static str = "MergeBranchesByFastForward";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = MergeCommit;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        let reference = merging::target(&input.destination_commit_specifier, input.target_branch.as_deref())?;
        Ok(state::demand(facts, "codecommit:MergeBranchesByFastForward", &input.repository_name)?
            .with("codecommit:References", reference)
            .into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<MergeCommit, Error> {
        let signed = Signed::by(call, None, None, None, false)?;
        let how = How::default();

        let reference = merging::target(&input.destination_commit_specifier, input.target_branch.as_deref())?;
        let commits = (input.source_commit_specifier.as_str(), input.destination_commit_specifier.as_str());
        let made = merging::branches(call, &input.repository_name, commits, &reference, MergeOption::FastForward, how, &signed)?;
        Ok(MergeCommit { commit_id: made.commit, tree_id: made.tree })
    }

    fn example() -> Example {
        examples::with_change(json!({"repositoryName": "shop", "sourceCommitSpecifier": "next", "destinationCommitSpecifier": "main"}))
    }
}
