use crate::{CodeCommit, error, examples, imagined, names, state};
use gate::{Authorized, Body, Demand, Demands, Error, Example, Operation, View};
use s3::{Encryption, PutObject, PutObjectInput};
use serde::{Deserialize, Serialize};

/// Writes a commit's files into a bucket, as a zip archive without git's own data: the source action of a pipeline.
/// AWS documents the permission alone; input and output are ours. The object is written on behalf of the caller, whose
/// rights to the bucket and the key are needed.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/userguide/auth-and-access-control-permissions-reference.html>
pub struct UploadArchive;

/// Which commit, and where to.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UploadArchiveInput {
    /// The repository's name.
    pub repository_name: String,
    /// The full commit id.
    pub commit_id: String,
    /// The bucket.
    pub s3_bucket: String,
    /// The object's key.
    pub s3_key: String,
    /// The key that encrypts the object; None: the bucket's default.
    pub kms_key_arn: Option<String>,
}

/// What was written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UploadArchiveOutput {
    /// The upload, for GetUploadArchiveStatus.
    pub upload_id: String,
    /// The object's ETag, in quotes.
    pub etag: String,
    /// The object's version, in versioned buckets.
    pub version_id: Option<String>,
}

impl Operation for UploadArchive {
    type Service = CodeCommit;
    const NAME: &'static str = "UploadArchive";
    const READ_ONLY: bool = false;
    type Input = UploadArchiveInput;
    type Output = UploadArchiveOutput;

    fn demands(input: &UploadArchiveInput, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        names::commit(&input.commit_id)?;
        Ok(Demand::new("codecommit:UploadArchive", state::arn(facts, &input.repository_name)?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UploadArchiveInput) -> Result<UploadArchiveOutput, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let found = imagined::archive(call, &row, &input.commit_id)?;
        let (commit, mut zip) = found.ok_or_else(|| error::no_commit_id(&input.commit_id))?;
        let encryption = Encryption {
            server_side_encryption: input.kms_key_arn.is_some().then(|| "aws:kms".to_owned()),
            kms_key_id: input.kms_key_arn,
            ..Encryption::default()
        };
        let object = PutObjectInput { bucket: input.s3_bucket, key: input.s3_key, encryption, ..PutObjectInput::default() };
        let actor = call.forward();
        let written = call.invoke_sending::<PutObject>(&actor, object, Body::Reader(&mut zip))?;
        let upload_id = base::uuid(call.entropy());
        let archive = state::Archive { commit: commit.commit_id, made: call.now() };
        call.put(&state::ARCHIVES, &[row.id.as_str(), upload_id.as_str()], &archive)?;
        Ok(UploadArchiveOutput { upload_id, etag: written.etag, version_id: written.version_id })
    }

    fn example() -> Example {
        examples::with_bucket(examples::archive()).inside(["s3:PutObject"])
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![("with a KMS key", examples::with_key())]
    }
}
