use crate::{BucketInput, S3, access, state::Versioning};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// Whether old versions of objects are kept.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html>
pub struct GetBucketVersioning;

/// Nothing: it was never switched on.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetBucketVersioningOutput {
    /// `Enabled` or `Suspended`.
    pub status: Option<&'static str>,
}

impl Operation for GetBucketVersioning {
    type Service = S3;
    const NAME: &'static str = "GetBucketVersioning";
    const READ_ONLY: bool = true;
    type Input = BucketInput;
    type Output = GetBucketVersioningOutput;

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetBucketVersioning", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<GetBucketVersioningOutput, Error> {
        let status = match access::open_named(call, &input)?.versioning {
            Versioning::Never => None,
            Versioning::Enabled => Some("Enabled"),
            Versioning::Suspended => Some("Suspended"),
        };
        Ok(GetBucketVersioningOutput { status })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
