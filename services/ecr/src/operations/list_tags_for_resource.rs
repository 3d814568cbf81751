use crate::{Ecr, examples::with_repository, repositories, tags::Tag};

use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The tags of a repository.
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ListTagsForResource.html>
pub struct ListTagsForResource;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    resource_arn: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    tags: Vec<Tag>,
}

impl Operation for ListTagsForResource {
    type Service = Ecr;
    const NAME: &'static str = "ListTagsForResource";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ecr>) -> Result<Demands, Error> {
        let arn = repositories::read_arn(&input.resource_arn)?;
        Ok(repositories::demand_on(facts, "ecr:ListTagsForResource", arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let arn = repositories::read_arn(&input.resource_arn)?;
        let row = repositories::load_arn(call, &arn)?;
        Ok(Output { tags: row.tags })
    }

    fn example() -> Example {
        with_repository(json!({"resourceArn": "arn:aws:ecr:us-east-1:111111111111:repository/example"}))
    }
}
