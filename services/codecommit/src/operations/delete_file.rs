use crate::{
    CodeCommit,
    commits::{self, OnTop},
    error, examples, files,
    git::{objects, write::Change},
    names,
    state::{self, HEADS},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes one file of a branch.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_DeleteFile.html>
pub struct DeleteFile;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    branch_name: String,
    file_path: String,
    parent_commit_id: String,
    #[serde(default)]
    keep_empty_folders: bool,
    commit_message: Option<String>,
    name: Option<String>,
    email: Option<String>,
}

/// What was made, and what is gone.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    commit_id: String,
    blob_id: String,
    tree_id: String,
    file_path: String,
}

impl Operation for DeleteFile {
    type Service = CodeCommit;
    const NAME: &'static str = "DeleteFile";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        files::path(&input.file_path)?;
        names::branch(&input.branch_name)?;
        let reference = format!("{HEADS}{}", input.branch_name);
        Ok(state::demand(facts, "codecommit:DeleteFile", &input.repository_name)?.with("codecommit:References", reference).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let person = commits::person(call, input.name.as_deref(), input.email.as_deref())?;
        let tip = commits::tip(call, &row, &input.branch_name, Some(&input.parent_commit_id))?;
        let tip = tip.ok_or_else(|| error::no_branch(&input.branch_name))?;
        let path = files::path(&input.file_path)?;
        let objects = objects::of(call, &row)?;
        let before = objects.entry(&tip, &path)?.filter(|e| e.mode().is_some()).ok_or_else(|| error::no_file(&path))?;
        let message = commits::message(input.commit_message.as_deref(), || format!("Deleted {path}"))?;
        let mut changes = vec![Change::Delete { path: path.clone() }];
        if input.keep_empty_folders {
            changes.extend(files::kept_folders(&objects, &tip, &changes)?);
        }
        let on_top = OnTop { tip: Some(&tip), person: &person, message: &message, changes: &changes };
        let made = commits::land(call, row, &objects, &input.branch_name, &on_top)?;
        Ok(Output { commit_id: made.commit, blob_id: before.object, tree_id: made.tree, file_path: path })
    }

    fn example() -> Example {
        examples::with_commit(json!({
            "repositoryName": "shop", "branchName": "main", "filePath": "README.md", "parentCommitId": examples::COMMIT,
        }))
    }
}
