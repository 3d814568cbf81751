use crate::{BucketInput, Nothing, S3, access};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// No bucket is accelerated: the answer is always empty.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAccelerateConfiguration.html>
pub struct GetBucketAccelerateConfiguration;

impl Operation for GetBucketAccelerateConfiguration {
    type Service = S3;
    const NAME: &'static str = "GetBucketAccelerateConfiguration";
    const READ_ONLY: bool = true;
    type Input = BucketInput;
    type Output = Nothing;

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetAccelerateConfiguration", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<Nothing, Error> {
        access::open_named(call, &input).map(|_| Nothing {})
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
