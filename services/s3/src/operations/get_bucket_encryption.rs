use crate::{
    BucketInput, S3, access,
    encryption::{AES256, KMS, MANAGED_KEY},
    operations::put_bucket_encryption::{EncryptionByDefault, EncryptionRule, ServerSideEncryptionConfiguration},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// What objects are encrypted with where a request does not say.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html>
pub struct GetBucketEncryption;

/// The configuration.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetBucketEncryptionOutput {
    /// With one rule.
    pub server_side_encryption_configuration: ServerSideEncryptionConfiguration,
}

impl Operation for GetBucketEncryption {
    type Service = S3;
    const NAME: &'static str = "GetBucketEncryption";
    const READ_ONLY: bool = true;
    type Input = BucketInput;
    type Output = GetBucketEncryptionOutput;

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetEncryptionConfiguration", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<GetBucketEncryptionOutput, Error> {
        let encryption = access::open_named(call, &input)?.encryption;
        let algorithm = if encryption.kms_key_id.is_some() { KMS } else { AES256 };
        // Who named no key is shown none.
        let kms_master_key_id = encryption.kms_key_id.filter(|id| id != MANAGED_KEY);
        let by_default = EncryptionByDefault { sse_algorithm: algorithm.into(), kms_master_key_id };
        let rule =
            EncryptionRule { apply_server_side_encryption_by_default: Some(by_default), bucket_key_enabled: Some(encryption.bucket_key) };
        Ok(GetBucketEncryptionOutput { server_side_encryption_configuration: ServerSideEncryptionConfiguration { rules: vec![rule] } })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
