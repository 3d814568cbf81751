use crate::{CodeCommit, examples, state, triggers::RepositoryTrigger};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the triggers of a repository.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetRepositoryTriggers.html>
pub struct GetRepositoryTriggers;

/// Which repository.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
}

/// The triggers: there is none whose destination is here.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    configuration_id: String,
    triggers: Vec<RepositoryTrigger>,
}

impl Operation for GetRepositoryTriggers {
    type Service = CodeCommit;
    const NAME: &'static str = "GetRepositoryTriggers";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        Ok(state::demand(facts, "codecommit:GetRepositoryTriggers", &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = state::repository(call, &input.repository_name)?;
        Ok(Output { configuration_id: row.id, triggers: Vec::new() })
    }

    fn example() -> Example {
        examples::with_repository(json!({"repositoryName": "shop"}))
    }
}
