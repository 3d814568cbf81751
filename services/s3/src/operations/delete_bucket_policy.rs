use crate::{BucketInput, S3, access, objects};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Drops the bucket's policy.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html>
pub struct DeleteBucketPolicy;

impl Operation for DeleteBucketPolicy {
    type Service = S3;
    const NAME: &'static str = "DeleteBucketPolicy";
    const READ_ONLY: bool = false;
    type Input = BucketInput;
    type Output = ();

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:DeleteBucketPolicy", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<(), Error> {
        let mut bucket = access::open_as_owner(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        bucket.policy = None;
        objects::put_bucket(call, &bucket)
    }

    fn example() -> Example {
        let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::example-bucket"}}"#;
        Example::of(json!({"Bucket": "example-bucket"}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
            .after("s3:PutBucketPolicy", json!({"Bucket": "example-bucket", "Policy": policy}))
    }
}
