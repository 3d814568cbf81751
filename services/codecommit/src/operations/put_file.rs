use crate::{
    CodeCommit,
    commits::{self, OnTop},
    error, examples, files,
    git::{
        objects::{self, Entry, FileMode},
        write::{Change, Content},
    },
    names,
    state::{self, HEADS},
};
use base::Blob;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Adds or changes one file of a branch.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_PutFile.html>
pub struct PutFile;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    branch_name: String,
    file_content: Blob,
    file_path: String,
    file_mode: Option<FileMode>,
    parent_commit_id: Option<String>,
    commit_message: Option<String>,
    name: Option<String>,
    email: Option<String>,
}

/// What was made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    commit_id: String,
    blob_id: String,
    tree_id: String,
}

impl Operation for PutFile {
    type Service = CodeCommit;
    const NAME: &'static str = "PutFile";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        files::path(&input.file_path)?;
        if input.file_content.0.is_empty() {
            return Err(Error::new("FileContentRequiredException", "The file is empty: only a Git client can add empty files"));
        }
        files::fits(&[input.file_content.0.len()])?;

        names::branch(&input.branch_name)?;
        let reference = format!("{HEADS}{}", input.branch_name);
        Ok(state::demand(facts, "codecommit:PutFile", &input.repository_name)?.with("codecommit:References", reference).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let person = commits::person(call, input.name.as_deref(), input.email.as_deref())?;
        let tip = commits::tip(call, &row, &input.branch_name, input.parent_commit_id.as_deref())?;
        let path = files::path(&input.file_path)?;
        let objects = objects::of(call, &row)?;
        let before = tip.as_deref().map(|tip| objects.entry(tip, &path)).transpose()?.flatten();
        let verb = if before.is_some() { "Edited" } else { "Added" };
        let message = commits::message(input.commit_message.as_deref(), || format!("{verb} {path}"))?;
        let mode = input.file_mode.or_else(|| before.as_ref().and_then(Entry::mode)).unwrap_or(FileMode::Normal);
        let content = Content::Bytes(input.file_content.0);
        let changes = [Change::Put { path: path.clone(), mode: mode.text().into(), content }];
        files::no_clash(&objects, tip.as_deref(), &changes)?;
        let on_top = OnTop { tip: tip.as_deref(), person: &person, message: &message, changes: &changes };
        let made = commits::land(call, row, &objects, &input.branch_name, &on_top)?;
        let after = objects.entry(&made.commit, &path)?.ok_or_else(|| error::no_file(&path))?;
        if before.is_some_and(|before| before.object == after.object && before.mode_text == after.mode_text) {
            return Err(Error::new(
                "SameFileContentException",
                format!("{path} has this content already in the branch {}", input.branch_name),
            ));
        }
        Ok(Output { commit_id: made.commit, blob_id: after.object, tree_id: made.tree })
    }

    fn example() -> Example {
        examples::with_commit(json!({
            "repositoryName": "shop", "branchName": "main", "filePath": "new.txt", "fileContent": "bmV3", "parentCommitId": examples::COMMIT,
        }))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        let first = json!({"repositoryName": "shop", "branchName": "main", "filePath": "new.txt", "fileContent": "bmV3"});
        vec![("as the first commit", examples::with_repository(first))]
    }

    fn recorded(input: &Input) -> Value {
        commits::without_content(serde_json::to_value(input).unwrap_or(Value::Null))
    }
}
