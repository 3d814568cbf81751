use crate::{ConfigurationInput, S3, access};
use gate::{Authorized, Demands, Error, Example, Operation, View};

/// No bucket has storage analyses: always `NoSuchConfiguration`.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAnalyticsConfiguration.html>
pub struct GetBucketAnalyticsConfiguration;

impl Operation for GetBucketAnalyticsConfiguration {
    type Service = S3;
    const NAME: &'static str = "GetBucketAnalyticsConfiguration";
    const READ_ONLY: bool = true;
    type Input = ConfigurationInput;
    type Output = ();

    fn demands(input: &ConfigurationInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetAnalyticsConfiguration", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ConfigurationInput) -> Result<(), Error> {
        input.find_nothing(call)
    }

    fn example() -> Example {
        ConfigurationInput::example()
    }
}
