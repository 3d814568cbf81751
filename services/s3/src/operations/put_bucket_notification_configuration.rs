use crate::{S3, access, examples, objects};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Sets who is told of changes of objects: EventBridge, or nobody. A configuration replaces the one before.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html>
pub struct PutBucketNotificationConfiguration;

/// Who is told.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NotificationConfiguration {
    /// All changes go to EventBridge.
    pub event_bridge_configuration: Option<Value>,
    /// Refused.
    #[serde(default)]
    pub lambda_function_configurations: Vec<Value>,
    /// Refused.
    #[serde(default)]
    pub queue_configurations: Vec<Value>,
    /// Refused.
    #[serde(default)]
    pub topic_configurations: Vec<Value>,
}

/// Which bucket, and who is told.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutBucketNotificationConfigurationInput {
    /// The bucket.
    pub bucket: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// What to set.
    #[serde(default)]
    pub notification_configuration: NotificationConfiguration,
}

impl NotificationConfiguration {
    fn check(&self) -> Result<(), Error> {
        let given = [
            ("LambdaFunctionConfigurations", &self.lambda_function_configurations),
            ("QueueConfigurations", &self.queue_configurations),
            ("TopicConfigurations", &self.topic_configurations),
        ];
        match given.iter().find(|(_, list)| !list.is_empty()) {
            Some((name, _)) => Err(Error::not_implemented(&format!("s3:PutBucketNotificationConfiguration with {name}"))),
            None => Ok(()),
        }
    }
}

impl Operation for PutBucketNotificationConfiguration {
    type Service = S3;
    const NAME: &'static str = "PutBucketNotificationConfiguration";
    const READ_ONLY: bool = false;
    type Input = PutBucketNotificationConfigurationInput;
    type Output = ();

    fn demands(input: &PutBucketNotificationConfigurationInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:PutBucketNotification", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutBucketNotificationConfigurationInput) -> Result<(), Error> {
        let mut bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        input.notification_configuration.check()?;
        bucket.event_bridge = input.notification_configuration.event_bridge_configuration.is_some();
        objects::put_bucket(call, &bucket)
    }

    fn example() -> Example {
        examples::with_bucket(json!({"Bucket": "example-bucket", "NotificationConfiguration": {"EventBridgeConfiguration": {}}}))
    }
}
