use crate::{
    CodePipeline, error, examples, pipelines,
    state::{Mode, STAGES, SUCCEEDED, Trigger},
    structure,
    workflows::{rollback, run},
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Takes a stage back to an execution that succeeded in it.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_RollbackStage.html>
pub struct RollbackStage;

/// Which stage, and to what.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RollbackStageInput {
    /// The pipeline.
    pub pipeline_name: String,
    /// The stage.
    pub stage_name: String,
    /// The execution that succeeded in it.
    pub target_pipeline_execution_id: String,
}

/// The execution that takes the stage back.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RollbackStageOutput {
    /// Its id.
    pub pipeline_execution_id: String,
}

impl Operation for RollbackStage {
    type Service = CodePipeline;
    const NAME: &'static str = "RollbackStage";
    const READ_ONLY: bool = false;
    type Input = RollbackStageInput;
    type Output = RollbackStageOutput;

    fn demands(input: &RollbackStageInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        structure::check_name("pipelineName", &input.pipeline_name)?;
        structure::check_name("stageName", &input.stage_name)?;
        let stage = format!("{}/{}", input.pipeline_name, input.stage_name);
        Ok(pipelines::demand("codepipeline:RollbackStage", facts, &stage)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: RollbackStageInput) -> Result<RollbackStageOutput, Error> {
        let (name, stage_name, id) = (input.pipeline_name.as_str(), input.stage_name.as_str(), input.target_pipeline_execution_id.as_str());
        let (account, pipeline) = pipelines::found(call, name)?;
        let declared = pipelines::declaration(call, account, name, pipeline.version)?;
        let place = declared.stages.iter().position(|s| s.name == stage_name).ok_or_else(|| error::no_stage(name, stage_name))?;
        let target = pipelines::execution(call, account, name, id)?;
        if declared.mode() == Mode::Parallel || target.mode == Mode::Parallel {
            return Err(error::not_rollbackable("Stage rollback is not available in the execution mode PARALLEL"));
        }
        if place == 0 {
            return Err(error::not_rollbackable(format!("The stage '{stage_name}' is the source stage, which cannot be rolled back")));
        }
        if target.version != pipeline.version {
            return Err(error::outdated(id));
        }
        if target.rollback_of.is_some() {
            return Err(error::not_rollbackable(format!("The execution '{id}' is a rollback itself")));
        }
        if call.get(&SUCCEEDED, &[account.as_str(), name, stage_name, id])?.is_none() {
            return Err(error::not_rollbackable(format!("The execution '{id}' did not succeed in the stage '{stage_name}'")));
        }
        let key = [account.as_str(), name, stage_name];
        let mut stage = call.get(&STAGES, &key)?.unwrap_or_default();
        if stage.occupant.is_some() {
            return Err(error::not_rollbackable(format!("The stage '{stage_name}' is running; roll it back when it has ended")));
        }
        run::check_room(call, account, name, declared.mode())?;
        let arn: Arn = call.arn(name)?;
        let trigger = Trigger { trigger_type: "ManualRollback".into(), trigger_detail: Some(call.caller().name()) };
        let pipeline_execution_id = rollback::start(call, account, &arn, place, stage_name, &target, trigger)?;
        rollback::take(&mut stage, Some(pipeline_execution_id.clone()));
        call.put(&STAGES, &key, &stage)?;
        Ok(RollbackStageOutput { pipeline_execution_id })
    }

    fn example() -> Example {
        examples::with_success(json!({
            "pipelineName": "example",
            "stageName": "Approve",
            "targetPipelineExecutionId": "$7/pipelineExecutionSummaries/0/pipelineExecutionId",
        }))
    }
}
