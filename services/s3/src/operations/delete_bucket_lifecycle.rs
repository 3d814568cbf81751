use crate::{BucketInput, S3, access, examples, objects, workflows};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Takes the bucket's lifecycle rules away: nothing expires any more.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketLifecycle.html>
pub struct DeleteBucketLifecycle;

impl Operation for DeleteBucketLifecycle {
    type Service = S3;
    const NAME: &'static str = "DeleteBucketLifecycle";
    const READ_ONLY: bool = false;
    type Input = BucketInput;
    type Output = ();

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:PutLifecycleConfiguration", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<(), Error> {
        let mut bucket = access::open_named(call, &input)?;
        workflows::lifecycle::forget(call, &bucket.name)?;
        bucket.lifecycle = false;
        objects::put_bucket(call, &bucket)
    }

    fn example() -> Example {
        examples::with_bucket(json!({"Bucket": "example-bucket"}))
    }
}
