use crate::{CodeCommit, error, examples, state};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};

/// Tells how far an upload of a repository's content is. AWS documents the permission alone; input and output are ours.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/userguide/auth-and-access-control-permissions-reference.html>
pub struct GetUploadArchiveStatus;

/// Which upload.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetUploadArchiveStatusInput {
    /// The repository's name.
    pub repository_name: String,
    /// What UploadArchive gave.
    pub upload_id: String,
}

/// Its state. An upload that failed left nothing to ask for: UploadArchive itself said so.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GetUploadArchiveStatusOutput {
    /// `Succeeded`.
    pub status: &'static str,
    /// The commit whose content was written.
    pub commit_id: String,
}

impl Operation for GetUploadArchiveStatus {
    type Service = CodeCommit;
    const NAME: &'static str = "GetUploadArchiveStatus";
    const READ_ONLY: bool = true;
    type Input = GetUploadArchiveStatusInput;
    type Output = GetUploadArchiveStatusOutput;

    fn demands(input: &GetUploadArchiveStatusInput, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        Ok(Demand::new("codecommit:GetUploadArchiveStatus", state::arn(facts, &input.repository_name)?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetUploadArchiveStatusInput) -> Result<GetUploadArchiveStatusOutput, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let found = call.get(&state::ARCHIVES, &[row.id.as_str(), input.upload_id.as_str()])?;
        Ok(GetUploadArchiveStatusOutput { status: "Succeeded", commit_id: found.ok_or_else(|| error::no_upload(&input.upload_id))?.commit })
    }

    fn example() -> Example {
        examples::with_upload()
    }
}
