use crate::{
    CodeCommit, error, examples, files,
    git::objects::{self, Commit},
    names, state,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the commits that changed a file, newest first.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_ListFileCommitHistory.html>
pub struct ListFileCommitHistory;

/// Which file, and which page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    commit_specifier: Option<String>,
    file_path: String,
    max_results: Option<i64>,
    next_token: Option<String>,
}

/// A version of the file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileVersion {
    commit: Commit,
    blob_id: Option<String>,
    path: String,
    revision_children: Vec<String>,
}

/// One page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    revision_dag: Vec<FileVersion>,
    next_token: Option<String>,
}

const PAGE: usize = 100;

impl Operation for ListFileCommitHistory {
    type Service = CodeCommit;
    const NAME: &'static str = "ListFileCommitHistory";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        files::path(&input.file_path)?;
        names::page(input.max_results, PAGE)?;
        Ok(state::demand(facts, "codecommit:ListFileCommitHistory", &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let objects = objects::of(call, &row)?;
        let start = objects.resolve(&row, input.commit_specifier.as_deref())?;
        let path = files::path(&input.file_path)?;
        let size = names::page(input.max_results, PAGE)?;
        let mut revisions = objects.history(&start, &path)?;
        if let Some(token) = input.next_token {
            let last = base::place_of_token(&token).ok_or_else(error::bad_continuation)?;
            let place = revisions.iter().position(|r| r.commit == last).ok_or_else(error::bad_continuation)?;
            revisions.drain(..=place);
        }
        let next_token = (revisions.len() > size).then(|| base::list_token(&revisions[size - 1].commit));
        revisions.truncate(size);
        let ids: Vec<String> = revisions.iter().map(|r| r.commit.clone()).collect();
        let mut revision_dag = Vec::with_capacity(ids.len());
        for (revision, commit) in revisions.into_iter().zip(objects.commits(&ids)?) {
            let commit = commit.ok_or_else(|| error::no_commit(&revision.commit))?;
            let blob_id = objects.entry(&commit.commit_id, &path)?.map(|entry| entry.object);
            revision_dag.push(FileVersion { commit, blob_id, path: path.clone(), revision_children: revision.children });
        }
        Ok(Output { revision_dag, next_token })
    }

    fn example() -> Example {
        examples::with_commit(json!({"repositoryName": "shop", "filePath": "README.md"}))
    }
}
