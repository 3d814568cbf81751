use crate::{CodeCommit, error, examples, state};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};

/// Stops an upload of a repository's content. UploadArchive here ends before it answers, so there is never one to stop:
/// an upload that has ended stays as it is, and the answer says that it had.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/userguide/auth-and-access-control-permissions-reference.html>
pub struct CancelUploadArchive;

/// Which upload.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CancelUploadArchiveInput {
    /// The repository's name.
    pub repository_name: String,
    /// What UploadArchive gave.
    pub upload_id: String,
}

/// What became of the upload.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CancelUploadArchiveOutput {
    /// `Succeeded`: it had ended before.
    pub status: &'static str,
}

impl Operation for CancelUploadArchive {
    type Service = CodeCommit;
    const NAME: &'static str = "CancelUploadArchive";
    const READ_ONLY: bool = false;
    type Input = CancelUploadArchiveInput;
    type Output = CancelUploadArchiveOutput;

    fn demands(input: &CancelUploadArchiveInput, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        Ok(Demand::new("codecommit:CancelUploadArchive", state::arn(facts, &input.repository_name)?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CancelUploadArchiveInput) -> Result<CancelUploadArchiveOutput, Error> {
        let row = state::repository(call, &input.repository_name)?;
        call.get(&state::ARCHIVES, &[row.id.as_str(), input.upload_id.as_str()])?.ok_or_else(|| error::no_upload(&input.upload_id))?;
        Ok(CancelUploadArchiveOutput { status: "Succeeded" })
    }

    fn example() -> Example {
        examples::with_upload()
    }
}
