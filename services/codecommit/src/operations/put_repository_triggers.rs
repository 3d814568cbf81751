use crate::{
    CodeCommit, examples, state,
    triggers::{self, RepositoryTrigger},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Replaces the triggers of a repository. None can be there but the empty list: their destinations are not here.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_PutRepositoryTriggers.html>
pub struct PutRepositoryTriggers;

/// The triggers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    #[serde(default)]
    triggers: Vec<RepositoryTrigger>,
}

/// The triggers' id.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    configuration_id: String,
}

impl Operation for PutRepositoryTriggers {
    type Service = CodeCommit;
    const NAME: &'static str = "PutRepositoryTriggers";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        triggers::check(&input.triggers, facts.region())?;
        Ok(state::demand(facts, "codecommit:PutRepositoryTriggers", &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = state::repository(call, &input.repository_name)?;
        match input.triggers.first() {
            Some(trigger) => Err(Error::not_implemented(&format!("codecommit:PutRepositoryTriggers with {}", triggers::missing(trigger)))),
            None => Ok(Output { configuration_id: row.id }),
        }
    }

    fn example() -> Example {
        examples::with_repository(json!({"repositoryName": "shop", "triggers": []}))
    }
}
