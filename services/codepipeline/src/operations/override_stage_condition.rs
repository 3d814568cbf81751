use crate::{
    CodePipeline, again,
    conditions::ConditionType,
    error, examples, pipelines,
    state::{ConditionStatus, Phase},
    structure,
    workflows::{ExecutionState, condition, execution_workflow, run::Run},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Has an execution go on as if a stage's condition held.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_OverrideStageCondition.html>
pub struct OverrideStageCondition;

/// Which condition, in which execution.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OverrideStageConditionInput {
    /// The pipeline.
    pub pipeline_name: String,
    /// The stage.
    pub stage_name: String,
    /// The execution.
    pub pipeline_execution_id: String,
    /// `BEFORE_ENTRY` or `ON_SUCCESS`.
    pub condition_type: ConditionType,
}

impl Operation for OverrideStageCondition {
    type Service = CodePipeline;
    const NAME: &'static str = "OverrideStageCondition";
    const READ_ONLY: bool = false;
    type Input = OverrideStageConditionInput;
    type Output = Value;

    fn demands(input: &OverrideStageConditionInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        structure::check_name("pipelineName", &input.pipeline_name)?;
        structure::check_name("stageName", &input.stage_name)?;
        if input.condition_type == ConditionType::OnFailure {
            return Err(Error::validation(
                "Value 'ON_FAILURE' at 'conditionType' failed to satisfy constraint: Member must satisfy enum value set: [BEFORE_ENTRY, ON_SUCCESS]",
            ));
        }
        let stage = format!("{}/{}", input.pipeline_name, input.stage_name);
        Ok(pipelines::demand("codepipeline:OverrideStageCondition", facts, &stage)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: OverrideStageConditionInput) -> Result<Value, Error> {
        let (name, stage_name, id) = (input.pipeline_name.as_str(), input.stage_name.as_str(), input.pipeline_execution_id.as_str());
        let kind = input.condition_type;
        let (account, _) = pipelines::found(call, name)?;
        let row = pipelines::execution(call, account, name, id)?;
        let mut run = if row.status.under_way() {
            let state = ExecutionState { pipeline: name.into(), execution: id.into() };
            let found = Run::of(call, account, &state)?.filter(|run| run.stage().name == stage_name && run.row.entered);
            found.ok_or_else(|| error::not_overridable(format!("The execution '{id}' is not in the stage '{stage_name}'")))?
        } else {
            again::failed(call, name, stage_name, id)?
        };
        let stage = run.stage_row(call)?;
        let status = stage.conditions.iter().find(|c| c.kind == kind).map(|c| c.status);
        if !matches!(status, Some(ConditionStatus::InProgress | ConditionStatus::Failed)) {
            return Err(error::not_overridable(format!(
                "The condition {} of the stage '{stage_name}' neither failed nor is in progress in the execution '{id}'",
                kind.member()
            )));
        }
        condition::end_rules(&run, call, crate::state::Status::Abandoned)?;
        let by = format!("Overridden by {}", call.caller().name());
        condition::note(&run, call, kind, ConditionStatus::Overridden, Some(by))?;
        run.row.phase = Phase::Checking(kind);
        if run.row.status.under_way() {
            run.save(call)?;
            durable::signal(call, &execution_workflow(id), json!("overridden"))?;
        } else {
            run.hold(call)?;
            again::resume(&mut run, call)?;
        }
        Ok(json!({}))
    }

    fn example() -> Example {
        examples::with_failed_condition(json!({
            "pipelineName": "example",
            "stageName": "Approve",
            "pipelineExecutionId": "$7/pipelineExecutionSummaries/0/pipelineExecutionId",
            "conditionType": "BEFORE_ENTRY",
        }))
    }
}
