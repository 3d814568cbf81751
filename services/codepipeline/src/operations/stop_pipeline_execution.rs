use crate::{
    CodePipeline, error, examples, pipelines,
    state::{EXECUTIONS, Status, StopRequest},
    structure,
    workflows::{execution_workflow, run},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Stops an execution: when its actions under way have ended, or at once with `abandon`.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_StopPipelineExecution.html>
pub struct StopPipelineExecution;

/// Which execution, and how.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StopPipelineExecutionInput {
    /// The pipeline.
    pub pipeline_name: String,
    /// The execution.
    pub pipeline_execution_id: String,
    /// Whether actions under way are given up.
    pub abandon: Option<bool>,
    /// Why.
    pub reason: Option<String>,
}

/// The execution.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StopPipelineExecutionOutput {
    pipeline_execution_id: String,
}

/// AWS's limit.
const MAX_REASON: usize = 200;

impl Operation for StopPipelineExecution {
    type Service = CodePipeline;
    const NAME: &'static str = "StopPipelineExecution";
    const READ_ONLY: bool = false;
    type Input = StopPipelineExecutionInput;
    type Output = StopPipelineExecutionOutput;

    fn demands(input: &StopPipelineExecutionInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        structure::check_name("pipelineName", &input.pipeline_name)?;
        Ok(pipelines::demand("codepipeline:StopPipelineExecution", facts, &input.pipeline_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: StopPipelineExecutionInput) -> Result<StopPipelineExecutionOutput, Error> {
        let (name, id) = (input.pipeline_name, input.pipeline_execution_id);
        let abandon = input.abandon.unwrap_or(false);
        let (account, _) = pipelines::found(call, &name)?;
        let mut row = pipelines::execution(call, account, &name, &id)?;
        if input.reason.as_ref().is_some_and(|r| r.chars().count() > MAX_REASON) {
            return Err(Error::validation(format!(
                "Value at 'reason' failed to satisfy constraint: Member must have length less than or equal to {MAX_REASON}"
            )));
        }
        match row.status {
            Status::InProgress => {}
            Status::Stopping if abandon => {}
            Status::Stopping => return Err(error::duplicated_stop(&id)),
            other => return Err(error::not_stoppable(&id, other.word())),
        }
        row.status = Status::Stopping;
        row.stop = Some(StopRequest { abandon, reason: input.reason });
        row.updated = call.now();
        call.put(&EXECUTIONS, &[account.as_str(), name.as_str(), id.as_str()], &row)?;
        let arn = call.arn(&name)?;
        run::publish(call, &arn, &row, "Pipeline", Status::Stopping.event(), json!({}))?;
        durable::signal(call, &execution_workflow(&id), json!("stop"))?;
        Ok(StopPipelineExecutionOutput { pipeline_execution_id: id })
    }

    fn example() -> Example {
        examples::with_execution(json!({"pipelineName": "example", "pipelineExecutionId": "$7/pipelineExecutionId"}))
    }
}
