//! Brings a stack back to what it was before an update that failed.

use super::{Phase, State, cleanup, nested, resource};
use crate::{
    CloudFormation,
    error::text_of,
    evaluation::{differing, exported, template_of, with_plan},
    exports,
    journal::Happened,
    prepare::resources,
    state::{Made, Pending, ResourceRow, Stack},
    status::{ResourceStatus, StackStatus},
};
use durable::Next;
use gate::{Error, Scope};

pub(super) fn step(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, mut state: State) -> Result<Next<State>, Error> {
    if state.queue.is_none() {
        state.queue = Some(queue(scope, stack)?);
    }
    while let Some(id) = state.queue.as_mut().and_then(Vec::pop) {
        let Some(row) = resource::row(scope, stack, &id)? else { continue };
        let Some(made) = row.made.clone() else { continue };
        let nested = crate::nested::is(&row.resource_type);
        match row.pending.clone() {
            Some(pending @ (Pending::Updated(_) | Pending::Failed)) if nested => {
                let before = if let Pending::Updated(before) = pending { *before } else { made };
                match nested::roll_back(scope, stack, &mut state, row, before)? {
                    nested::Back::Done => {}
                    nested::Back::Waiting => return Ok(Next::Wait(state)),
                    nested::Back::Failed => return Ok(Next::Done),
                }
            }
            Some(Pending::Updated(before)) => {
                if stack.skip.contains(&id) {
                    restored(scope, stack, &id, *before, None)?;
                } else if differing(&made.properties, &before.properties).is_empty() {
                    // Nothing but what the template says beside the properties was changed: there was no event then either.
                    stack.save_resource(scope, &ResourceRow { made: Some(*before), pending: None, ..row })?;
                } else {
                    return back(scope, stack, state, id, made, *before, None);
                }
            }
            Some(Pending::Replaced(before)) => {
                restored(scope, stack, &id, *before, Some(Pending::Outlived(Box::new(made))))?;
            }
            Some(Pending::ChangedAndReplaced(before, changed)) if !stack.skip.contains(&id) => {
                // The newer one stays until the older one is as it was.
                if differing(&changed.properties, &before.properties).is_empty() {
                    restored(scope, stack, &id, *before, Some(Pending::Outlived(Box::new(made))))?;
                } else {
                    return back(scope, stack, state, id, *changed, *before, Some(made));
                }
            }
            Some(Pending::ChangedAndReplaced(before, _)) => {
                restored(scope, stack, &id, *before, Some(Pending::Outlived(Box::new(made))))?;
            }
            Some(Pending::Failed) => restored(scope, stack, &id, made, None)?,
            Some(Pending::Created | Pending::Outlived(_)) | None => {}
        }
    }
    finish(scope, stack, state)
}

/// What the update touched, in the order of the version that the stack goes back to; the last one comes first.
fn queue(scope: &mut Scope<'_, CloudFormation>, stack: &Stack) -> Result<Vec<String>, Error> {
    let Some(current) = &stack.current else { return Ok(Vec::new()) };
    let template = template_of(scope, stack, current)?;
    let exports = exported(scope, stack, &current.imports)?;
    let rows = resources(scope, stack)?;
    let order =
        with_plan(stack, &template, current, &exports, |plan| Ok(plan.order().to_vec())).map_err(|list| Error::internal(text_of(&list)))?;
    Ok(order.into_iter().rev().filter(|id| rows.get(id).is_some_and(|row| row.pending.is_some())).collect())
}

/// The stack's rollback ends where it is, for `id`.
pub(super) fn stuck(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, id: &str) -> Result<(), Error> {
    let reason = format!("The following resource(s) failed to update: [{id}]. ");
    stack.move_to(scope, StackStatus::UpdateRollbackFailed, Some(reason))
}

pub(super) fn restored(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    id: &str,
    made: Made,
    pending: Option<Pending>,
) -> Result<(), Error> {
    let status = ResourceStatus::UpdateComplete;
    let reason = stack.skip.iter().any(|skipped| skipped == id).then(|| "Resource was skipped during the continued rollback".to_string());
    let happened = Happened {
        logical_id: id,
        resource_type: &made.resource_type,
        physical_id: &made.physical_id,
        status,
        reason: reason.clone(),
        properties: None,
    };
    stack.resource_event(scope, happened)?;
    let row = ResourceRow {
        logical_id: id.into(),
        resource_type: made.resource_type.clone(),
        made: Some(made),
        status,
        reason,
        updated: scope.now(),
        pending,
    };
    stack.save_resource(scope, &row)
}

/// Changes a resource back in place; `newer` is one that has taken its place since.
fn back(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    mut state: State,
    id: String,
    made: Made,
    before: Made,
    newer: Option<Made>,
) -> Result<Next<State>, Error> {
    let suffix = state.suffix(scope);
    let result = resource::update(scope, stack, &id, &suffix, &made, &before.properties);
    if let Err(error) = &result
        && state.again(error, &id)
    {
        return Ok(state.later(scope));
    }
    let happened = |status, reason| Happened {
        logical_id: &id,
        resource_type: &made.resource_type,
        physical_id: &made.physical_id,
        status,
        reason,
        properties: None,
    };
    stack.resource_event(scope, happened(ResourceStatus::UpdateInProgress, None))?;
    match result {
        Ok(physical) => {
            let outlived =
                newer.or_else(|| (physical.id != made.physical_id).then(|| made.clone())).map(|made| Pending::Outlived(Box::new(made)));
            let made = Made { physical_id: physical.id, attributes: physical.attributes, ..before };
            restored(scope, stack, &id, made, outlived)?;
            Ok(state.onwards())
        }
        Err(error) => {
            let (status, reason) = (ResourceStatus::UpdateFailed, resource::reason(scope, &error));
            stack.resource_event(scope, happened(status, Some(reason.clone())))?;
            let resource_type = made.resource_type.clone();
            let (made, pending) = match newer {
                Some(newer) => (newer, Pending::ChangedAndReplaced(Box::new(before), Box::new(made))),
                None => (made, Pending::Updated(Box::new(before))),
            };
            let pending = Some(pending);
            let row = ResourceRow {
                logical_id: id.clone(),
                resource_type,
                made: Some(made),
                status,
                reason: Some(reason),
                updated: scope.now(),
                pending,
            };
            stack.save_resource(scope, &row)?;
            stuck(scope, stack, &id)?;
            Ok(Next::Done)
        }
    }
}

fn finish(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, state: State) -> Result<Next<State>, Error> {
    if let Some(before) = stack.nesting.as_mut().and_then(|nesting| nesting.before.take())
        && let Err(why) = exports::replace_outputs(scope, stack, before.clone())?
    {
        if let Some(nesting) = &mut stack.nesting {
            nesting.before = Some(before);
        }
        stack.move_to(scope, StackStatus::UpdateRollbackFailed, Some(why))?;
        return Ok(Next::Done);
    }
    if let Some(target) = stack.target.take() {
        let kept = stack.current.as_ref().map(|c| c.imports.clone()).unwrap_or_default();
        exports::let_go(scope, stack, &target.imports, &kept);
        cleanup::forget_template(scope, stack, &target);
    }
    stack.skip.clear();
    stack.move_to(scope, StackStatus::UpdateRollbackCompleteCleanupInProgress, None)?;
    if stack.is_held() {
        return Ok(state.turn_to(Phase::Held));
    }
    settle(scope, stack, state)
}

/// What the update had made is left to be deleted.
pub(super) fn settle(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, state: State) -> Result<Next<State>, Error> {
    let rows = resources(scope, stack)?;
    cleanup::after_rollback(scope, stack, rows)?;
    Ok(state.turn_to(Phase::Cleanup))
}
