use crate::{
    CodeCommit, commits, examples,
    git::objects,
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

/// Makes the commit of a merge without moving a branch to it.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateUnreferencedMergeCommit.html>
pub struct CreateUnreferencedMergeCommit;

/// Which commits, and how.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    source_commit_specifier: String,
    destination_commit_specifier: String,
    merge_option: MergeOption,
    conflict_detail_level: Option<Detail>,
    conflict_resolution_strategy: Option<Strategy>,
    author_name: Option<String>,
    email: Option<String>,
    commit_message: Option<String>,
    #[serde(default)]
    keep_empty_folders: bool,
    conflict_resolution: Option<ConflictResolution>,
}

impl Operation for CreateUnreferencedMergeCommit {
    type Service = CodeCommit;
    const NAME: &'static str = "CreateUnreferencedMergeCommit";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = MergeCommit;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        Ok(state::demand(facts, "codecommit:CreateUnreferencedMergeCommit", &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<MergeCommit, Error> {
        let how = How {
            detail: input.conflict_detail_level.unwrap_or_default(),
            strategy: input.conflict_resolution_strategy.unwrap_or_default(),
            resolution: input.conflict_resolution,
        };
        let signed =
            Signed::by(call, input.author_name.as_deref(), input.email.as_deref(), input.commit_message, input.keep_empty_folders)?;

        let row = state::repository(call, &input.repository_name)?;
        let objects = objects::of(call, &row)?;
        let sides = merging::sides(&objects, &row, &input.source_commit_specifier, &input.destination_commit_specifier)?;

        if input.merge_option == MergeOption::FastForward {
            return Err(Error::new(
                "InvalidMergeOptionException",
                "A fast-forward merge makes no commit: expected SQUASH_MERGE or THREE_WAY_MERGE",
            ));
        }
        let told = merging::told(&sides, input.merge_option, &how);
        let made = merging::commit(call, &row, &objects, &sides, input.merge_option, how, &signed)?;
        let made = made.ok_or_else(|| Error::new("NoChangeException", "The destination has all of the source's commits already"))?;
        merging::tell_unreferenced(call, &row, &made, told)?;
        Ok(MergeCommit { commit_id: made.commit, tree_id: made.tree })
    }

    fn example() -> Example {
        examples::with_change(
            json!({"repositoryName": "shop", "sourceCommitSpecifier": "next", "destinationCommitSpecifier": "main", "mergeOption": "SQUASH_MERGE"}),
        )
    }

    fn recorded(input: &Input) -> Value {
        commits::without_content(serde_json::to_value(input).unwrap_or(Value::Null))
    }
}
