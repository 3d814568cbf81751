//! The parent's side of nested stacks: it sets them going, waits for them, and makes of their end the end of its resource.

use super::{
    Phase, State,
    apply::{self, Became},
    cleanup::Deletion,
    resource,
    rollback::{restored, stuck},
};
use crate::{
    CloudFormation, DescribeStacks,
    journal::Happened,
    nested::{Order, child, hold, is, order},
    prepare::resources,
    state::{Made, Pending, ResourceRow, Stack},
    status::{ResourceStatus, StackStatus},
};
use durable::Next;
use gate::{Error, Physical, Scope};
use serde_json::{Value, json};
use std::time::Duration;

/// Waits for the nested stack `id` to come to an end, or for the time that the parent has.
pub(super) fn wait(stack: &Stack, state: State) -> Next<State> {
    match stack.timeout_minutes.filter(|_| state.phase == Phase::Create) {
        Some(minutes) => {
            let end = stack.created.plus(Duration::from_secs(u64::from(minutes) * 60 + 1));
            Next::At(state, end)
        }
        None => Next::Wait(state),
    }
}

fn listen(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, physical_id: &str) -> Result<(), Error> {
    durable::subscribe(scope, stack.arn().as_str(), &format!("cloudformation/stack/{physical_id}"))
}

/// A nested stack was set going: the parent's row of it, and the wait.
pub(super) fn begun(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    state: &mut State,
    id: String,
    made: Made,
    status: ResourceStatus,
    pending: Option<Pending>,
) -> Result<Became, Error> {
    let under_way = status == ResourceStatus::CreateInProgress || hold(scope, stack, &made.physical_id)?;
    listen(scope, stack, &made.physical_id)?;
    let resource_type = made.resource_type.clone();
    let row = ResourceRow { logical_id: id.clone(), resource_type, made: Some(made), status, reason: None, updated: scope.now(), pending };
    stack.save_resource(scope, &row)?;
    state.waiting = Some(id);
    if under_way { Ok(Became::Waiting) } else { resume(scope, stack, state) }
}

/// What became of the nested stack that the parent waits for.
enum Fate {
    UnderWay,
    Done,
    Failed(String),
}

fn fate(made: &Stack) -> Fate {
    use StackStatus::*;
    let why = made.failure.clone().or_else(|| made.reason.clone()).unwrap_or_default();
    match made.status {
        ReviewInProgress | CreateInProgress | UpdateInProgress => Fate::UnderWay,
        CreateComplete | UpdateComplete => Fate::Done,
        UpdateCompleteCleanupInProgress if made.is_held() => Fate::Done,
        UpdateCompleteCleanupInProgress => Fate::UnderWay,
        CreateFailed | RollbackInProgress | RollbackFailed | RollbackComplete | DeleteInProgress | DeleteFailed | DeleteComplete => {
            Fate::Failed(format!("Embedded stack {} was not successfully created: {why}", made.arn()))
        }
        status => {
            Fate::Failed(format!("Embedded stack {} was not successfully updated. Currently in {status} with reason: {why}", made.arn()))
        }
    }
}

/// The parent was woken while it waits.
pub(super) fn resume(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, state: &mut State) -> Result<Became, Error> {
    let Some(id) = state.waiting.take() else { return Ok(Became::AsWanted) };
    let Some(ResourceRow { made: Some(made), pending, status, .. }) = resource::row(scope, stack, &id)? else {
        return Ok(Became::AsWanted);
    };
    let updating = status == ResourceStatus::UpdateInProgress;
    let found = child(scope, stack, &made.physical_id)?;
    let fate = found.as_ref().map_or_else(|| Fate::Failed(format!("Stack [{}] does not exist", made.physical_id)), fate);
    let reason = match fate {
        Fate::UnderWay => {
            state.waiting = Some(id);
            return Ok(Became::Waiting);
        }
        Fate::Failed(reason) => reason,
        Fate::Done => match attributes(scope, stack, &id, &made, found) {
            Ok(physical) => {
                let made = Made { attributes: physical.attributes, ..made };
                let status = if updating { ResourceStatus::UpdateComplete } else { ResourceStatus::CreateComplete };
                settled(scope, stack, &id, made, pending, status, None)?;
                return Ok(Became::AsWanted);
            }
            Err(error) => resource::reason(scope, &error),
        },
    };
    // It is kept in mind what there is of it, and what it was.
    let (status, failed) = if updating {
        (ResourceStatus::UpdateFailed, &mut state.failed_updates)
    } else {
        (ResourceStatus::CreateFailed, &mut state.failed)
    };
    failed.push(id.clone());
    settled(scope, stack, &id, made, pending, status, Some(reason))?;
    Ok(Became::Failed)
}

/// The outputs of a nested stack, for whoever may see them.
fn attributes(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &Stack,
    id: &str,
    made: &Made,
    found: Option<Stack>,
) -> Result<Physical, Error> {
    resource::with(scope, stack, id, "", |context| context.call_with::<DescribeStacks>(json!({"StackName": made.physical_id})))?;
    let outputs = found.map(|found| found.outputs).unwrap_or_default();
    let physical = Physical::new(made.physical_id.as_str());
    Ok(outputs.into_iter().fold(physical, |physical, o| physical.attribute(&format!("Outputs.{}", o.key), Value::String(o.value))))
}

fn settled(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    id: &str,
    made: Made,
    pending: Option<Pending>,
    status: ResourceStatus,
    reason: Option<String>,
) -> Result<(), Error> {
    happened(scope, stack, id, &made, status, reason.clone())?;
    let resource_type = made.resource_type.clone();
    let row = ResourceRow { logical_id: id.into(), resource_type, made: Some(made), status, reason, updated: scope.now(), pending };
    stack.save_resource(scope, &row)
}

fn happened(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    id: &str,
    made: &Made,
    status: ResourceStatus,
    reason: Option<String>,
) -> Result<(), Error> {
    let (resource_type, physical_id) = (&*made.resource_type, &*made.physical_id);
    stack.resource_event(scope, Happened { logical_id: id, resource_type, physical_id, status, reason, properties: None })
}

/// The parent turns back while it waits: the resource is left as one that was cancelled.
pub(super) fn cancelled(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, state: &mut State) -> Result<(), Error> {
    let Some(id) = state.waiting.take() else { return Ok(()) };
    let Some(ResourceRow { made: Some(made), pending, status, .. }) = resource::row(scope, stack, &id)? else { return Ok(()) };
    let (status, reason) = match status {
        ResourceStatus::UpdateInProgress => (ResourceStatus::UpdateFailed, "Resource update cancelled"),
        _ => (ResourceStatus::CreateFailed, "Resource creation cancelled"),
    };
    settled(scope, stack, &id, made, pending, status, Some(reason.into()))
}

/// Has a nested stack deleted. It is asked for once, and waited for.
pub(super) fn delete(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    state: &mut State,
    id: &str,
    made: &Made,
) -> Result<(Deletion, Option<String>), Error> {
    use StackStatus::*;
    let waited = state.waiting.take().is_some();
    loop {
        let found = child(scope, stack, &made.physical_id)?.filter(|found| found.status != DeleteComplete);
        let Some(mut found) = found else {
            happened(scope, stack, id, made, ResourceStatus::DeleteComplete, None)?;
            return Ok((Deletion::Gone, None));
        };
        let asked = found.ordered() == Some(Order::Delete);
        match found.status {
            DeleteFailed if asked && waited => {
                let why = found.reason.clone().unwrap_or_default();
                let reason = format!("Embedded stack {} was not successfully deleted: {why}", found.arn());
                happened(scope, stack, id, made, ResourceStatus::DeleteFailed, Some(reason.clone()))?;
                return Ok((Deletion::Failed, Some(reason)));
            }
            DeleteInProgress => {}
            // A failed creation first comes to its end, and so does an update.
            RollbackInProgress
            | UpdateInProgress
            | UpdateCompleteCleanupInProgress
            | UpdateRollbackInProgress
            | UpdateRollbackCompleteCleanupInProgress => {
                if found.is_held() && found.ordered() != Some(Order::CleanUp) {
                    order(scope, &mut found, Order::CleanUp)?;
                }
            }
            _ => {
                let before = found.nesting.clone();
                if let Some(nesting) = &mut found.nesting {
                    nesting.order = Some(Order::Delete);
                }
                found.save(scope)?;
                if let Err(error) = resource::delete(scope, stack, id, made) {
                    found.nesting = before;
                    found.save(scope)?;
                    if state.again(&error, id) {
                        return Ok((Deletion::Again, None));
                    }
                    let reason = resource::reason(scope, &error);
                    happened(scope, stack, id, made, ResourceStatus::DeleteInProgress, None)?;
                    happened(scope, stack, id, made, ResourceStatus::DeleteFailed, Some(reason.clone()))?;
                    return Ok((Deletion::Failed, Some(reason)));
                }
                happened(scope, stack, id, made, ResourceStatus::DeleteInProgress, None)?;
                // One that was never made is gone at once.
                if child(scope, stack, &made.physical_id)?.is_none_or(|found| found.status == DeleteComplete) {
                    continue;
                }
            }
        }
        listen(scope, stack, &made.physical_id)?;
        state.waiting = Some(id.into());
        return Ok((Deletion::Waiting, None));
    }
}

/// How far a nested stack is brought back.
pub(super) enum Back {
    Done,
    Waiting,
    Failed,
}

/// Brings a nested stack back with its parent.
pub(super) fn roll_back(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    state: &mut State,
    row: ResourceRow,
    before: Made,
) -> Result<Back, Error> {
    use StackStatus::*;
    let waited = state.waiting.take().is_some();
    let id = row.logical_id.clone();
    let skipped = stack.skip.contains(&id);
    let found = child(scope, stack, &before.physical_id)?.filter(|found| found.is_held() && !skipped);
    let Some(mut found) = found else {
        // It was not changed, or it is to be left alone.
        if row.status == ResourceStatus::UpdateFailed || skipped {
            restored(scope, stack, &id, before, None)?;
        } else {
            stack.save_resource(scope, &ResourceRow { made: Some(before), pending: None, ..row })?;
        }
        return Ok(Back::Done);
    };
    match found.status {
        UpdateRollbackComplete | UpdateRollbackCompleteCleanupInProgress => {
            restored(scope, stack, &id, before, None)?;
            return Ok(Back::Done);
        }
        UpdateRollbackFailed if waited => {
            let why = found.failure.clone().or(found.reason.clone()).unwrap_or_default();
            let reason = format!(
                "Embedded stack {} was not successfully updated. Currently in {UpdateRollbackFailed} with reason: {why}",
                found.arn()
            );
            happened(scope, stack, &id, &before, ResourceStatus::UpdateFailed, Some(reason.clone()))?;
            let pending = Some(Pending::Updated(Box::new(before)));
            let row = ResourceRow { status: ResourceStatus::UpdateFailed, reason: Some(reason), updated: scope.now(), pending, ..row };
            stack.save_resource(scope, &row)?;
            stuck(scope, stack, &id)?;
            return Ok(Back::Failed);
        }
        UpdateRollbackFailed | UpdateFailed => {
            let prefix = format!("{}.", found.name);
            found.skip = stack.skip.iter().filter_map(|id| id.strip_prefix(&prefix)).map(str::to_string).collect();
            found.client_request_token.clone_from(&stack.client_request_token);
            if let Some(nesting) = &mut found.nesting {
                nesting.order = None;
            }
            found.move_to(scope, UpdateRollbackInProgress, None)?;
            found.save(scope)?;
            super::start(scope, &found, Phase::UpdateRollback)?;
        }
        UpdateInProgress | UpdateCompleteCleanupInProgress => order(scope, &mut found, Order::RollBack)?,
        _ => {}
    }
    if !waited {
        happened(scope, stack, &id, &before, ResourceStatus::UpdateInProgress, None)?;
    }
    listen(scope, stack, &before.physical_id)?;
    state.waiting = Some(id.clone());
    if let Some(queue) = &mut state.queue {
        queue.push(id);
    }
    Ok(Back::Waiting)
}

/// Before the parent deletes what its own operation left, its nested stacks do. True: it waits for them.
pub(super) fn clean_up(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, state: &mut State) -> Result<bool, Error> {
    let open = match state.nested.take() {
        Some(open) => open,
        None => release(scope, stack)?,
    };
    let mut waiting = Vec::new();
    for id in open {
        let Some(row) = resource::row(scope, stack, &id)? else { continue };
        let Some(made) = row.made.clone() else { continue };
        match child(scope, stack, &made.physical_id)? {
            Some(found) if found.status.as_str().ends_with("_IN_PROGRESS") => {
                listen(scope, stack, &made.physical_id)?;
                waiting.push(id);
            }
            _ => {
                happened(scope, stack, &id, &made, ResourceStatus::UpdateComplete, None)?;
            }
        }
    }
    let waits = !waiting.is_empty();
    state.nested = Some(waiting);
    Ok(waits)
}

/// Lets all nested stacks delete what they hold. Gives their logical ids.
pub(super) fn release(scope: &mut Scope<'_, CloudFormation>, stack: &Stack) -> Result<Vec<String>, Error> {
    let mut released = Vec::new();
    for (id, row) in resources(scope, stack)? {
        let Some(made) = row.made.filter(|made| is(&made.resource_type)) else { continue };
        let found = child(scope, stack, &made.physical_id)?;
        if let Some(mut found) = found.filter(|found| found.is_held() && found.status.as_str().ends_with("_IN_PROGRESS")) {
            order(scope, &mut found, Order::CleanUp)?;
            released.push(id);
        }
    }
    released.sort();
    Ok(released)
}

/// A nested stack that is where its parent wanted it waits for the parent's word.
pub(super) fn held(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, state: State) -> Result<Next<State>, Error> {
    let turned_back = stack.status == StackStatus::UpdateRollbackCompleteCleanupInProgress;
    match stack.ordered() {
        None => Ok(Next::Wait(state)),
        Some(Order::RollBack) if turned_back => Ok(Next::Wait(state)),
        Some(Order::RollBack) => {
            stack.move_to(scope, StackStatus::UpdateRollbackInProgress, None)?;
            Ok(state.turn_to(Phase::UpdateRollback))
        }
        Some(Order::CleanUp | Order::Delete) => {
            stack.let_loose();
            if turned_back { super::rollback::settle(scope, stack, state) } else { apply::settle(scope, stack, state) }
        }
    }
}
