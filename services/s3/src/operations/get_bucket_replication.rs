use crate::{BucketInput, S3, access};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// No bucket is replicated: always `ReplicationConfigurationNotFoundError`.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketReplication.html>
pub struct GetBucketReplication;

impl Operation for GetBucketReplication {
    type Service = S3;
    const NAME: &'static str = "GetBucketReplication";
    const READ_ONLY: bool = true;
    type Input = BucketInput;
    type Output = ();

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetReplicationConfiguration", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<(), Error> {
        let bucket = access::open_named(call, &input)?;
        Err(Error::new("ReplicationConfigurationNotFoundError", "The replication configuration was not found")
            .status(404)
            .member("BucketName", bucket.name))
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
            .fails("ReplicationConfigurationNotFoundError")
    }
}
