use crate::{BucketInput, S3, access};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// Whether the bucket is there and may be listed.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>
pub struct HeadBucket;

/// Where it is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct HeadBucketOutput {
    /// Its region.
    pub bucket_region: String,
}

impl Operation for HeadBucket {
    type Service = S3;
    const NAME: &'static str = "HeadBucket";
    const READ_ONLY: bool = true;
    const DATA_EVENT: bool = true;
    type Input = BucketInput;
    type Output = HeadBucketOutput;

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:ListBucket", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<HeadBucketOutput, Error> {
        let bucket = access::open_named(call, &input)?;
        Ok(HeadBucketOutput { bucket_region: bucket.region })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
