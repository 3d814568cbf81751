use crate::{
    CodeCommit, error, examples,
    git::objects,
    merging::{
        self,
        compare::Sides,
        options::{Detail, MergeOption, Strategy},
        shapes::{self, ConflictMetadata},
    },
    names, state,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Tells whether two commits can be merged, and which files conflict.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetMergeConflicts.html>
pub struct GetMergeConflicts;

/// Which commits, and what counts as a conflict.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    source_commit_specifier: String,
    destination_commit_specifier: String,
    merge_option: MergeOption,
    max_conflict_files: Option<i64>,
    next_token: Option<String>,
    conflict_detail_level: Option<Detail>,
    conflict_resolution_strategy: Option<Strategy>,
}

/// One page of the conflicts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    mergeable: bool,
    destination_commit_id: String,
    source_commit_id: String,
    base_commit_id: Option<String>,
    conflict_metadata_list: Vec<ConflictMetadata>,
    next_token: Option<String>,
}

const PAGE: usize = 1000;

impl Operation for GetMergeConflicts {
    type Service = CodeCommit;
    const NAME: &'static str = "GetMergeConflicts";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        names::page(input.max_conflict_files, PAGE)?;
        Ok(state::demand(facts, "codecommit:GetMergeConflicts", &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let objects = objects::of(call, &row)?;
        let sides = merging::sides(&objects, &row, &input.source_commit_specifier, &input.destination_commit_specifier)?;
        let (detail, strategy) = (input.conflict_detail_level.unwrap_or_default(), input.conflict_resolution_strategy.unwrap_or_default());

        let (mergeable, conflicts) = shapes::judged(&objects, &sides, input.merge_option, detail, strategy)?;
        let size = names::page(input.max_conflict_files, PAGE)?;
        let last = input.next_token.map(|token| base::place_of_token(&token).ok_or_else(error::bad_continuation)).transpose()?;
        let behind = conflicts.iter().filter(|c| last.as_ref().is_none_or(|last| c.path > *last));
        let mut conflict_metadata_list: Vec<ConflictMetadata> = behind.take(size + 1).map(ConflictMetadata::of).collect();
        let more = conflict_metadata_list.len() > size;
        conflict_metadata_list.truncate(size);
        let next_token = conflict_metadata_list.last().filter(|_| more).map(|last| base::list_token(&last.file_path));
        let Sides { source, destination, base } = sides;
        Ok(Output {
            mergeable,
            destination_commit_id: destination,
            source_commit_id: source,
            base_commit_id: base,
            conflict_metadata_list,
            next_token,
        })
    }

    fn example() -> Example {
        examples::with_change(
            json!({"repositoryName": "shop", "sourceCommitSpecifier": "next", "destinationCommitSpecifier": "main", "mergeOption": "THREE_WAY_MERGE"}),
        )
    }
}
