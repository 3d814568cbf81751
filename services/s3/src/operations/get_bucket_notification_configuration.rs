use crate::{BucketInput, Nothing, S3, access, examples};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// Who is told of changes of objects.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html>
pub struct GetBucketNotificationConfiguration;

/// Who is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetBucketNotificationConfigurationOutput {
    /// EventBridge, if it is.
    pub event_bridge_configuration: Option<Nothing>,
}

impl Operation for GetBucketNotificationConfiguration {
    type Service = S3;
    const NAME: &'static str = "GetBucketNotificationConfiguration";
    const READ_ONLY: bool = true;
    type Input = BucketInput;
    type Output = GetBucketNotificationConfigurationOutput;

    fn demands(input: &BucketInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetBucketNotification", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BucketInput) -> Result<GetBucketNotificationConfigurationOutput, Error> {
        let bucket = access::open_named(call, &input)?;
        Ok(GetBucketNotificationConfigurationOutput { event_bridge_configuration: bucket.event_bridge.then_some(Nothing {}) })
    }

    fn example() -> Example {
        examples::with_bucket(json!({"Bucket": "example-bucket"}))
    }
}
