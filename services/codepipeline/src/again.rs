//! Executions that have ended and go on: what retries, overrides and rollbacks share.

use crate::{
    CodePipeline, error, pipelines,
    state::Status,
    workflows::{ExecutionState, run},
};
use gate::{Error, Scope};

/// The execution that failed in this stage, or was stopped in it, if it may go on: it is the latest there, and the pipeline has not
/// been changed since.
pub(crate) fn failed(scope: &mut Scope<'_, CodePipeline>, name: &str, stage_name: &str, id: &str) -> Result<run::Run, Error> {
    let (account, pipeline) = pipelines::found(scope, name)?;
    let row = pipelines::execution(scope, account, name, id)?;
    let declared = pipelines::declaration(scope, account, name, pipeline.version)?;
    if !declared.stages.iter().any(|s| s.name == stage_name) {
        return Err(error::no_stage(name, stage_name));
    }
    if row.version != pipeline.version {
        return Err(error::not_retryable(format!(
            "The pipeline '{name}' was changed after the execution '{id}' started; start a new execution"
        )));
    }
    let state = ExecutionState { pipeline: name.into(), execution: id.into() };
    let not_failed = || error::not_retryable(format!("The stage '{stage_name}' has not failed in the execution '{id}'"));
    let run = run::Run::of(scope, account, &state)?.ok_or_else(not_failed)?;
    let stage = match declared.stages.get(row.stage) {
        Some(declared) if declared.name == stage_name => run.stage_row(scope)?,
        _ => {
            // It is elsewhere, and so the stage's latest is another one, or none.
            let latest = scope.get(&crate::state::STAGES, &[account.as_str(), name, stage_name])?.and_then(|s| s.latest);
            return Err(if latest.is_some_and(|(latest, _)| latest != id) { error::not_latest(id) } else { not_failed() });
        }
    };
    match &stage.latest {
        Some((latest, Status::Failed | Status::Stopped)) if latest == id && stage.occupant.is_none() && !row.status.under_way() => Ok(run),
        Some((latest, _)) if latest != id => Err(error::not_latest(id)),
        _ => Err(not_failed()),
    }
}

/// Sets an execution that had ended going again.
pub(crate) fn resume(run: &mut run::Run, scope: &mut Scope<'_, CodePipeline>) -> Result<(), Error> {
    run::check_room(scope, run.account, &run.pipeline.name, run.row.mode)?;
    run.row.status = Status::InProgress;
    run.row.status_summary = None;
    run.row.stop = None;
    run.save(scope)?;
    run.publish(scope, "Pipeline", "RESUMED", serde_json::json!({}))?;
    run::go_on(scope, run.account, &run.pipeline.name, &run.row.id)
}
