use crate::{BucketInput, S3, access};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// The bucket's region; nothing for `us-east-1`.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html>
pub struct GetBucketLocation;

/// Where it is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetBucketLocationOutput {
    /// Its region.
    pub location_constraint: Option<String>,
}

impl Operation for GetBucketLocation {
    type Service = S3;
    const NAME: &'static str = "GetBucketLocation";
    const READ_ONLY: bool = true;
    type Input = BucketInput;
    type Output = GetBucketLocationOutput;

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetBucketLocation", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<GetBucketLocationOutput, Error> {
        let bucket = access::open_named(call, &input)?;
        Ok(GetBucketLocationOutput { location_constraint: Some(bucket.region).filter(|r| r != "us-east-1") })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
