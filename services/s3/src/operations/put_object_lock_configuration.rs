use crate::{DefaultRetention, Nothing, S3, access, error, examples, lock::BucketLock, objects, state::Versioning};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Turns a versioned bucket's object lock on, for good, and sets the retention of new objects.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html>
pub struct PutObjectLockConfiguration;

/// The one rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ObjectLockRule {
    /// The retention of new objects.
    pub default_retention: Option<DefaultRetention>,
}

/// A bucket's object lock.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ObjectLockConfiguration {
    /// `Enabled`.
    pub object_lock_enabled: Option<String>,
    /// The retention of new objects.
    pub rule: Option<ObjectLockRule>,
    /// The same as XML gives it: a list of one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<ObjectLockRule>,
}

/// Which bucket, and how.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutObjectLockConfigurationInput {
    /// The bucket.
    pub bucket: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// What to set.
    #[serde(default)]
    pub object_lock_configuration: ObjectLockConfiguration,
}

pub(crate) const ENABLED: &str = "Enabled";

impl Operation for PutObjectLockConfiguration {
    type Service = S3;
    const NAME: &'static str = "PutObjectLockConfiguration";
    const READ_ONLY: bool = false;
    type Input = PutObjectLockConfigurationInput;
    type Output = Nothing;

    fn demands(input: &PutObjectLockConfigurationInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:PutBucketObjectLockConfiguration", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutObjectLockConfigurationInput) -> Result<Nothing, Error> {
        let mut bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let configuration = input.object_lock_configuration;
        if configuration.object_lock_enabled.as_deref() != Some(ENABLED) {
            return Err(error::malformed_xml());
        }
        let mut rules: Vec<ObjectLockRule> = configuration.rule.into_iter().chain(configuration.rules).collect();
        if rules.len() > 1 {
            return Err(error::malformed_xml());
        }
        let by_default = rules.pop().map(|rule| rule.default_retention.ok_or_else(error::malformed_xml)).transpose()?;
        by_default.as_ref().map_or(Ok(()), DefaultRetention::check)?;
        if bucket.versioning != Versioning::Enabled {
            let message = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration";
            return Err(Error::new("InvalidBucketState", message).status(409));
        }
        bucket.lock = Some(BucketLock { by_default });
        objects::put_bucket(call, &bucket)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        let rule = json!({"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}});
        let configuration = json!({"ObjectLockEnabled": "Enabled", "Rule": rule});
        examples::with_lock(json!({"Bucket": "example-bucket", "ObjectLockConfiguration": configuration}))
    }
}
