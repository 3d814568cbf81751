use crate::{CodeCommit, RepositoryMetadata, state};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Tells of up to 100 repositories.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_BatchGetRepositories.html>
pub struct BatchGetRepositories;

/// Which ones.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchGetRepositoriesInput {
    /// Their names.
    pub repository_names: Vec<String>,
}

/// The repositories.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchGetRepositoriesOutput {
    /// Those that there are.
    pub repositories: Vec<RepositoryMetadata>,
    /// The names of those that there are not.
    pub repositories_not_found: Vec<String>,
}

const MAX_NAMES: usize = 100;

impl Operation for BatchGetRepositories {
    type Service = CodeCommit;
    const NAME: &'static str = "BatchGetRepositories";
    const READ_ONLY: bool = true;
    type Input = BatchGetRepositoriesInput;
    type Output = BatchGetRepositoriesOutput;

    fn demands(input: &BatchGetRepositoriesInput, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        if input.repository_names.is_empty() {
            return Err(Error::new("RepositoryNamesRequiredException", "At least one repository name is required"));
        }
        if input.repository_names.len() > MAX_NAMES {
            return Err(Error::new(
                "MaximumRepositoryNamesExceededException",
                format!("The maximum number of repository names is {MAX_NAMES}"),
            ));
        }
        let demands =
            input.repository_names.iter().map(|name| Ok(Demand::new("codecommit:BatchGetRepositories", state::arn(facts, name)?)));
        Ok(Demands::all(demands.collect::<Result<Vec<_>, Error>>()?))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BatchGetRepositoriesInput) -> Result<BatchGetRepositoriesOutput, Error> {
        let account = call.account()?;
        let mut output = BatchGetRepositoriesOutput { repositories: Vec::new(), repositories_not_found: Vec::new() };
        for name in input.repository_names {
            match call.get(&state::REPOSITORIES, &[account.as_str(), name.as_str()])? {
                Some(row) => output.repositories.push((&row).into()),
                None => output.repositories_not_found.push(name),
            }
        }
        Ok(output)
    }

    fn example() -> Example {
        Example::of(json!({"repositoryNames": ["shop", "none"]})).after("codecommit:CreateRepository", json!({"repositoryName": "shop"}))
    }
}
