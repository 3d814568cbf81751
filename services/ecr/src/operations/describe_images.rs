use crate::{Ecr, error::no_image, examples::with_repository, listing, repositories, shapes::ImageIdentifier};
use serde_json::Value;

use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What is known of a repository's images: there are none, as long as nothing can be pushed.
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html>
pub struct DescribeImages;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    registry_id: Option<String>,
    repository_name: String,
    #[serde(default)]
    image_ids: Vec<ImageIdentifier>,
    next_token: Option<String>,
    max_results: Option<usize>,
    filter: Option<Value>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    image_details: Vec<Value>,
}

impl Operation for DescribeImages {
    type Service = Ecr;
    const NAME: &'static str = "DescribeImages";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ecr>) -> Result<Demands, Error> {
        Ok(repositories::demand(facts, "ecr:DescribeImages", input.registry_id.as_deref(), &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = repositories::load(call, input.registry_id.as_deref(), &input.repository_name)?;
        if let Some(image) = input.image_ids.first() {
            return Err(no_image(image, &row.name, row.account));
        }
        listing::limit(input.max_results)?;
        listing::of_nothing(input.next_token.as_deref())?;
        Ok(Output { image_details: Vec::new() })
    }

    fn example() -> Example {
        with_repository(json!({"repositoryName": "example"}))
    }
}
