use crate::{
    LifecycleConfiguration, S3, access, error, examples, lifecycle, objects,
    state::{LIFECYCLES, Lifecycle},
    workflows,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets when objects, old versions and unfinished uploads end. What is due ends at once, and from then on every midnight.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html>
pub struct PutBucketLifecycleConfiguration;

/// Which bucket, and its rules.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutBucketLifecycleConfigurationInput {
    /// The bucket.
    pub bucket: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// The rules.
    #[serde(default)]
    pub lifecycle_configuration: LifecycleConfiguration,
    /// Kept and told; it is about transitions, which there are none of.
    pub transition_default_minimum_object_size: Option<String>,
}

/// What was set.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutBucketLifecycleConfigurationOutput {
    /// As it holds now.
    pub transition_default_minimum_object_size: String,
}

const MINIMUMS: [&str; 2] = ["all_storage_classes_128K", "varies_by_storage_class"];

impl Operation for PutBucketLifecycleConfiguration {
    type Service = S3;
    const NAME: &'static str = "PutBucketLifecycleConfiguration";
    const READ_ONLY: bool = false;
    type Input = PutBucketLifecycleConfigurationInput;
    type Output = PutBucketLifecycleConfigurationOutput;

    fn demands(input: &PutBucketLifecycleConfigurationInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:PutLifecycleConfiguration", &input.bucket).map(Demands::from)
    }

    fn execute(
        call: &mut Authorized<'_, Self>,
        input: PutBucketLifecycleConfigurationInput,
    ) -> Result<PutBucketLifecycleConfigurationOutput, Error> {
        let mut bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let minimum = input.transition_default_minimum_object_size.unwrap_or_else(|| MINIMUMS[0].into());
        if !MINIMUMS.contains(&minimum.as_str()) {
            let message = format!("The value must be one of {}", MINIMUMS.join(", "));
            return Err(error::invalid_argument("x-amz-transition-default-minimum-object-size", message));
        }
        let rules = lifecycle::checked(input.lifecycle_configuration, call.entropy())?;
        call.put(&LIFECYCLES, bucket.name.as_str(), &Lifecycle { rules, minimum: minimum.clone() })?;
        bucket.lifecycle = true;
        objects::put_bucket(call, &bucket)?;
        workflows::lifecycle::follow(call, &bucket)?;
        Ok(PutBucketLifecycleConfigurationOutput { transition_default_minimum_object_size: minimum })
    }

    fn example() -> Example {
        examples::with_bucket(json!({"Bucket": "example-bucket", "LifecycleConfiguration": examples::lifecycle()}))
    }
}
