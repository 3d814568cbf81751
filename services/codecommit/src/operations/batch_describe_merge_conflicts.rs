use crate::{
    CodeCommit, error, examples, files,
    git::objects,
    merging::{
        self,
        compare::{Conflict, Sides},
        options::{Detail, MergeOption, Strategy},
        shapes::{self, ConflictMetadata, MergeHunk},
    },
    names, state,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Shows the conflicts of several files.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_BatchDescribeMergeConflicts.html>
pub struct BatchDescribeMergeConflicts;

/// Which files of which merge.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    source_commit_specifier: String,
    destination_commit_specifier: String,
    merge_option: MergeOption,
    max_merge_hunks: Option<i64>,
    max_conflict_files: Option<i64>,
    #[serde(default)]
    file_paths: Vec<String>,
    next_token: Option<String>,
    conflict_detail_level: Option<Detail>,
    conflict_resolution_strategy: Option<Strategy>,
}

/// One file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Described {
    conflict_metadata: ConflictMetadata,
    merge_hunks: Vec<MergeHunk>,
}

/// A file without a conflict.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    file_path: String,
    exception_name: String,
    message: String,
}

/// One page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    conflicts: Vec<Described>,
    next_token: Option<String>,
    errors: Vec<Failure>,
    destination_commit_id: String,
    source_commit_id: String,
    base_commit_id: Option<String>,
}

const PAGE: usize = 1000;

impl Operation for BatchDescribeMergeConflicts {
    type Service = CodeCommit;
    const NAME: &'static str = "BatchDescribeMergeConflicts";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        for path in &input.file_paths {
            files::path(path)?;
        }
        names::page(input.max_merge_hunks, PAGE)?;
        names::page(input.max_conflict_files, PAGE)?;
        Ok(state::demand(facts, "codecommit:BatchDescribeMergeConflicts", &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let objects = objects::of(call, &row)?;
        let sides = merging::sides(&objects, &row, &input.source_commit_specifier, &input.destination_commit_specifier)?;
        let (detail, strategy) = (input.conflict_detail_level.unwrap_or_default(), input.conflict_resolution_strategy.unwrap_or_default());

        let wanted: Vec<String> = input.file_paths.iter().map(|path| files::path(path)).collect::<Result<_, _>>()?;
        let (_, mut found) = shapes::judged(&objects, &sides, input.merge_option, detail, strategy)?;
        let missing = wanted.iter().filter(|path| found.iter().all(|c| c.path != **path)).map(|path| {
            let error = error::no_file(path);
            Failure { file_path: path.clone(), exception_name: error.code.into_owned(), message: error.message }
        });
        let errors: Vec<Failure> = missing.collect();
        let last = input.next_token.map(|token| base::place_of_token(&token).ok_or_else(error::bad_continuation)).transpose()?;
        found.retain(|c| (wanted.is_empty() || wanted.contains(&c.path)) && last.as_ref().is_none_or(|last| c.path > *last));
        let size = names::page(input.max_conflict_files, PAGE)?;
        let next_token = (found.len() > size).then(|| base::list_token(&found[size - 1].path));
        let hunks = names::page(input.max_merge_hunks, PAGE)?;
        let show = |c: &Conflict| Described { conflict_metadata: ConflictMetadata::of(c), merge_hunks: shapes::hunks(c, hunks) };
        let conflicts = found.iter().take(size).map(show).collect();
        let Sides { source, destination, base } = sides;
        Ok(Output { conflicts, next_token, errors, destination_commit_id: destination, source_commit_id: source, base_commit_id: base })
    }

    fn example() -> Example {
        examples::with_conflict(
            json!({"repositoryName": "shop", "sourceCommitSpecifier": "next", "destinationCommitSpecifier": "main", "mergeOption": "SQUASH_MERGE", "filePaths": ["README.md", "none"]}),
        )
    }
}
