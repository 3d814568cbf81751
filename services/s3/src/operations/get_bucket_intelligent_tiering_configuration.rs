use crate::{ConfigurationInput, S3, access};
use gate::{Authorized, Demands, Error, Example, Operation, View};

/// No bucket has tiering of storage: always `NoSuchConfiguration`.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketIntelligentTieringConfiguration.html>
pub struct GetBucketIntelligentTieringConfiguration;

impl Operation for GetBucketIntelligentTieringConfiguration {
    type Service = S3;
    const NAME: &'static str = "GetBucketIntelligentTieringConfiguration";
    const READ_ONLY: bool = true;
    type Input = ConfigurationInput;
    type Output = ();

    fn demands(input: &ConfigurationInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetIntelligentTieringConfiguration", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ConfigurationInput) -> Result<(), Error> {
        input.find_nothing(call)
    }

    fn example() -> Example {
        ConfigurationInput::example()
    }
}
