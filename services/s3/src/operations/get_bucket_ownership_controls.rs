use crate::{
    BucketInput, S3, access,
    operations::put_bucket_ownership_controls::{OwnershipControls, OwnershipRule},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// Who owns objects.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketOwnershipControls.html>
pub struct GetBucketOwnershipControls;

/// The configuration.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetBucketOwnershipControlsOutput {
    /// With one rule.
    pub ownership_controls: OwnershipControls,
}

impl Operation for GetBucketOwnershipControls {
    type Service = S3;
    const NAME: &'static str = "GetBucketOwnershipControls";
    const READ_ONLY: bool = true;
    type Input = BucketInput;
    type Output = GetBucketOwnershipControlsOutput;

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetBucketOwnershipControls", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<GetBucketOwnershipControlsOutput, Error> {
        let bucket = access::open_named(call, &input)?;
        let object_ownership = bucket.ownership.ok_or_else(|| {
            Error::new("OwnershipControlsNotFoundError", "The bucket ownership controls were not found")
                .status(404)
                .member("BucketName", bucket.name)
        })?;
        let rule = OwnershipRule { object_ownership };
        Ok(GetBucketOwnershipControlsOutput { ownership_controls: OwnershipControls { rules: vec![rule] } })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
