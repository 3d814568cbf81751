//! The end of making what a version wants: all is there, or the stack turns back.

use super::{Phase, State, nested};
use crate::{
    CloudFormation,
    changes::evaluated_outputs,
    error::text_of,
    evaluation::{Known, exported, template_of, with_plan},
    exports,
    prepare::resources,
    state::{OnFailure, Stack, Version},
    status::StackStatus,
    workflow::cleanup,
};
use durable::Next;
use gate::{Error, Scope};
use std::time::Duration;

/// What could be made is made, and not all could: the stack turns back, or is left as it is.
pub(super) fn fail(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, state: State, why: String) -> Result<Next<State>, Error> {
    let trimmed = why.trim_end();
    stack.failure = Some(trimmed.to_string());
    if state.phase == Phase::Update && stack.on_failure == OnFailure::DoNothing {
        // What was done stays, in nested stacks too.
        nested::release(scope, stack)?;
        stack.move_to(scope, StackStatus::UpdateFailed, Some(why))?;
        return Ok(Next::Done);
    }
    if state.phase == Phase::Update {
        stack.move_to(scope, StackStatus::UpdateRollbackInProgress, Some(why))?;
        return Ok(state.turn_to(Phase::UpdateRollback));
    }
    match stack.on_failure {
        OnFailure::Rollback => {
            stack.move_to(scope, StackStatus::RollbackInProgress, Some(format!("{trimmed} Rollback requested by user.")))?;
            Ok(state.turn_to(Phase::Rollback))
        }
        OnFailure::Delete => {
            stack.move_to(scope, StackStatus::DeleteInProgress, Some(format!("{trimmed} Delete requested by user.")))?;
            Ok(state.turn_to(Phase::Delete))
        }
        OnFailure::DoNothing => {
            stack.move_to(scope, StackStatus::CreateFailed, Some(why))?;
            Ok(Next::Done)
        }
    }
}
/// All resources are as they are wanted: the outputs, and the end.
pub(super) fn finish(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    version: &Version,
    mut state: State,
) -> Result<Next<State>, Error> {
    if let Some(minutes) = stack.monitoring_minutes.filter(|minutes| *minutes > 0) {
        let now = scope.now();
        let until = *state.until.get_or_insert_with(|| now.plus(Duration::from_secs(u64::from(minutes) * 60)));
        if now < until {
            return Ok(Next::At(state, until));
        }
    }
    let template = template_of(scope, stack, version)?;
    let exported = exported(scope, stack, &version.imports)?;
    let known = Known(resources(scope, stack)?);
    let outputs = with_plan(stack, &template, version, &exported, |plan| evaluated_outputs(plan, &known));
    let outputs = match outputs {
        Ok(outputs) => outputs,
        Err(list) => return fail(scope, stack, state, text_of(&list)),
    };
    let before = stack.outputs.clone();
    if let Err(why) = exports::replace_outputs(scope, stack, outputs)? {
        return fail(scope, stack, state, why);
    }
    if let Some(nesting) = stack.nesting.as_mut().filter(|nesting| nesting.held && state.phase == Phase::Update) {
        nesting.before = Some(before);
        stack.move_to(scope, StackStatus::UpdateCompleteCleanupInProgress, None)?;
        return Ok(state.turn_to(Phase::Held));
    }
    settle(scope, stack, state)
}

/// The stack is what it was to become. What that left is deleted.
pub(in crate::workflow) fn settle(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, state: State) -> Result<Next<State>, Error> {
    let Some(version) = stack.target.clone() else { return Err(Error::internal("the stack has nothing to become")) };
    let new = stack.target.take();
    let old = std::mem::replace(&mut stack.current, new);
    if state.phase == Phase::Create {
        stack.move_to(scope, StackStatus::CreateComplete, None)?;
        return Ok(Next::Done);
    }
    if let Some(old) = old {
        exports::let_go(scope, stack, &old.imports, &version.imports);
        cleanup::forget_template(scope, stack, &old);
    }
    if stack.status != StackStatus::UpdateCompleteCleanupInProgress {
        stack.move_to(scope, StackStatus::UpdateCompleteCleanupInProgress, None)?;
    }
    let template = template_of(scope, stack, &version)?;
    let exported = exported(scope, stack, &version.imports)?;
    let live = with_plan(stack, &template, &version, &exported, |plan| Ok(plan.order().iter().cloned().collect()))
        .map_err(|list| Error::internal(text_of(&list)))?;
    let rows = resources(scope, stack)?;
    cleanup::after_update(scope, stack, &live, rows)?;
    Ok(state.turn_to(Phase::Cleanup))
}
