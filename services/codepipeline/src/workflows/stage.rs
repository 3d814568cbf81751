//! Into a stage and out of it. A stage holds one execution; of those that wait before it the newest stays (SUPERSEDED), or all
//! wait in the order of their starts (QUEUED). Those of PARALLEL pipelines have stages of their own.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html>

use super::{
    execution_workflow, rollback,
    run::{Pace, Run, supersede},
};
use crate::{
    CodePipeline,
    conditions::{ConditionType, RetryMode, StageResult},
    state::{Mode, Phase, Retries, RetryTrigger, SUCCEEDED, Status, SucceededRow},
};
use gate::{Error, Scope};
use serde_json::json;

/// Enters the stage, or waits before it.
pub(crate) fn enter(run: &mut Run, scope: &mut Scope<'_, CodePipeline>) -> Result<Pace, Error> {
    let me = run.row.id.clone();
    let mut stage = run.stage_row(scope)?;
    let mut free = stage.occupant.as_ref().is_none_or(|other| *other == me) && stage.disabled.is_none();
    match run.row.mode {
        Mode::Superseded => {
            if let Some(older) = stage.waiting.take().filter(|other| *other != me) {
                supersede(scope, run.account, &run.arn, &older)?;
            }
            if !free {
                stage.waiting = Some(me.clone());
            }
        }
        Mode::Queued => {
            free &= stage.queue.first().is_none_or(|first| *first == me);
            if !free && !stage.awaited_by(&me) {
                stage.queue.push(me.clone());
            }
        }
        // Its stages are its own, but the ways into them are the pipeline's.
        Mode::Parallel => free = true,
    }
    if !free {
        run.put_stage(scope, &stage)?;
        return Ok(Pace::Wait);
    }
    stage.forget(&me);
    stage.occupant = Some(me.clone());
    stage.latest = Some((me, Status::InProgress));
    stage.rollback = run.row.rollback_of.is_some();
    stage.retries = Retries::default();
    stage.conditions.clear();
    run.put_stage(scope, &stage)?;
    run.row.entered = true;
    run.row.actions.clear();
    let entry = run.stage().condition(ConditionType::BeforeEntry).is_some();
    run.row.phase = if entry { Phase::Checking(ConditionType::BeforeEntry) } else { Phase::Actions };
    run.tell_stage(scope, Status::InProgress.event())?;
    Ok(Pace::Again)
}

/// No longer waits before the stage.
pub(crate) fn withdraw(run: &Run, scope: &mut Scope<'_, CodePipeline>) -> Result<(), Error> {
    let mut stage = run.stage_row(scope)?;
    if stage.awaited_by(&run.row.id) {
        stage.forget(&run.row.id);
        run.put_stage(scope, &stage)?;
        call_next(scope, &stage)?;
    }
    Ok(())
}

/// Wakes those who wait before a stage.
pub(crate) fn call_next(scope: &mut Scope<'_, CodePipeline>, stage: &crate::state::StageRow) -> Result<(), Error> {
    for waiting in stage.next() {
        durable::signal(scope, &execution_workflow(waiting), json!("stage free"))?;
    }
    Ok(())
}

/// All actions have succeeded.
pub(crate) fn succeed(run: &mut Run, scope: &mut Scope<'_, CodePipeline>) -> Result<Pace, Error> {
    if run.row.rollback_of.is_none() && run.stage().condition(ConditionType::OnSuccess).is_some() {
        run.row.phase = Phase::Checking(ConditionType::OnSuccess);
        return Ok(Pace::Again);
    }
    leave(run, scope, Status::Succeeded)
}

/// An action has failed: what the stage declares for that.
pub(crate) fn fail(run: &mut Run, scope: &mut Scope<'_, CodePipeline>) -> Result<Pace, Error> {
    let Some(failure) = run.stage().on_failure.clone().filter(|_| run.row.rollback_of.is_none()) else {
        return leave(run, scope, Status::Failed);
    };
    let tried = run.stage_row(scope)?.retries.automatic > 0;
    if failure.result == Some(StageResult::Retry) && !tried {
        let mode = failure.retry_configuration.and_then(|r| r.retry_mode).unwrap_or(RetryMode::FailedActions);
        return again(run, scope, mode, RetryTrigger::AutomatedStageRetry);
    }
    if !failure.conditions.is_empty() {
        run.row.phase = Phase::Checking(ConditionType::OnFailure);
        return Ok(Pace::Again);
    }
    engage(run, scope, failure.result.unwrap_or(StageResult::Fail))
}

/// Does what a failed condition, or the failure itself, asks for.
pub(crate) fn engage(run: &mut Run, scope: &mut Scope<'_, CodePipeline>, result: StageResult) -> Result<Pace, Error> {
    match result {
        StageResult::Skip => leave(run, scope, Status::Skipped),
        StageResult::Rollback => match rollback::target(run, scope)? {
            Some(target) => {
                let successor = rollback::automatic(run, scope, &target)?;
                depart(run, scope, Status::Failed, Some(successor))
            }
            None => leave(run, scope, Status::Failed),
        },
        StageResult::Retry if run.stage_row(scope)?.retries.automatic == 0 => {
            again(run, scope, RetryMode::AllActions, RetryTrigger::AutomatedStageRetry)
        }
        StageResult::Retry | StageResult::Fail => leave(run, scope, Status::Failed),
    }
}

/// Tries the stage, which the execution holds, again.
pub(crate) fn again(run: &mut Run, scope: &mut Scope<'_, CodePipeline>, mode: RetryMode, by: RetryTrigger) -> Result<Pace, Error> {
    let mut stage = run.stage_row(scope)?;
    let rows = run.actions(scope)?;
    let goes = |action: &str| mode == RetryMode::AllActions || rows.iter().all(|r| r.action != action || r.status != Status::Succeeded);
    let again: Vec<String> = run.row.actions.keys().filter(|action| goes(action)).cloned().collect();
    run.forget_actions(&again);
    // What kept it out of the stage is checked again.
    let kept_out = run.row.actions.is_empty() && rows.is_empty() && run.stage().condition(ConditionType::BeforeEntry).is_some();
    run.row.phase = if kept_out { Phase::Checking(ConditionType::BeforeEntry) } else { Phase::Actions };
    run.row.entered = true;
    stage.occupant = Some(run.row.id.clone());
    stage.latest = Some((run.row.id.clone(), Status::InProgress));
    stage.conditions.retain(|c| c.kind == ConditionType::BeforeEntry && !kept_out);
    stage.retries.latest = Some(by);
    match by {
        RetryTrigger::AutomatedStageRetry => stage.retries.automatic += 1,
        RetryTrigger::ManualStageRetry => stage.retries.manual += 1,
    }
    run.put_stage(scope, &stage)?;
    run.tell_stage(scope, "RESUMED")?;
    Ok(Pace::Again)
}

/// Leaves the stage: to the next one, or to the execution's end.
pub(crate) fn leave(run: &mut Run, scope: &mut Scope<'_, CodePipeline>, status: Status) -> Result<Pace, Error> {
    depart(run, scope, status, None)
}

/// The same, where the stage goes to another execution at once.
fn depart(run: &mut Run, scope: &mut Scope<'_, CodePipeline>, status: Status, successor: Option<String>) -> Result<Pace, Error> {
    let mut stage = run.stage_row(scope)?;
    if stage.occupant.as_deref() == Some(&run.row.id) {
        stage.occupant = None;
    }
    stage.latest = Some((run.row.id.clone(), status));
    if successor.is_some() {
        rollback::take(&mut stage, successor);
    } else {
        call_next(scope, &stage)?;
    }
    run.put_stage(scope, &stage)?;
    run.tell_stage(scope, status.event())?;
    run.row.entered = false;
    run.row.phase = Phase::Actions;
    if status == Status::Succeeded {
        let key = [run.account.as_str(), &run.pipeline.name, &run.stage().name, &run.row.id];
        scope.put(&SUCCEEDED, &key, &SucceededRow { version: run.row.version, rollback: run.row.rollback_of.is_some() })?;
    }
    if !matches!(status, Status::Succeeded | Status::Skipped) {
        return run.end(scope, status);
    }
    // One that takes a stage back is about that stage alone.
    if run.row.rollback_of.is_some() || run.row.stage + 1 >= run.pipeline.stages.len() {
        return run.end(scope, Status::Succeeded);
    }
    run.row.stage += 1;
    Ok(Pace::Again)
}
