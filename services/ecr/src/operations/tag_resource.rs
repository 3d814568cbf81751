use crate::{
    Ecr,
    examples::with_repository,
    repositories,
    shapes::Nothing,
    tags::{self, Tag},
};

use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets tags of a repository.
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_TagResource.html>
pub struct TagResource;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    resource_arn: String,
    tags: Vec<Tag>,
}

impl Operation for TagResource {
    type Service = Ecr;
    const NAME: &'static str = "TagResource";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Ecr>) -> Result<Demands, Error> {
        let arn = repositories::read_arn(&input.resource_arn)?;
        Ok(repositories::demand_on(facts, "ecr:TagResource", arn)?.with_tags(tags::pairs(&input.tags)).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let arn = repositories::read_arn(&input.resource_arn)?;
        let mut row = repositories::load_arn(call, &arn)?;
        tags::set(&mut row.tags, input.tags)?;
        repositories::save(call, &row)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_repository(
            json!({"resourceArn": "arn:aws:ecr:us-east-1:111111111111:repository/example", "tags": [{"Key": "a", "Value": "b"}]}),
        )
    }
}
