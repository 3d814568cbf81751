use crate::{BucketInput, PublicAccessBlock, S3, access};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// Which public rights are blocked.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html>
pub struct GetPublicAccessBlock;

/// The configuration.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetPublicAccessBlockOutput {
    /// What is blocked.
    pub public_access_block_configuration: PublicAccessBlock,
}

impl Operation for GetPublicAccessBlock {
    type Service = S3;
    const NAME: &'static str = "GetPublicAccessBlock";
    const READ_ONLY: bool = true;
    type Input = BucketInput;
    type Output = GetPublicAccessBlockOutput;

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetBucketPublicAccessBlock", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<GetPublicAccessBlockOutput, Error> {
        let found = access::open_named(call, &input)?.public_access;
        let missing = || {
            Error::new("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found")
                .status(404)
                .member("BucketName", input.bucket.as_str())
        };
        Ok(GetPublicAccessBlockOutput { public_access_block_configuration: found.ok_or_else(missing)? })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
