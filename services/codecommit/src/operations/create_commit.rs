use crate::{
    CodeCommit,
    commits::{self, OnTop},
    examples, files,
    git::{
        changes::FileChange,
        objects::{self, FileMode},
    },
    names,
    plan::{DeleteFileEntry, Plan, PutFileEntry, SetFileModeEntry},
    state::{self, HEADS},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Changes up to 100 files of a branch in one commit.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateCommit.html>
pub struct CreateCommit;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    branch_name: String,
    parent_commit_id: Option<String>,
    author_name: Option<String>,
    email: Option<String>,
    commit_message: Option<String>,
    #[serde(default)]
    keep_empty_folders: bool,
    #[serde(default)]
    put_files: Vec<PutFileEntry>,
    #[serde(default)]
    delete_files: Vec<DeleteFileEntry>,
    #[serde(default)]
    set_file_modes: Vec<SetFileModeEntry>,
}

/// A file that changed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileMetadata {
    absolute_path: String,
    blob_id: Option<String>,
    file_mode: Option<FileMode>,
}

/// What was made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    pub(crate) commit_id: String,
    tree_id: String,
    files_added: Vec<FileMetadata>,
    files_updated: Vec<FileMetadata>,
    files_deleted: Vec<FileMetadata>,
}

impl Operation for CreateCommit {
    type Service = CodeCommit;
    const NAME: &'static str = "CreateCommit";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        Plan::check(&input.put_files, &input.delete_files, &input.set_file_modes)?;

        names::branch(&input.branch_name)?;
        let reference = format!("{HEADS}{}", input.branch_name);
        Ok(state::demand(facts, "codecommit:CreateCommit", &input.repository_name)?.with("codecommit:References", reference).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let person = commits::person(call, input.author_name.as_deref(), input.email.as_deref())?;
        let tip = commits::tip(call, &row, &input.branch_name, input.parent_commit_id.as_deref())?;
        let objects = objects::of(call, &row)?;
        let count = input.put_files.len() + input.delete_files.len() + input.set_file_modes.len();
        let message = commits::message(input.commit_message.as_deref(), || format!("Changed {count} files"))?;
        let mut changes = Plan::changes(&objects, tip.as_deref(), input.put_files, input.delete_files, input.set_file_modes)?;
        files::no_clash(&objects, tip.as_deref(), &changes)?;
        if let (true, Some(tip)) = (input.keep_empty_folders, &tip) {
            changes.extend(files::kept_folders(&objects, tip, &changes)?);
        }
        let on_top = OnTop { tip: tip.as_deref(), person: &person, message: &message, changes: &changes };
        let made = commits::land(call, row, &objects, &input.branch_name, &on_top)?;
        let done = objects.changes(tip.as_deref(), &made.commit)?;
        if done.is_empty() {
            return Err(Error::new("NoChangeException", "The commit cannot be created because no changes will be made to the repository"));
        }
        let mut output = Output {
            commit_id: made.commit,
            tree_id: made.tree,
            files_added: Vec::new(),
            files_updated: Vec::new(),
            files_deleted: Vec::new(),
        };
        for FileChange { path, before, after } in done {
            let list = match (&before, &after) {
                (None, _) => &mut output.files_added,
                (_, None) => &mut output.files_deleted,
                _ => &mut output.files_updated,
            };
            let side = after.or(before);
            let file_mode = side.as_ref().and_then(|side| objects::mode_of(&side.mode));
            list.push(FileMetadata { absolute_path: path, blob_id: side.map(|side| side.object), file_mode });
        }
        Ok(output)
    }

    fn example() -> Example {
        examples::with_commit(json!({
            "repositoryName": "shop", "branchName": "main", "parentCommitId": examples::COMMIT, "commitMessage": "Tidy up",
            "putFiles": [{"filePath": "new.txt", "fileContent": "bmV3"}, {"filePath": "moved.md", "sourceFile": {"filePath": "README.md", "isMove": true}}],
            "deleteFiles": [{"filePath": "src/door.txt"}],
        }))
    }

    fn recorded(input: &Input) -> Value {
        commits::without_content(serde_json::to_value(input).unwrap_or(Value::Null))
    }
}
