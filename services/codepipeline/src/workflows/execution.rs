use super::{
    ExecutionState, action, condition,
    run::{Pace, Run},
    stage,
};
use crate::{
    CodePipeline,
    state::{ActionRow, ConditionStatus, Phase, Status},
};
use durable::{Next, Work, Workflow};
use gate::{Error, Scope};

/// One execution of a pipeline, from its first stage to its end. A step makes the calls of one action at most.
pub(crate) struct Execution;

impl Workflow for Execution {
    type Service = CodePipeline;
    const NAME: &'static str = "Execution";
    type State = ExecutionState;

    fn token() -> CodePipeline {
        CodePipeline(())
    }

    fn step(work: &mut Work<'_, Self>, state: ExecutionState) -> Result<Next<ExecutionState>, Error> {
        let woken = !work.signals().is_empty();
        let account = work.owner();
        let Some(mut run) = Run::load(work, account, &state)? else { return Ok(Next::Done) };
        let pace = advance(&mut run, work, woken)?;
        run.save(work)?;
        Ok(match pace {
            Pace::Again => Next::Go(state),
            Pace::At(time) => Next::At(state, time),
            Pace::Wait => Next::Wait(state),
            Pace::End => Next::Done,
        })
    }

    fn give_up(work: &mut Work<'_, Self>, state: ExecutionState, error: &Error) -> Result<(), Error> {
        let account = work.owner();
        let Some(mut run) = Run::load(work, account, &state)? else { return Ok(()) };
        for mut row in run.actions(work)?.into_iter().filter(|a| a.status.under_way()) {
            action::fail(&mut run, work, &mut row, "SystemUnavailable", error.message.clone())?;
        }
        run.row.status_summary = Some(error.message.clone());
        if run.row.entered {
            condition::give_up(&run, work, &error.message)?;
            stage::leave(&mut run, work, Status::Failed)?
        } else {
            run.end(work, Status::Failed)?
        };
        run.save(work)
    }
}

fn advance(run: &mut Run, scope: &mut Scope<'_, CodePipeline>, woken: bool) -> Result<Pace, Error> {
    let stopping = run.row.stop.clone();
    let halt = halt(run, scope)?;
    if !run.row.entered {
        if let Some(status) = halt {
            stage::withdraw(run, scope)?;
            return run.end(scope, status);
        }
        return stage::enter(run, scope);
    }
    let rows = run.actions(scope)?;
    if stopping.as_ref().is_some_and(|s| s.abandon) {
        for mut row in rows.into_iter().filter(|a| a.status.under_way()) {
            row.status = Status::Abandoned;
            action::close(run, scope, &mut row)?;
        }
        if let Phase::Checking(kind) = run.row.phase {
            condition::end_rules(run, scope, Status::Abandoned)?;
            condition::note(run, scope, kind, ConditionStatus::Abandoned, stopping.and_then(|s| s.reason))?;
        }
        return stage::leave(run, scope, Status::Stopped);
    }
    if let Phase::Checking(kind) = run.row.phase {
        return condition::advance(run, scope, kind, halt, woken);
    }
    work_in_stage(run, scope, rows, halt, woken)
}

/// What the execution ends as when what runs has ended: it is told to stop, or its pipeline was changed.
fn halt(run: &mut Run, scope: &mut Scope<'_, CodePipeline>) -> Result<Option<Status>, Error> {
    if run.row.stop.is_some() {
        return Ok(Some(Status::Stopped));
    }
    Ok(run.changed(scope)?.then_some(Status::Cancelled))
}

/// Starts what is next, looks at what is due, or leaves the stage.
fn work_in_stage(
    run: &mut Run,
    scope: &mut Scope<'_, CodePipeline>,
    rows: Vec<ActionRow>,
    halt: Option<Status>,
    woken: bool,
) -> Result<Pace, Error> {
    let now = scope.now();
    let due = |row: &&ActionRow| row.status.under_way() && (woken || row.next_look.is_none_or(|t| t <= now));
    if woken {
        // Whatever happened may be about any of them.
        let mut pace = None;
        for mut row in rows.iter().filter(due).cloned() {
            action::look(run, scope, &mut row)?;
            pace = Some(Pace::Again);
        }
        if let Some(pace) = pace {
            return Ok(pace);
        }
    } else if let Some(row) = rows.iter().find(due) {
        action::look(run, scope, &mut row.clone())?;
        return Ok(Pace::Again);
    }
    let mut orders: Vec<u32> = run.stage().actions.iter().map(|a| a.run_order).collect();
    orders.sort_unstable();
    orders.dedup();
    let status_of = |name: &str| rows.iter().find(|r| r.action == name).map(|r| r.status);
    for order in orders {
        let group: Vec<_> = run.stage().actions.iter().filter(|a| a.run_order == order).cloned().collect();
        let next = group.iter().find(|a| status_of(&a.name).is_none());
        if halt.is_none()
            && let Some(next) = next
        {
            action::start(run, scope, next)?;
            return Ok(Pace::Again);
        }
        let looks = rows.iter().filter(|r| r.status.under_way() && group.iter().any(|a| a.name == r.action)).filter_map(|r| r.next_look);
        if let Some(next) = looks.min() {
            return Ok(Pace::At(next));
        }
        let ended = |wanted: fn(Status) -> bool| group.iter().filter_map(|a| status_of(&a.name)).any(wanted);
        if ended(|s| matches!(s, Status::Failed | Status::Abandoned)) {
            return if halt.is_some() { stage::leave(run, scope, Status::Failed) } else { stage::fail(run, scope) };
        }
        // What a changed pipeline has done of a stage to its end is done.
        if let Some(status) = halt.filter(|status| *status == Status::Stopped || next.is_some()) {
            return stage::leave(run, scope, status);
        }
    }
    stage::succeed(run, scope)
}
