use crate::{
    CodePipeline, error, examples, pipelines,
    state::{STAGES, StageRow, Transition},
    structure,
    workflows::execution_workflow,
};
use base::AccountId;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Closes the way into a stage: executions wait before it.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_DisableStageTransition.html>
pub struct DisableStageTransition;

/// Opens the way into a stage again.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_EnableStageTransition.html>
pub struct EnableStageTransition;

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

/// AWS's limit.
const MAX_REASON: usize = 300;

fn demands(action: &'static str, facts: &View<'_, CodePipeline>, pipeline: &str, stage: &str, kind: &str) -> Result<Demands, Error> {
    structure::check_name("pipelineName", pipeline)?;
    structure::check_name("stageName", stage)?;
    match kind {
        "Inbound" => Ok(pipelines::demand(action, facts, &format!("{pipeline}/{stage}"))?.into()),
        "Outbound" => Err(Error::not_implemented("The transition type Outbound")),
        other => Err(Error::validation(format!(
            "Value '{other}' at 'transitionType' failed to satisfy constraint: Member must satisfy enum value set: [Inbound, Outbound]"
        ))),
    }
}

fn stage<Op: Operation<Service = CodePipeline>>(
    call: &mut Authorized<'_, Op>,
    pipeline: &str,
    stage: &str,
) -> Result<(AccountId, StageRow), Error> {
    let (account, row) = pipelines::found(call, pipeline)?;
    let declared = pipelines::declaration(call, account, pipeline, row.version)?;
    if !declared.stages.iter().any(|s| s.name == stage) {
        return Err(error::no_stage(pipeline, stage));
    }
    let mut found = call.get(&STAGES, &[account.as_str(), pipeline, stage])?.unwrap_or_default();
    found.transition = Some((call.caller().name(), call.now()));
    Ok((account, found))
}

impl Operation for DisableStageTransition {
    type Service = CodePipeline;
    const NAME: &'static str = "DisableStageTransition";
    const READ_ONLY: bool = false;
    type Input = DisableStageTransitionInput;
    type Output = Value;

    fn demands(input: &DisableStageTransitionInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        demands("codepipeline:DisableStageTransition", facts, &input.pipeline_name, &input.stage_name, &input.transition_type)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DisableStageTransitionInput) -> Result<Value, Error> {
        if !(1..=MAX_REASON).contains(&input.reason.chars().count()) {
            return Err(Error::validation(format!(
                "Value at 'reason' failed to satisfy constraint: Member must have 1 to {MAX_REASON} characters"
            )));
        }
        let (account, mut row) = stage(call, &input.pipeline_name, &input.stage_name)?;
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

impl Operation for EnableStageTransition {
    type Service = CodePipeline;
    const NAME: &'static str = "EnableStageTransition";
    const READ_ONLY: bool = false;
    type Input = EnableStageTransitionInput;
    type Output = Value;

    fn demands(input: &EnableStageTransitionInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        demands("codepipeline:EnableStageTransition", facts, &input.pipeline_name, &input.stage_name, &input.transition_type)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: EnableStageTransitionInput) -> Result<Value, Error> {
        let (account, mut row) = stage(call, &input.pipeline_name, &input.stage_name)?;
        row.disabled = None;
        if let Some(waiting) = &row.waiting {
            durable::signal(call, &execution_workflow(waiting), json!("transition enabled"))?;
        }
        call.put(&STAGES, &[account.as_str(), input.pipeline_name.as_str(), input.stage_name.as_str()], &row)?;
        Ok(json!({}))
    }

    fn example() -> Example {
        examples::with_pipeline(json!({"pipelineName": "example", "stageName": "Approve", "transitionType": "Inbound"}))
    }
}
