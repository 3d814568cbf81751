use crate::{
    Ecr,
    examples::with_repository,
    repositories,
    settings::{ExclusionFilter, Mutability},
};
use base::AccountId;

use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Says whether a repository's tags may be moved.
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImageTagMutability.html>
pub struct PutImageTagMutability;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    registry_id: Option<String>,
    repository_name: String,
    image_tag_mutability: String,
    #[serde(default)]
    image_tag_mutability_exclusion_filters: Vec<ExclusionFilter>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    registry_id: AccountId,
    repository_name: String,
    #[serde(flatten)]
    mutability: Mutability,
}

impl Operation for PutImageTagMutability {
    type Service = Ecr;
    const NAME: &'static str = "PutImageTagMutability";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ecr>) -> Result<Demands, Error> {
        Ok(repositories::demand(facts, "ecr:PutImageTagMutability", input.registry_id.as_deref(), &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut row = repositories::load(call, input.registry_id.as_deref(), &input.repository_name)?;
        row.mutability = Mutability::read(Some(input.image_tag_mutability), input.image_tag_mutability_exclusion_filters)?;
        repositories::save(call, &row)?;
        Ok(Output { registry_id: row.account, repository_name: row.name, mutability: row.mutability })
    }

    fn example() -> Example {
        with_repository(json!({"repositoryName": "example", "imageTagMutability": "IMMUTABLE"}))
    }
}
