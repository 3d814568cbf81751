use crate::{BucketInput, S3, access, tags::Tag};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// The bucket's tags.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html>
pub struct GetBucketTagging;

/// The tags.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetBucketTaggingOutput {
    /// At least one.
    pub tag_set: Vec<Tag>,
}

impl Operation for GetBucketTagging {
    type Service = S3;
    const NAME: &'static str = "GetBucketTagging";
    const READ_ONLY: bool = true;
    type Input = BucketInput;
    type Output = GetBucketTaggingOutput;

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetBucketTagging", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<GetBucketTaggingOutput, Error> {
        let tag_set = access::open_named(call, &input)?.tags;
        if tag_set.is_empty() {
            return Err(Error::new("NoSuchTagSet", "The TagSet does not exist").status(404).member("BucketName", input.bucket));
        }
        Ok(GetBucketTaggingOutput { tag_set })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"})).after(
            "s3:PutBucketTagging",
            json!({"Bucket": "example-bucket", "Tagging": {"TagSet": [{"Key": "team", "Value": "delivery"}]}}),
        )
    }
}
