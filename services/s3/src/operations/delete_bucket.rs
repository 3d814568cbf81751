use crate::{
    BucketInput, S3, access, multipart, objects,
    state::{BUCKETS, OWNED, UPLOADS, Versioning},
    workflows,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;
use std::collections::HashSet;

/// Deletes an empty bucket; uploads that are under way in it end.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html>
pub struct DeleteBucket;

impl Operation for DeleteBucket {
    type Service = S3;
    const NAME: &'static str = "DeleteBucket";
    const READ_ONLY: bool = false;
    type Input = BucketInput;
    type Output = ();

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:DeleteBucket", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<(), Error> {
        let bucket = access::open_named(call, &input)?;
        let name = bucket.name.as_str();
        if !objects::is_empty(call, name)? {
            let message = match bucket.versioning {
                Versioning::Never => "The bucket you tried to delete is not empty",
                _ => "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
            };
            return Err(Error::new("BucketNotEmpty", message).status(409).member("BucketName", name));
        }
        for (parts, _) in call.scan(&UPLOADS, name)? {
            multipart::close(call, name, &parts[1], &parts[2], &HashSet::new())?;
        }
        workflows::lifecycle::forget(call, name)?;
        call.delete(&OWNED, &[bucket.account.as_str(), name]);
        call.delete(&BUCKETS, name);
        Ok(())
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
