use crate::{S3, access, multipart};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashSet;

/// Gives an upload up; its parts go.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html>
pub struct AbortMultipartUpload;

/// Which upload.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AbortMultipartUploadInput {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// The upload.
    pub upload_id: String,
    /// Refused.
    pub if_match_initiated_time: Option<String>,
}

impl Operation for AbortMultipartUpload {
    type Service = S3;
    const NAME: &'static str = "AbortMultipartUpload";
    const READ_ONLY: bool = false;
    const DATA_EVENT: bool = true;
    type Input = AbortMultipartUploadInput;
    type Output = ();

    fn demands(input: &AbortMultipartUploadInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_object(facts, "s3:AbortMultipartUpload", &input.bucket, &input.key).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: AbortMultipartUploadInput) -> Result<(), Error> {
        if input.if_match_initiated_time.is_some() {
            return Err(Error::not_implemented("s3:AbortMultipartUpload with IfMatchInitiatedTime"));
        }
        access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        multipart::find(call, &input.bucket, &input.key, &input.upload_id)?;
        multipart::close(call, &input.bucket, &input.key, &input.upload_id, &HashSet::new())
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "Key": "a", "UploadId": "$1/UploadId"}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
            .after("s3:CreateMultipartUpload", json!({"Bucket": "example-bucket", "Key": "a"}))
    }
}
