use crate::{
    CodePipeline, examples,
    state::{STAGES, Transition},
    transitions,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Closes the way into a stage: executions wait before it.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_DisableStageTransition.html>
pub struct DisableStageTransition;

/// Which way, and why.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DisableStageTransitionInput {
    /// The pipeline.
    pub pipeline_name: String,
    /// The stage.
    pub stage_name: String,
    /// `Inbound`.
    pub transition_type: String,
    /// Why.
    pub reason: String,
}

/// AWS's limit.
const MAX_REASON: usize = 300;

impl Operation for DisableStageTransition {
    type Service = CodePipeline;
    const NAME: &'static str = "DisableStageTransition";
    const READ_ONLY: bool = false;
    type Input = DisableStageTransitionInput;
    type Output = Value;

    fn demands(input: &DisableStageTransitionInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        transitions::demands("codepipeline:DisableStageTransition", facts, &input.pipeline_name, &input.stage_name, &input.transition_type)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DisableStageTransitionInput) -> Result<Value, Error> {
        if !(1..=MAX_REASON).contains(&input.reason.chars().count()) {
            return Err(Error::validation(format!(
                "Value at 'reason' failed to satisfy constraint: Member must have 1 to {MAX_REASON} characters"
            )));
        }
        let (account, mut row) = transitions::stage(call, &input.pipeline_name, &input.stage_name)?;
        row.disabled = Some(Transition { reason: input.reason });
        call.put(&STAGES, &[account.as_str(), input.pipeline_name.as_str(), input.stage_name.as_str()], &row)?;
        Ok(json!({}))
    }

    fn example() -> Example {
        examples::with_pipeline(
            json!({"pipelineName": "example", "stageName": "Approve", "transitionType": "Inbound", "reason": "a freeze"}),
        )
    }
}
