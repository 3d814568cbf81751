use crate::{BucketInput, S3, access};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// No bucket is a website: always `NoSuchWebsiteConfiguration`.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketWebsite.html>
pub struct GetBucketWebsite;

impl Operation for GetBucketWebsite {
    type Service = S3;
    const NAME: &'static str = "GetBucketWebsite";
    const READ_ONLY: bool = true;
    type Input = BucketInput;
    type Output = ();

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetBucketWebsite", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<(), Error> {
        let bucket = access::open_named(call, &input)?;
        Err(Error::new("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration")
            .status(404)
            .member("BucketName", bucket.name))
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
            .fails("NoSuchWebsiteConfiguration")
    }
}
