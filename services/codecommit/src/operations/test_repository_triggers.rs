use crate::{
    CodeCommit, examples, state,
    triggers::{self, RepositoryTrigger},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sends a test message to the destinations of triggers, and tells which failed.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_TestRepositoryTriggers.html>
pub struct TestRepositoryTriggers;

/// The triggers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    #[serde(default)]
    triggers: Vec<RepositoryTrigger>,
}

/// A trigger that failed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    trigger: String,
    failure_message: String,
}

/// What arrived.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    successful_executions: Vec<String>,
    failed_executions: Vec<Failure>,
}

impl Operation for TestRepositoryTriggers {
    type Service = CodeCommit;
    const NAME: &'static str = "TestRepositoryTriggers";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        triggers::check(&input.triggers, facts.region())?;
        Ok(state::demand(facts, "codecommit:TestRepositoryTriggers", &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        state::repository(call, &input.repository_name)?;
        let failed = |trigger: RepositoryTrigger| Failure {
            failure_message: format!("Nothing was sent: {} is not implemented by Sekisho.", triggers::missing(&trigger)),
            trigger: trigger.name,
        };
        Ok(Output { successful_executions: Vec::new(), failed_executions: input.triggers.into_iter().map(failed).collect() })
    }

    fn example() -> Example {
        examples::with_repository(json!({"repositoryName": "shop", "triggers": [{
            "name": "tell", "destinationArn": "arn:aws:sns:us-east-1:111111111111:pushes", "branches": [], "events": ["all"],
        }]}))
    }
}
