use crate::{
    BucketInput, S3, access, examples,
    operations::put_object_lock_configuration::{ENABLED, ObjectLockConfiguration, ObjectLockRule},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// The bucket's object lock.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html>
pub struct GetObjectLockConfiguration;

/// The configuration.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetObjectLockConfigurationOutput {
    /// On, with the retention of new objects if it has one.
    pub object_lock_configuration: ObjectLockConfiguration,
}

impl Operation for GetObjectLockConfiguration {
    type Service = S3;
    const NAME: &'static str = "GetObjectLockConfiguration";
    const READ_ONLY: bool = true;
    type Input = BucketInput;
    type Output = GetObjectLockConfigurationOutput;

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetBucketObjectLockConfiguration", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<GetObjectLockConfigurationOutput, Error> {
        let bucket = access::open_named(call, &input)?;
        let lock = bucket.lock.ok_or_else(|| {
            Error::new("ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket")
                .status(404)
                .member("BucketName", bucket.name.as_str())
        })?;
        let rule = lock.by_default.map(|by_default| ObjectLockRule { default_retention: Some(by_default) });
        let object_lock_configuration = ObjectLockConfiguration { object_lock_enabled: Some(ENABLED.into()), rule, rules: Vec::new() };
        Ok(GetObjectLockConfigurationOutput { object_lock_configuration })
    }

    fn example() -> Example {
        examples::with_lock(json!({"Bucket": "example-bucket"}))
    }
}
