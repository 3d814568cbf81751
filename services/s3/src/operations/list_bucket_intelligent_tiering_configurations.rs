use crate::{ConfigurationListInput, ConfigurationListOutput, S3, access};
use gate::{Authorized, Demands, Error, Example, Operation, View};

/// The bucket's tiering of storage: it has none.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketIntelligentTieringConfigurations.html>
pub struct ListBucketIntelligentTieringConfigurations;

impl Operation for ListBucketIntelligentTieringConfigurations {
    type Service = S3;
    const NAME: &'static str = "ListBucketIntelligentTieringConfigurations";
    const READ_ONLY: bool = true;
    type Input = ConfigurationListInput;
    type Output = ConfigurationListOutput;

    fn demands(input: &ConfigurationListInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        access::on_bucket(facts, "s3:GetIntelligentTieringConfiguration", &input.bucket).map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ConfigurationListInput) -> Result<ConfigurationListOutput, Error> {
        input.list_nothing(call)
    }

    fn example() -> Example {
        ConfigurationListInput::example()
    }
}
