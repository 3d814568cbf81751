use crate::{Ecr, examples::with_repository, listing, repositories, shapes::ImageIdentifier};
use serde_json::Value;

use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The images of a repository: none, as long as nothing can be pushed.
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ListImages.html>
pub struct ListImages;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    registry_id: Option<String>,
    repository_name: String,
    next_token: Option<String>,
    max_results: Option<usize>,
    filter: Option<Value>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    image_ids: Vec<ImageIdentifier>,
}

impl Operation for ListImages {
    type Service = Ecr;
    const NAME: &'static str = "ListImages";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ecr>) -> Result<Demands, Error> {
        Ok(repositories::demand(facts, "ecr:ListImages", input.registry_id.as_deref(), &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        repositories::load(call, input.registry_id.as_deref(), &input.repository_name)?;
        listing::limit(input.max_results)?;
        listing::of_nothing(input.next_token.as_deref())?;
        Ok(Output { image_ids: Vec::new() })
    }

    fn example() -> Example {
        with_repository(json!({"repositoryName": "example"}))
    }
}
