use crate::{
    CodeCommit, error, examples,
    git::objects::{self, Entry, FileMode},
    names, state,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists one folder.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetFolder.html>
pub struct GetFolder;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetFolderInput {
    /// The repository's name.
    pub repository_name: String,
    /// A branch, a tag, a reference or a commit id; the default branch's tip if not given.
    pub commit_specifier: Option<String>,
    /// The folder's path; `/` or empty is the root.
    pub folder_path: String,
}

/// A folder in the folder.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Folder {
    tree_id: String,
    absolute_path: String,
    relative_path: String,
}

/// A file or link in the folder.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    blob_id: String,
    absolute_path: String,
    relative_path: String,
    file_mode: FileMode,
}

/// Another repository's commit in the folder.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SubModule {
    commit_id: String,
    absolute_path: String,
    relative_path: String,
}

/// The folder.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GetFolderOutput {
    /// The commit that was read.
    pub commit_id: String,
    /// The folder's path.
    pub folder_path: String,
    /// The folder's object.
    pub tree_id: String,
    sub_folders: Vec<Folder>,
    files: Vec<File>,
    symbolic_links: Vec<File>,
    sub_modules: Vec<SubModule>,
}

impl GetFolderOutput {
    fn add(&mut self, entry: Entry) {
        let relative_path = entry.path;
        let absolute_path =
            if self.folder_path.is_empty() { relative_path.clone() } else { format!("{}/{relative_path}", self.folder_path) };
        match (entry.kind.as_str(), objects::mode_of(&entry.mode_text)) {
            ("tree", _) => self.sub_folders.push(Folder { tree_id: entry.object, absolute_path, relative_path }),
            ("commit", _) => self.sub_modules.push(SubModule { commit_id: entry.object, absolute_path, relative_path }),
            (_, Some(FileMode::Symlink)) => {
                self.symbolic_links.push(File { blob_id: entry.object, absolute_path, relative_path, file_mode: FileMode::Symlink })
            }
            (_, mode) => {
                self.files.push(File { blob_id: entry.object, absolute_path, relative_path, file_mode: mode.unwrap_or(FileMode::Normal) })
            }
        }
    }
}

impl Operation for GetFolder {
    type Service = CodeCommit;
    const NAME: &'static str = "GetFolder";
    const READ_ONLY: bool = true;
    type Input = GetFolderInput;
    type Output = GetFolderOutput;

    fn demands(input: &GetFolderInput, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        names::path(&input.folder_path)?;
        Ok(Demand::new("codecommit:GetFolder", state::arn(facts, &input.repository_name)?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetFolderInput) -> Result<GetFolderOutput, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let objects = objects::of(call, &row)?;
        let commit_id = objects.resolve(&row, input.commit_specifier.as_deref())?;
        let path = names::path(&input.folder_path)?;
        let tree_id = match path {
            "" => objects.commit(&commit_id)?.map(|c| c.tree_id),
            _ => objects.entry(&commit_id, path)?.filter(|e| e.kind == "tree").map(|e| e.object),
        };
        let tree_id = tree_id.ok_or_else(|| error::no_folder(path))?;
        let entries = objects.list(&tree_id, false)?;
        let (sub_folders, files, symbolic_links, sub_modules) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut output =
            GetFolderOutput { commit_id, folder_path: path.to_owned(), tree_id, sub_folders, files, symbolic_links, sub_modules };
        entries.into_iter().for_each(|entry| output.add(entry));
        Ok(output)
    }

    fn example() -> Example {
        examples::with_commit(json!({"repositoryName": "shop", "folderPath": "/"}))
    }
}
