use crate::{S3, access, objects};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets which public rights are blocked.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html>
pub struct PutPublicAccessBlock;

/// What is blocked. ACLs grant nothing anyway; the policy's switches are enforced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PublicAccessBlock {
    /// Public ACLs are refused.
    pub block_public_acls: bool,
    /// Public ACLs grant nothing.
    pub ignore_public_acls: bool,
    /// Public bucket policies are refused.
    pub block_public_policy: bool,
    /// A public bucket policy grants nothing to other accounts.
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// What a new bucket has.
    pub(crate) const ALL: Self =
        Self { block_public_acls: true, ignore_public_acls: true, block_public_policy: true, restrict_public_buckets: true };
}

/// Which bucket, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutPublicAccessBlockInput {
    /// The bucket.
    pub bucket: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// What to set.
    pub public_access_block_configuration: PublicAccessBlock,
}

impl Operation for PutPublicAccessBlock {
    type Service = S3;
    const NAME: &'static str = "PutPublicAccessBlock";
    const READ_ONLY: bool = false;
    type Input = PutPublicAccessBlockInput;
    type Output = ();

    fn demands(input: &PutPublicAccessBlockInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:PutBucketPublicAccessBlock", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutPublicAccessBlockInput) -> Result<(), Error> {
        let mut bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        bucket.public_access = Some(input.public_access_block_configuration);
        objects::put_bucket(call, &bucket)
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "PublicAccessBlockConfiguration": {"BlockPublicPolicy": true}}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
