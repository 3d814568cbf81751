use crate::{BucketInput, S3, access, examples, objects};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Takes the bucket's ownership controls away: objects belong to who writes them then, as with `ObjectWriter`.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketOwnershipControls.html>
pub struct DeleteBucketOwnershipControls;

impl Operation for DeleteBucketOwnershipControls {
    type Service = S3;
    const NAME: &'static str = "DeleteBucketOwnershipControls";
    const READ_ONLY: bool = false;
    type Input = BucketInput;
    type Output = ();

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:PutBucketOwnershipControls", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<(), Error> {
        let mut bucket = access::open_named(call, &input)?;
        bucket.ownership = None;
        objects::put_bucket(call, &bucket)
    }

    fn example() -> Example {
        examples::with_bucket(json!({"Bucket": "example-bucket"}))
    }
}
