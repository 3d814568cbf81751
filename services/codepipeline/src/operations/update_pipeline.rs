use super::create_pipeline::{declaring, kept};
use crate::{
    CodePipeline, custom,
    declaration::PipelineDeclaration,
    examples, pipelines, roles,
    state::{PIPELINES, STAGES, StageRow, VERSIONS, digits},
    structure,
    workflows::{execution_workflow, poller},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Replaces a pipeline's declaration: its version goes up by one. Actions under way end as they were declared; then their
/// executions are cancelled, and so are those that wait before a stage.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_UpdatePipeline.html>
pub struct UpdatePipeline;

/// The pipeline.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdatePipelineInput {
    /// The pipeline.
    pub pipeline: PipelineDeclaration,
}

/// The pipeline as it is kept.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdatePipelineOutput {
    /// The pipeline with its new version.
    pub pipeline: PipelineDeclaration,
}

impl Operation for UpdatePipeline {
    type Service = CodePipeline;
    const NAME: &'static str = "UpdatePipeline";
    const READ_ONLY: bool = false;
    type Input = UpdatePipelineInput;
    type Output = UpdatePipelineOutput;

    fn demands(input: &UpdatePipelineInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        declaring("codepipeline:UpdatePipeline", facts, &input.pipeline, &[])
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UpdatePipelineInput) -> Result<UpdatePipelineOutput, Error> {
        let name = input.pipeline.name.clone();
        let (account, mut row) = pipelines::found(call, &name)?;
        let customs = custom::of(call, account, &input.pipeline)?;
        structure::check(&input.pipeline, call.region().as_str(), &customs, call.is_rehearsed())?;
        roles::check(call, account, &input.pipeline)?;
        row.version += 1;
        row.updated = call.now();
        let pipeline = kept(input.pipeline, row.version);
        turn_away(call, account, &pipeline)?;
        poller::replace(call, account, &pipeline, &mut row)?;
        call.put(&PIPELINES, &[account.as_str(), name.as_str()], &row)?;
        call.put(&VERSIONS, &[account.as_str(), name.as_str(), digits(row.version).as_str()], &pipeline)?;
        Ok(UpdatePipelineOutput { pipeline })
    }

    fn example() -> Example {
        examples::with_pipeline(json!({"pipeline": examples::pipeline()})).inside(["sts:AssumeRole"])
    }
}

/// Who waits before a stage is told of the change. A stage that is no longer there is forgotten.
fn turn_away(call: &mut Authorized<'_, UpdatePipeline>, account: base::AccountId, pipeline: &PipelineDeclaration) -> Result<(), Error> {
    let name = pipeline.name.as_str();
    let rows: Vec<(Vec<String>, StageRow)> = call.scan(&STAGES, &[account.as_str(), name])?;
    for (key, row) in rows {
        for waiting in row.waiting.iter().chain(&row.queue) {
            durable::signal(call, &execution_workflow(waiting), json!("changed"))?;
        }
        let stage = key[2].as_str();
        if row.occupant.is_none() && pipeline.stages.iter().all(|s| s.name != stage) {
            call.delete(&STAGES, &[account.as_str(), name, stage]);
        }
    }
    Ok(())
}
