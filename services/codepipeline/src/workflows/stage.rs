//! Into a stage and out of it. A stage holds one execution; of those that wait before it, the newest stays (SUPERSEDED).
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html>

use super::{
    execution_workflow,
    run::{Pace, Run, supersede},
};
use crate::{CodePipeline, state::Status};
use gate::{Error, Scope};
use serde_json::json;

/// Enters the stage, or waits before it.
pub(crate) fn enter(run: &mut Run, scope: &mut Scope<'_, CodePipeline>) -> Result<Pace, Error> {
    let me = run.row.id.clone();
    let mut stage = run.stage_row(scope)?;
    if let Some(older) = stage.waiting.take().filter(|other| *other != me) {
        supersede(scope, run.account, &run.arn, &older)?;
    }
    if stage.occupant.as_ref().is_some_and(|other| *other != me) || stage.disabled.is_some() {
        stage.waiting = Some(me);
        run.put_stage(scope, &stage)?;
        return Ok(Pace::Wait);
    }
    stage.occupant = Some(me.clone());
    stage.latest = Some((me, Status::InProgress));
    run.put_stage(scope, &stage)?;
    run.row.entered = true;
    run.row.actions.clear();
    let name = run.stage().name.clone();
    run.publish(scope, "Stage", Status::InProgress, json!({"stage": name}))?;
    Ok(Pace::Again)
}

/// No longer waits before the stage.
pub(crate) fn withdraw(run: &Run, scope: &mut Scope<'_, CodePipeline>) -> Result<(), Error> {
    let mut stage = run.stage_row(scope)?;
    if stage.waiting.as_deref() == Some(&run.row.id) {
        stage.waiting = None;
        run.put_stage(scope, &stage)?;
    }
    Ok(())
}

/// Leaves the stage: to the next one, or to the execution's end.
pub(crate) fn leave(run: &mut Run, scope: &mut Scope<'_, CodePipeline>, status: Status) -> Result<Pace, Error> {
    let mut stage = run.stage_row(scope)?;
    if stage.occupant.as_deref() == Some(&run.row.id) {
        stage.occupant = None;
    }
    stage.latest = Some((run.row.id.clone(), status));
    run.put_stage(scope, &stage)?;
    if let Some(waiting) = &stage.waiting {
        durable::signal(scope, &execution_workflow(waiting), json!("stage free"))?;
    }
    let name = run.stage().name.clone();
    run.publish(scope, "Stage", status, json!({"stage": name}))?;
    run.row.entered = false;
    if status != Status::Succeeded {
        return run.end(scope, status);
    }
    run.row.stage += 1;
    if run.row.stage < run.pipeline.stages.len() {
        return Ok(Pace::Again);
    }
    // It ended in its last stage.
    run.row.stage -= 1;
    run.end(scope, Status::Succeeded)
}
