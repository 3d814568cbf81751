use crate::{CodeCommit, RepositoryMetadata, state};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Tells of a repository.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetRepository.html>
pub struct GetRepository;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetRepositoryInput {
    /// Its name.
    pub repository_name: String,
}

/// The repository.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GetRepositoryOutput {
    /// What there is.
    pub repository_metadata: RepositoryMetadata,
}

impl Operation for GetRepository {
    type Service = CodeCommit;
    const NAME: &'static str = "GetRepository";
    const READ_ONLY: bool = true;
    type Input = GetRepositoryInput;
    type Output = GetRepositoryOutput;

    fn demands(input: &GetRepositoryInput, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        Ok(Demand::new("codecommit:GetRepository", state::arn(facts, &input.repository_name)?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetRepositoryInput) -> Result<GetRepositoryOutput, Error> {
        let row = state::repository(call, &input.repository_name)?;
        Ok(GetRepositoryOutput { repository_metadata: (&row).into() })
    }

    fn example() -> Example {
        Example::of(json!({"repositoryName": "shop"})).after("codecommit:CreateRepository", json!({"repositoryName": "shop"}))
    }
}
