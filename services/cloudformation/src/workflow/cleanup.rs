//! Deletes what an update replaced or removed, or what a rolled back update had made.

use super::{State, deletion_queue, nested, resource};
use crate::{
    CloudFormation,
    journal::Happened,
    state::{LEFTOVERS, Leftover, Made, Pending, ResourceRow, Stack, TEMPLATES, Version, digits},
    status::{ResourceStatus, StackStatus},
};
use durable::Next;
use gate::{Error, Scope};
use std::collections::{HashMap, HashSet};

fn leave(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, mut left: HashMap<String, Leftover>) -> Result<(), Error> {
    let needs = left.iter().map(|(id, leftover)| (id.clone(), leftover.made.dependencies.clone())).collect();
    let [account, uuid] = stack.key();
    for (number, id) in deletion_queue(&needs).into_iter().rev().enumerate() {
        if let Some(leftover) = left.remove(&id) {
            scope.put(&LEFTOVERS, &[account, uuid, digits(number as u64).as_str()], &leftover)?;
        }
    }
    Ok(())
}

/// Whether a policy of the template keeps a resource.
pub(super) fn retained(policy: Option<&str>, also_after_creation: bool) -> bool {
    policy == Some("Retain") || (also_after_creation && policy == Some("RetainExceptOnCreate"))
}

/// The update is done: what is not `live`, and what was replaced, is left to be deleted.
pub(super) fn after_update(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &Stack,
    live: &HashSet<String>,
    rows: HashMap<String, ResourceRow>,
) -> Result<(), Error> {
    let mut left = HashMap::new();
    for (id, row) in rows {
        if !live.contains(&id) {
            resource::forget(scope, stack, &id)?;
            if let Some(made) = row.made {
                let retain = retained(made.deletion_policy.as_deref(), true);
                left.insert(id.clone(), Leftover { logical_id: id, made, retain });
            }
            continue;
        }
        let Some(pending) = row.pending else { continue };
        if let Pending::Replaced(old) | Pending::ChangedAndReplaced(_, old) = pending {
            let retain = retained(row.made.as_ref().and_then(|m| m.update_replace_policy.as_deref()), false);
            left.insert(id.clone(), Leftover { logical_id: id, made: *old, retain });
        }
        // One that failed before may be as it is wanted again without having been touched.
        let (status, reason) = match row.status {
            ResourceStatus::UpdateFailed => (ResourceStatus::UpdateComplete, None),
            status => (status, row.reason),
        };
        stack.save_resource(scope, &ResourceRow { pending: None, status, reason, ..row })?;
    }
    leave(scope, stack, left)
}

/// The stack is as it was: what the update had made is left to be deleted.
pub(super) fn after_rollback(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    rows: HashMap<String, ResourceRow>,
) -> Result<(), Error> {
    let mut left = HashMap::new();
    for (id, row) in rows {
        match row.pending {
            Some(Pending::Created) => {
                resource::forget(scope, stack, &id)?;
                if let Some(made) = row.made {
                    let retain = !stack.retain_except_on_create && retained(made.deletion_policy.as_deref(), false);
                    left.insert(id.clone(), Leftover { logical_id: id, made, retain });
                }
            }
            Some(Pending::Outlived(newer)) => {
                left.insert(id.clone(), Leftover { logical_id: id, made: *newer, retain: false });
                stack.save_resource(scope, &ResourceRow { pending: None, ..row })?;
            }
            Some(Pending::Failed) | None if row.made.is_none() => {
                never_made(scope, stack, &id, &row.resource_type)?;
                resource::forget(scope, stack, &id)?;
            }
            _ => {}
        }
    }
    leave(scope, stack, left)
}

/// As AWS says it of a resource that could not be made.
pub(super) fn never_made(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, id: &str, resource_type: &str) -> Result<(), Error> {
    let status = ResourceStatus::DeleteComplete;
    stack.resource_event(scope, Happened { logical_id: id, resource_type, physical_id: "", status, reason: None, properties: None })
}

/// Drops the template's text of a version that nobody needs any more.
pub(crate) fn forget_template(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, version: &Version) {
    let [account, uuid] = stack.key();
    scope.delete(&TEMPLATES, &[account, uuid, version.template.as_str()]);
}

/// The next resource that was left, and the key of its row.
pub(super) fn first(scope: &mut Scope<'_, CloudFormation>, stack: &Stack) -> Result<Option<(String, Leftover)>, Error> {
    let rows = scope.page(&LEFTOVERS, &stack.key(), None, 1, false)?;
    Ok(rows.into_iter().next().map(|(mut key, leftover)| (key.pop().unwrap_or_default(), leftover)))
}

/// What became of an attempt to delete.
pub(super) enum Deletion {
    Gone,
    Failed,
    /// It is to be tried again.
    Again,
    /// It is under way, and its end is a signal.
    Waiting,
}

/// Deletes a resource, or says that a policy keeps it, with its events.
pub(super) fn delete(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    state: &mut State,
    id: &str,
    made: &Made,
    retain: bool,
) -> Result<(Deletion, Option<String>), Error> {
    let happened = |status, reason| Happened {
        logical_id: id,
        resource_type: &made.resource_type,
        physical_id: &made.physical_id,
        status,
        reason,
        properties: None,
    };
    if retain {
        stack.resource_event(scope, happened(ResourceStatus::DeleteSkipped, None))?;
        return Ok((Deletion::Gone, None));
    }
    if crate::nested::is(&made.resource_type) {
        return nested::delete(scope, stack, state, id, made);
    }
    match resource::delete(scope, stack, id, made) {
        Ok(()) => {
            stack.resource_event(scope, happened(ResourceStatus::DeleteInProgress, None))?;
            stack.resource_event(scope, happened(ResourceStatus::DeleteComplete, None))?;
            Ok((Deletion::Gone, None))
        }
        Err(error) if state.again(&error, id) => Ok((Deletion::Again, None)),
        Err(error) => {
            let reason = resource::reason(scope, &error);
            stack.resource_event(scope, happened(ResourceStatus::DeleteInProgress, None))?;
            stack.resource_event(scope, happened(ResourceStatus::DeleteFailed, Some(reason.clone())))?;
            Ok((Deletion::Failed, Some(reason)))
        }
    }
}

pub(super) fn step(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, mut state: State) -> Result<Next<State>, Error> {
    if nested::clean_up(scope, stack, &mut state)? {
        return Ok(Next::Wait(state));
    }
    let Some((number, left)) = first(scope, stack)? else {
        let status = match stack.status {
            StackStatus::UpdateCompleteCleanupInProgress => StackStatus::UpdateComplete,
            _ => StackStatus::UpdateRollbackComplete,
        };
        let reason = (!state.failed.is_empty())
            .then(|| format!("Update successful. One or more resources could not be deleted: [{}]", state.failed.join(", ")));
        stack.move_to(scope, status, reason)?;
        return Ok(Next::Done);
    };
    let (deletion, _) = delete(scope, stack, &mut state, &left.logical_id, &left.made, left.retain)?;
    match deletion {
        Deletion::Again => return Ok(state.later(scope)),
        Deletion::Waiting => return Ok(Next::Wait(state)),
        // As on AWS, what cannot be deleted no longer belongs to the stack.
        Deletion::Failed => state.failed.push(left.logical_id),
        Deletion::Gone => {}
    }
    let [account, uuid] = stack.key();
    scope.delete(&LEFTOVERS, &[account, uuid, number.as_str()]);
    Ok(state.onwards())
}
