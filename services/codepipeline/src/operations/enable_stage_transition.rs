use crate::{CodePipeline, examples, state::STAGES, transitions, workflows::stage};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Opens the way into a stage again.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_EnableStageTransition.html>
pub struct EnableStageTransition;

/// Which way.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnableStageTransitionInput {
    /// The pipeline.
    pub pipeline_name: String,
    /// The stage.
    pub stage_name: String,
    /// `Inbound`.
    pub transition_type: String,
}

impl Operation for EnableStageTransition {
    type Service = CodePipeline;
    const NAME: &'static str = "EnableStageTransition";
    const READ_ONLY: bool = false;
    type Input = EnableStageTransitionInput;
    type Output = Value;

    fn demands(input: &EnableStageTransitionInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        transitions::demands("codepipeline:EnableStageTransition", facts, &input.pipeline_name, &input.stage_name, &input.transition_type)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: EnableStageTransitionInput) -> Result<Value, Error> {
        let (account, mut row) = transitions::stage(call, &input.pipeline_name, &input.stage_name)?;
        row.disabled = None;
        stage::call_next(call, &row)?;
        call.put(&STAGES, &[account.as_str(), input.pipeline_name.as_str(), input.stage_name.as_str()], &row)?;
        Ok(json!({}))
    }

    fn example() -> Example {
        examples::with_pipeline(json!({"pipelineName": "example", "stageName": "Approve", "transitionType": "Inbound"}))
    }
}
