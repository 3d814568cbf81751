use crate::{BucketInput, LifecycleRule, S3, access, examples, state::LIFECYCLES};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// The bucket's lifecycle rules.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html>
pub struct GetBucketLifecycleConfiguration;

/// The rules.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetBucketLifecycleConfigurationOutput {
    /// At least one.
    pub rules: Vec<LifecycleRule>,
    /// As it was set.
    pub transition_default_minimum_object_size: String,
}

impl Operation for GetBucketLifecycleConfiguration {
    type Service = S3;
    const NAME: &'static str = "GetBucketLifecycleConfiguration";
    const READ_ONLY: bool = true;
    type Input = BucketInput;
    type Output = GetBucketLifecycleConfigurationOutput;

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetLifecycleConfiguration", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<GetBucketLifecycleConfigurationOutput, Error> {
        let bucket = access::open_named(call, &input)?;
        let lifecycle = call.get(&LIFECYCLES, bucket.name.as_str())?.ok_or_else(|| {
            Error::new("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")
                .status(404)
                .member("BucketName", bucket.name)
        })?;
        Ok(GetBucketLifecycleConfigurationOutput { rules: lifecycle.rules, transition_default_minimum_object_size: lifecycle.minimum })
    }

    fn example() -> Example {
        examples::with_bucket(json!({"Bucket": "example-bucket"})).after(
            "s3:PutBucketLifecycleConfiguration",
            json!({"Bucket": "example-bucket", "LifecycleConfiguration": examples::lifecycle()}),
        )
    }
}
