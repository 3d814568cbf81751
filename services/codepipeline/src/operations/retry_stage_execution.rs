use crate::{
    CodePipeline, error, examples, pipelines,
    state::{ACTIONS, EXECUTIONS, STAGES, Status},
    structure,
    workflows::{ExecutionState, execution::Execution, execution_workflow},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Tries a failed stage again: its failed actions, or all of them.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_RetryStageExecution.html>
pub struct RetryStageExecution;

/// What is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RetryMode {
    /// The actions that failed.
    FailedActions,
    /// All actions of the stage.
    AllActions,
}

/// Which stage of which execution.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RetryStageExecutionInput {
    /// The pipeline.
    pub pipeline_name: String,
    /// The stage.
    pub stage_name: String,
    /// The execution that failed in it.
    pub pipeline_execution_id: String,
    /// What is tried again.
    pub retry_mode: RetryMode,
}

/// The execution.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RetryStageExecutionOutput {
    pipeline_execution_id: String,
}

impl Operation for RetryStageExecution {
    type Service = CodePipeline;
    const NAME: &'static str = "RetryStageExecution";
    const READ_ONLY: bool = false;
    type Input = RetryStageExecutionInput;
    type Output = RetryStageExecutionOutput;

    fn demands(input: &RetryStageExecutionInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        structure::check_name("pipelineName", &input.pipeline_name)?;
        structure::check_name("stageName", &input.stage_name)?;
        let stage = format!("{}/{}", input.pipeline_name, input.stage_name);
        Ok(pipelines::demand("codepipeline:RetryStageExecution", facts, &stage)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: RetryStageExecutionInput) -> Result<RetryStageExecutionOutput, Error> {
        let (name, id) = (input.pipeline_name.as_str(), input.pipeline_execution_id.clone());
        let (account, pipeline) = pipelines::found(call, name)?;
        let mut row = pipelines::execution(call, account, name, &id)?;
        let declared = pipelines::declaration(call, account, name, pipeline.version)?;
        if !declared.stages.iter().any(|s| s.name == input.stage_name) {
            return Err(error::no_stage(name, &input.stage_name));
        }
        if row.version != pipeline.version {
            return Err(error::not_retryable(format!(
                "The pipeline '{name}' was changed after the execution '{id}' started; start a new execution"
            )));
        }
        let stage_key = [account.as_str(), name, input.stage_name.as_str()];
        let mut stage = call.get(&STAGES, &stage_key)?.unwrap_or_default();
        match &stage.latest {
            Some((latest, Status::Failed | Status::Stopped)) if *latest == id && stage.occupant.is_none() => {}
            Some((latest, _)) if *latest != id => return Err(error::not_latest(&id)),
            _ => return Err(error::not_retryable(format!("The stage '{}' has not failed in the execution '{id}'", input.stage_name))),
        }
        let mut again = Vec::new();
        for (action, run) in &row.actions {
            let ran = call.get(&ACTIONS, &[account.as_str(), name, id.as_str(), run.as_str()])?;
            if input.retry_mode == RetryMode::AllActions || ran.is_none_or(|r| r.status != Status::Succeeded) {
                again.push(action.clone());
            }
        }
        forget(&mut row, &again, &declared);
        row.status = Status::InProgress;
        row.stop = None;
        row.entered = true;
        row.updated = call.now();
        stage.occupant = Some(id.clone());
        stage.latest = Some((id.clone(), Status::InProgress));
        call.put(&STAGES, &stage_key, &stage)?;
        call.put(&EXECUTIONS, &[account.as_str(), name, id.as_str()], &row)?;
        durable::start::<Execution>(
            call,
            &execution_workflow(&id),
            account,
            &ExecutionState { pipeline: name.into(), execution: id.clone() },
        )?;
        Ok(RetryStageExecutionOutput { pipeline_execution_id: id })
    }

    fn example() -> Example {
        examples::with_failure(json!({
            "pipelineName": "example",
            "stageName": "Source",
            "pipelineExecutionId": "$2/pipelineExecutionId",
            "retryMode": "FAILED_ACTIONS",
        }))
    }
}

/// What the actions that run again had brought is no longer there.
fn forget(row: &mut crate::state::ExecutionRow, again: &[String], declared: &crate::PipelineDeclaration) {
    row.actions.retain(|action, _| !again.contains(action));
    row.revisions.retain(|r| !again.contains(&r.action));
    let Some(stage) = declared.stages.get(row.stage) else { return };
    for action in stage.actions.iter().filter(|a| again.contains(&a.name)) {
        action.output_artifacts.iter().for_each(|a| {
            row.artifacts.remove(&a.name);
        });
        action.namespace.iter().for_each(|n| {
            row.namespaces.remove(n);
        });
    }
}
