use crate::{Ecr, examples::with_repository, repositories, shapes::Nothing};

use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Takes tags from a repository.
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_UntagResource.html>
pub struct UntagResource;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    resource_arn: String,
    tag_keys: Vec<String>,
}

impl Operation for UntagResource {
    type Service = Ecr;
    const NAME: &'static str = "UntagResource";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Ecr>) -> Result<Demands, Error> {
        let arn = repositories::read_arn(&input.resource_arn)?;
        Ok(repositories::demand_on(facts, "ecr:UntagResource", arn)?.with("aws:TagKeys", input.tag_keys.clone()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let arn = repositories::read_arn(&input.resource_arn)?;
        let mut row = repositories::load_arn(call, &arn)?;
        row.tags.retain(|tag| !input.tag_keys.contains(&tag.key));
        repositories::save(call, &row)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_repository(json!({"resourceArn": "arn:aws:ecr:us-east-1:111111111111:repository/example", "tagKeys": ["team"]}))
    }
}
