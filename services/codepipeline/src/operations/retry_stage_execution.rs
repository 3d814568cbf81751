use crate::{CodePipeline, again, conditions::RetryMode, examples, pipelines, state::RetryTrigger, structure, workflows::stage};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Tries a failed stage again: its failed actions, or all of them.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_RetryStageExecution.html>
pub struct RetryStageExecution;

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
        let (name, id) = (input.pipeline_name.as_str(), input.pipeline_execution_id);
        let mut run = again::failed(call, name, &input.stage_name, &id)?;
        stage::again(&mut run, call, input.retry_mode, RetryTrigger::ManualStageRetry)?;
        again::resume(&mut run, call)?;
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
