use crate::{
    CodePipeline, examples, pipelines,
    state::{ACTIONS, ACTIVE, APPROVALS, EXECUTIONS, OWN_STAGES, PIPELINES, REVISIONS, RULES, STAGES, SUCCEEDED, VERSIONS},
    structure,
    tokens::{START_TOKENS, STARTED_BY},
    workflows::{execution_workflow, poller},
};
use gate::{Authorized, Demands, Error, Example, Operation, Table, View};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// Deletes a pipeline with its executions; those under way end where they are. Deleting what is not there succeeds, as on AWS.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_DeletePipeline.html>
pub struct DeletePipeline;

/// The pipeline.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletePipelineInput {
    /// Its name.
    pub name: String,
}

impl Operation for DeletePipeline {
    type Service = CodePipeline;
    const NAME: &'static str = "DeletePipeline";
    const READ_ONLY: bool = false;
    type Input = DeletePipelineInput;
    type Output = Value;

    fn demands(input: &DeletePipelineInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        structure::check_name("name", &input.name)?;
        Ok(pipelines::demand("codepipeline:DeletePipeline", facts, &input.name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeletePipelineInput) -> Result<Value, Error> {
        let account = call.account()?;
        let key = [account.as_str(), input.name.as_str()];
        let Some(row) = call.get(&PIPELINES, &key)? else { return Ok(json!({})) };
        call.delete(&PIPELINES, &key);
        poller::end(call, row.poller)?;
        for (key, ()) in call.scan(&ACTIVE, &key)? {
            durable::signal(call, &execution_workflow(&key[2]), json!("deleted"))?;
        }
        clear(call, &EXECUTIONS, &key)?;
        clear(call, &ACTIONS, &key)?;
        clear(call, &STAGES, &key)?;
        clear(call, &VERSIONS, &key)?;
        clear(call, &START_TOKENS, &key)?;
        clear(call, &STARTED_BY, &key)?;
        clear(call, &REVISIONS, &key)?;
        clear(call, &RULES, &key)?;
        clear(call, &OWN_STAGES, &key)?;
        clear(call, &ACTIVE, &key)?;
        clear(call, &SUCCEEDED, &key)?;
        clear(call, &APPROVALS, &key)?;
        Ok(json!({}))
    }

    fn example() -> Example {
        examples::with_pipeline(json!({"name": "example"}))
    }
}

fn clear<V: Serialize + DeserializeOwned>(
    call: &mut Authorized<'_, DeletePipeline>,
    table: &Table<CodePipeline, V>,
    prefix: &[&str; 2],
) -> Result<(), Error> {
    for (key, _) in call.scan(table, prefix)? {
        match key.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [account, name, last] => call.delete(table, &[account, name, last]),
            [account, name, execution, last] => call.delete(table, &[account, name, execution, last]),
            _ => {}
        }
    }
    Ok(())
}
