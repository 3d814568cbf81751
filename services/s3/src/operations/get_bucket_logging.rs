use crate::{BucketInput, Nothing, S3, access};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// No bucket logs its requests: the answer is always empty.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLogging.html>
pub struct GetBucketLogging;

impl Operation for GetBucketLogging {
    type Service = S3;
    const NAME: &'static str = "GetBucketLogging";
    const READ_ONLY: bool = true;
    type Input = BucketInput;
    type Output = Nothing;

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetBucketLogging", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<Nothing, Error> {
        access::open_named(call, &input).map(|_| Nothing {})
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
