use crate::{S3, access, objects, state::Versioning};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Switches versioning on, or suspends it.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html>
pub struct PutBucketVersioning;

/// Versioning as requests set it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct VersioningConfiguration {
    /// `Enabled` or `Suspended`.
    pub status: Option<String>,
    /// Refused unless `Disabled`.
    #[serde(rename = "MFADelete", alias = "MfaDelete")]
    pub mfa_delete: Option<String>,
}

/// Which bucket, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutBucketVersioningInput {
    /// The bucket.
    pub bucket: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// What to set.
    pub versioning_configuration: VersioningConfiguration,
}

impl Operation for PutBucketVersioning {
    type Service = S3;
    const NAME: &'static str = "PutBucketVersioning";
    const READ_ONLY: bool = false;
    type Input = PutBucketVersioningInput;
    type Output = ();

    fn demands(input: &PutBucketVersioningInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:PutBucketVersioning", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutBucketVersioningInput) -> Result<(), Error> {
        let mut bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        if input.versioning_configuration.mfa_delete.as_deref().is_some_and(|m| m != "Disabled") {
            return Err(Error::not_implemented("s3:PutBucketVersioning with MFADelete"));
        }
        bucket.versioning = match input.versioning_configuration.status.as_deref() {
            Some("Enabled") => Versioning::Enabled,
            Some("Suspended") if bucket.lock.is_some() => {
                let message = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.";
                return Err(Error::new("InvalidBucketState", message).status(409));
            }
            Some("Suspended") => Versioning::Suspended,
            _ => {
                return Err(Error::new(
                    "IllegalVersioningConfigurationException",
                    "The Versioning element must be specified: Status is Enabled or Suspended",
                ));
            }
        };
        objects::put_bucket(call, &bucket)
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "VersioningConfiguration": {"Status": "Enabled"}}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
