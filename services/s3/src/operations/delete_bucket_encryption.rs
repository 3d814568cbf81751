use crate::{BucketInput, S3, access, encryption::DefaultEncryption, objects};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Back to AES256.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html>
pub struct DeleteBucketEncryption;

impl Operation for DeleteBucketEncryption {
    type Service = S3;
    const NAME: &'static str = "DeleteBucketEncryption";
    const READ_ONLY: bool = false;
    type Input = BucketInput;
    type Output = ();

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:PutEncryptionConfiguration", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<(), Error> {
        let mut bucket = access::open_named(call, &input)?;
        bucket.encryption = DefaultEncryption::AES256;
        objects::put_bucket(call, &bucket)
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
