use crate::{
    S3, access,
    encryption::{AES256, DefaultEncryption, KMS, MANAGED_KEY},
    error, objects,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets what objects are encrypted with where a request does not say.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html>
pub struct PutBucketEncryption;

/// An algorithm and its key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EncryptionByDefault {
    /// `AES256` or `aws:kms`.
    #[serde(rename = "SSEAlgorithm")]
    pub sse_algorithm: String,
    /// With `aws:kms`: the key's id, ARN or alias.
    #[serde(rename = "KMSMasterKeyID")]
    pub kms_master_key_id: Option<String>,
}

/// The one rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct EncryptionRule {
    /// What to encrypt with.
    pub apply_server_side_encryption_by_default: Option<EncryptionByDefault>,
    /// Whether encryption contexts name the bucket instead of the object.
    pub bucket_key_enabled: Option<bool>,
}

/// Exactly one rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ServerSideEncryptionConfiguration {
    /// The rules.
    #[serde(default)]
    pub rules: Vec<EncryptionRule>,
}

/// Which bucket, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutBucketEncryptionInput {
    /// The bucket.
    pub bucket: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// What to set.
    pub server_side_encryption_configuration: ServerSideEncryptionConfiguration,
}

impl Operation for PutBucketEncryption {
    type Service = S3;
    const NAME: &'static str = "PutBucketEncryption";
    const READ_ONLY: bool = false;
    type Input = PutBucketEncryptionInput;
    type Output = ();

    fn demands(input: &PutBucketEncryptionInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:PutEncryptionConfiguration", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutBucketEncryptionInput) -> Result<(), Error> {
        let mut bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let mut rules = input.server_side_encryption_configuration.rules;
        let rule = match (rules.pop(), rules.is_empty()) {
            (Some(rule), true) => rule,
            _ => return Err(error::malformed_xml()),
        };
        let by_default = rule
            .apply_server_side_encryption_by_default
            .unwrap_or(EncryptionByDefault { sse_algorithm: AES256.into(), kms_master_key_id: None });
        let kms_key_id = match (by_default.sse_algorithm.as_str(), by_default.kms_master_key_id) {
            (AES256, None) => None,
            (AES256, Some(_)) => {
                return Err(error::invalid_argument(
                    "KMSMasterKeyID",
                    "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms",
                ));
            }
            (KMS, id) => Some(id.unwrap_or_else(|| MANAGED_KEY.into())),
            ("aws:kms:dsse", _) => return Err(Error::not_implemented("s3:PutBucketEncryption with SSEAlgorithm aws:kms:dsse")),
            _ => return Err(error::malformed_xml()),
        };
        bucket.encryption = DefaultEncryption { kms_key_id, bucket_key: rule.bucket_key_enabled.unwrap_or(false) };
        objects::put_bucket(call, &bucket)
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
