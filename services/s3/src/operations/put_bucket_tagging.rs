use crate::{
    S3, access, objects,
    tags::{self, Tagging},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets the bucket's tags, all of them.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html>
pub struct PutBucketTagging;

/// Which bucket, and its tags.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutBucketTaggingInput {
    /// The bucket.
    pub bucket: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// The tags.
    pub tagging: Tagging,
}

impl Operation for PutBucketTagging {
    type Service = S3;
    const NAME: &'static str = "PutBucketTagging";
    const READ_ONLY: bool = false;
    type Input = PutBucketTaggingInput;
    type Output = ();

    fn demands(input: &PutBucketTaggingInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:PutBucketTagging", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutBucketTaggingInput) -> Result<(), Error> {
        let mut bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        tags::check(&input.tagging.tag_set, tags::MOST_OF_BUCKET)?;
        bucket.tags = input.tagging.tag_set;
        objects::put_bucket(call, &bucket)
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "Tagging": {"TagSet": [{"Key": "team", "Value": "delivery"}]}}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
