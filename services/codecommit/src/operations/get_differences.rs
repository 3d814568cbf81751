use crate::{
    CodeCommit, error, examples,
    git::{
        changes::{FileChange, Side},
        objects,
    },
    names, state,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the files that differ between two commits.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetDifferences.html>
pub struct GetDifferences;

/// Which commits, and which page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    before_commit_specifier: Option<String>,
    after_commit_specifier: String,
    before_path: Option<String>,
    after_path: Option<String>,
    #[serde(rename = "MaxResults")]
    max_results: Option<i64>,
    #[serde(rename = "NextToken")]
    next_token: Option<String>,
}

/// One side of a file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BlobMetadata {
    blob_id: String,
    path: String,
    mode: String,
}

/// A file that differs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    before_blob: Option<BlobMetadata>,
    after_blob: Option<BlobMetadata>,
    change_type: &'static str,
}

/// One page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    differences: Vec<Difference>,
    #[serde(rename = "NextToken")]
    next_token: Option<String>,
}

const PAGE: usize = 400;

fn difference(change: FileChange) -> Difference {
    let path = change.path;
    let blob = |side: Side| BlobMetadata { blob_id: side.object, path: path.clone(), mode: side.mode };
    let change_type = match (&change.before, &change.after) {
        (None, _) => "A",
        (_, None) => "D",
        _ => "M",
    };
    Difference { before_blob: change.before.map(blob), after_blob: change.after.map(blob), change_type }
}

impl Operation for GetDifferences {
    type Service = CodeCommit;
    const NAME: &'static str = "GetDifferences";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        for path in [&input.before_path, &input.after_path].into_iter().flatten() {
            names::path(path)?;
        }
        names::page(input.max_results, PAGE)?;
        Ok(state::demand(facts, "codecommit:GetDifferences", &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let objects = objects::of(call, &row)?;
        let after = objects.resolve(&row, Some(&input.after_commit_specifier))?;
        let before = input.before_commit_specifier.as_deref().map(|name| objects.resolve(&row, Some(name))).transpose()?;
        let last = input.next_token.map(|token| base::place_of_token(&token).ok_or_else(error::bad_continuation)).transpose()?;
        let within = |path: &str, folder: Option<&String>| {
            let folder = folder.map_or("", |f| f.trim_matches('/'));
            folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let wanted = |change: &FileChange| {
            let before = change.before.is_none() || within(&change.path, input.before_path.as_ref());
            before && (change.after.is_none() || within(&change.path, input.after_path.as_ref()))
        };
        let size = names::page(input.max_results, PAGE)?;
        let mut changes = objects.changes(before.as_deref(), &after)?;
        changes.retain(|change| wanted(change) && last.as_ref().is_none_or(|last| change.path > *last));
        changes.sort_by(|one, other| one.path.cmp(&other.path));
        let next_token = (changes.len() > size).then(|| base::list_token(&changes[size - 1].path));
        changes.truncate(size);
        Ok(Output { differences: changes.into_iter().map(difference).collect(), next_token })
    }

    fn example() -> Example {
        examples::with_commit(json!({"repositoryName": "shop", "afterCommitSpecifier": "main"}))
    }
}
