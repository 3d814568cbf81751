use crate::{CodeCommit, error, examples, git::objects, names, state};
use base::Blob;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use crate::git::objects::FileMode;

/// Reads one file, of at most 6 MB.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetFile.html>
pub struct GetFile;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetFileInput {
    /// The repository's name.
    pub repository_name: String,
    /// A branch, a tag, a reference or a commit id; the default branch's tip if not given.
    pub commit_specifier: Option<String>,
    /// The file's path.
    pub file_path: String,
}

/// The file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GetFileOutput {
    /// The commit that was read.
    pub commit_id: String,
    /// The content's object.
    pub blob_id: String,
    /// The file's path.
    pub file_path: String,
    /// Its kind.
    pub file_mode: FileMode,
    /// Its length.
    pub file_size: u64,
    /// Its content.
    pub file_content: Blob,
}

const MAX_SIZE: u64 = 6 * 1024 * 1024;

impl Operation for GetFile {
    type Service = CodeCommit;
    const NAME: &'static str = "GetFile";
    const READ_ONLY: bool = true;
    type Input = GetFileInput;
    type Output = GetFileOutput;

    fn demands(input: &GetFileInput, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        if names::path(&input.file_path)?.is_empty() {
            return Err(Error::new("PathRequiredException", "A file path is required"));
        }
        Ok(Demand::new("codecommit:GetFile", state::arn(facts, &input.repository_name)?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetFileInput) -> Result<GetFileOutput, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let objects = objects::of(call, &row)?;
        let commit_id = objects.resolve(&row, input.commit_specifier.as_deref())?;
        let path = names::path(&input.file_path)?;
        let entry = objects.entry(&commit_id, path)?.ok_or_else(|| error::no_file(path))?;
        let file_mode = entry.mode().ok_or_else(|| error::no_file(path))?;
        if entry.size > MAX_SIZE {
            return Err(Error::new(
                "FileTooLargeException",
                format!("{path} has {} bytes; at most {MAX_SIZE} are sent. Clone the repository instead.", entry.size),
            ));
        }
        let file_content = Blob(objects.blob(&entry.object)?);
        Ok(GetFileOutput { commit_id, blob_id: entry.object, file_path: path.to_owned(), file_mode, file_size: entry.size, file_content })
    }

    fn example() -> Example {
        examples::with_commit(json!({"repositoryName": "shop", "filePath": "README.md"}))
    }
}
