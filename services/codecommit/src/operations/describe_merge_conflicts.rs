use crate::{
    CodeCommit, error, examples, files,
    git::objects,
    merging::{
        self,
        compare::Sides,
        options::{Detail, MergeOption, Strategy},
        shapes::{self, ConflictMetadata, MergeHunk},
    },
    names, state,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Shows the conflicts of one file.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_DescribeMergeConflicts.html>
pub struct DescribeMergeConflicts;

/// Which file of which merge.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    source_commit_specifier: String,
    destination_commit_specifier: String,
    merge_option: MergeOption,
    max_merge_hunks: Option<i64>,
    file_path: String,
    next_token: Option<String>,
    conflict_detail_level: Option<Detail>,
    conflict_resolution_strategy: Option<Strategy>,
}

/// The conflicts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    conflict_metadata: ConflictMetadata,
    merge_hunks: Vec<MergeHunk>,
    destination_commit_id: String,
    source_commit_id: String,
    base_commit_id: Option<String>,
}

const PAGE: usize = 1000;

impl Operation for DescribeMergeConflicts {
    type Service = CodeCommit;
    const NAME: &'static str = "DescribeMergeConflicts";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        files::path(&input.file_path)?;
        names::page(input.max_merge_hunks, PAGE)?;
        Ok(state::demand(facts, "codecommit:DescribeMergeConflicts", &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        if input.next_token.is_some() {
            return Err(error::bad_continuation());
        }

        let row = state::repository(call, &input.repository_name)?;
        let objects = objects::of(call, &row)?;
        let sides = merging::sides(&objects, &row, &input.source_commit_specifier, &input.destination_commit_specifier)?;
        let (detail, strategy) = (input.conflict_detail_level.unwrap_or_default(), input.conflict_resolution_strategy.unwrap_or_default());

        let path = files::path(&input.file_path)?;
        let (_, conflicts) = shapes::judged(&objects, &sides, input.merge_option, detail, strategy)?;
        let conflict = conflicts.iter().find(|c| c.path == path).ok_or_else(|| error::no_file(&path))?;
        let merge_hunks = shapes::hunks(conflict, names::page(input.max_merge_hunks, PAGE)?);
        let conflict_metadata = ConflictMetadata::of(conflict);
        let Sides { source, destination, base } = sides;
        Ok(Output { conflict_metadata, merge_hunks, destination_commit_id: destination, source_commit_id: source, base_commit_id: base })
    }

    fn example() -> Example {
        examples::with_conflict(
            json!({"repositoryName": "shop", "sourceCommitSpecifier": "next", "destinationCommitSpecifier": "main", "mergeOption": "THREE_WAY_MERGE", "filePath": "README.md"}),
        )
    }
}
