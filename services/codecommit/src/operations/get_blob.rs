use crate::{CodeCommit, examples, git::objects, names, state};
use base::Blob;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Reads the content of a file by its object.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetBlob.html>
pub struct GetBlob;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    blob_id: String,
}

/// The content.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    content: Blob,
}

const MAX_SIZE: u64 = 6 * 1024 * 1024;

impl Operation for GetBlob {
    type Service = CodeCommit;
    const NAME: &'static str = "GetBlob";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        if !names::is_object(&input.blob_id) {
            return Err(Error::new("InvalidBlobIdException", format!("The blob id '{}' is not valid", names::shown(&input.blob_id))));
        }
        Ok(state::demand(facts, "codecommit:GetBlob", &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let objects = objects::of(call, &row)?;
        match objects.blob_of(&input.blob_id, MAX_SIZE)? {
            Some(Ok(content)) => Ok(Output { content: Blob(content) }),
            Some(Err(size)) => Err(Error::new("FileTooLargeException", format!("The file has {size} bytes; at most {MAX_SIZE} are sent"))),
            None => Err(Error::new("BlobIdDoesNotExistException", format!("Could not find blob {}", input.blob_id))),
        }
    }

    fn example() -> Example {
        examples::with_commit(json!({"repositoryName": "shop", "blobId": examples::BLOB}))
    }
}
