//! Deletes a stack's resources: because the stack is deleted, or because its creation failed.

use super::{Phase, State, cleanup, cleanup::Deletion, deletion_queue, resource};
use crate::{
    CloudFormation, exports,
    prepare::resources,
    state::{LEFTOVERS, Leftover, NAMES, Pending, ResourceRow, Stack, digits},
    status::{ResourceStatus, StackStatus},
};
use durable::Next;
use gate::{Error, Scope};
use std::collections::{BTreeSet, HashMap, HashSet};

pub(super) fn step(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, mut state: State) -> Result<Next<State>, Error> {
    let Some(queue) = &mut state.queue else { return begin(scope, stack, state) };
    while let Some(id) = queue.pop() {
        let Some(row) = resource::row(scope, stack, &id)? else { continue };
        let Some(made) = row.made.clone() else { continue };
        let retain = match (state.phase, made.deletion_policy.as_deref()) {
            (Phase::Rollback, policy) => policy == Some("Retain") && !stack.retain_except_on_create,
            (_, policy) => matches!(policy, Some("Retain" | "RetainExceptOnCreate")) || stack.retain.contains(&id),
        };
        let (deletion, reason) = cleanup::delete(scope, stack, &mut state, &id, &made, retain)?;
        let status = match deletion {
            Deletion::Again => return Ok(state.later(scope)),
            Deletion::Waiting => {
                state.queue.get_or_insert_default().push(id);
                return Ok(Next::Wait(state));
            }
            Deletion::Gone if retain => ResourceStatus::DeleteSkipped,
            Deletion::Gone => ResourceStatus::DeleteComplete,
            Deletion::Failed if state.phase == Phase::Delete && stack.force_delete => {
                cleanup::delete(scope, stack, &mut state, &id, &made, true)?;
                ResourceStatus::DeleteSkipped
            }
            Deletion::Failed => ResourceStatus::DeleteFailed,
        };
        let failed = status == ResourceStatus::DeleteFailed;
        let row = ResourceRow { made: failed.then_some(made), status, reason, updated: scope.now(), pending: None, ..row };
        stack.save_resource(scope, &row)?;
        if failed {
            spare_what_it_needs(scope, stack, &mut state, &id)?;
            state.failed.push(id);
        }
        return Ok(state.onwards());
    }
    leftover(scope, stack, state)
}

fn begin(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, mut state: State) -> Result<Next<State>, Error> {
    if state.phase == Phase::Delete {
        let names: Vec<String> = stack.outputs.iter().filter_map(|o| o.export.clone()).collect();
        for name in names {
            let users = exports::importers(scope, stack, &name)?;
            if !users.is_empty() {
                let reason = format!("Delete canceled. Cannot delete export {name} as it is in use by {}.", users.join(", "));
                stack.move_to(scope, StackStatus::DeleteFailed, Some(reason))?;
                return Ok(Next::Done);
            }
        }
    }
    let mut needs = HashMap::new();
    let mut left = 0;
    let [account, uuid] = [stack.account.to_string(), stack.uuid.clone()];
    let mut rows: Vec<_> = resources(scope, stack)?.into_iter().collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    for (id, row) in rows {
        if row.made.is_none() && row.status == ResourceStatus::CreateFailed {
            cleanup::never_made(scope, stack, &id, &row.resource_type)?;
            let row = ResourceRow { status: ResourceStatus::DeleteComplete, reason: None, updated: scope.now(), pending: None, ..row };
            stack.save_resource(scope, &row)?;
            continue;
        }
        // A failed rollback leaves two of a replaced resource.
        let other = match row.pending {
            Some(Pending::Replaced(other) | Pending::ChangedAndReplaced(_, other) | Pending::Outlived(other)) => Some(other),
            _ => None,
        };
        if let Some(made) = other {
            // Above the numbers that a clean-up gives.
            let number = digits(1_000_000 + left);
            left += 1;
            scope.put(&LEFTOVERS, &[account.as_str(), &uuid, &number], &Leftover { logical_id: id.clone(), made: *made, retain: false })?;
        }
        if let Some(made) = row.made {
            needs.insert(id, made.dependencies);
        }
    }
    state.queue = Some(deletion_queue(&needs));
    Ok(state.onwards())
}

/// What a resource that could not be deleted still needs is not deleted under it.
fn spare_what_it_needs(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, state: &mut State, id: &str) -> Result<(), Error> {
    let mut spared = HashSet::new();
    let mut open = vec![id.to_string()];
    while let Some(id) = open.pop() {
        let Some(made) = resource::row(scope, stack, &id)?.and_then(|row| row.made) else { continue };
        open.extend(made.dependencies.into_iter().filter(|needed| spared.insert(needed.clone())));
    }
    if let Some(queue) = &mut state.queue {
        queue.retain(|id| !spared.contains(id));
    }
    Ok(())
}

fn leftover(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, mut state: State) -> Result<Next<State>, Error> {
    let Some((number, left)) = cleanup::first(scope, stack)? else { return finish(scope, stack, state) };
    let (deletion, _) = cleanup::delete(scope, stack, &mut state, &left.logical_id, &left.made, left.retain)?;
    match deletion {
        Deletion::Again => return Ok(state.later(scope)),
        Deletion::Waiting => return Ok(Next::Wait(state)),
        Deletion::Failed if !stack.force_delete => state.failed.push(left.logical_id),
        Deletion::Failed | Deletion::Gone => {}
    }
    let [account, uuid] = stack.key();
    scope.delete(&LEFTOVERS, &[account, uuid, number.as_str()]);
    Ok(state.onwards())
}

fn finish(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, state: State) -> Result<Next<State>, Error> {
    let mut failed = state.failed;
    failed.sort();
    let reason = (!failed.is_empty()).then(|| format!("The following resource(s) failed to delete: [{}]. ", failed.join(", ")));
    if state.phase == Phase::Rollback {
        // The stack stays, so what it was to become stays visible.
        if let Some(target) = stack.target.take() {
            exports::let_go(scope, stack, &target.imports, &BTreeSet::new());
            stack.current = Some(target);
        }
        let status = if reason.is_some() { StackStatus::RollbackFailed } else { StackStatus::RollbackComplete };
        stack.move_to(scope, status, reason)?;
        return Ok(Next::Done);
    }
    if reason.is_some() {
        stack.move_to(scope, StackStatus::DeleteFailed, reason)?;
        return Ok(Next::Done);
    }
    // Another stack may have begun to import while this one was being deleted.
    if let Err(why) = exports::replace_outputs(scope, stack, Vec::new())? {
        stack.move_to(scope, StackStatus::DeleteFailed, Some(why))?;
        return Ok(Next::Done);
    }
    gone(scope, stack)?;
    Ok(Next::Done)
}

/// The stack is no more: its name and its exports are free. It can be looked at by its id.
pub(crate) fn gone(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack) -> Result<(), Error> {
    let versions: Vec<_> = [stack.current.clone(), stack.target.take()].into_iter().flatten().collect();
    for version in &versions {
        exports::let_go(scope, stack, &version.imports, &BTreeSet::new());
    }
    if stack.current.is_none() {
        stack.current = versions.into_iter().next();
    }
    crate::lifecycle::drop_change_sets(scope, stack, None)?;
    crate::waiting::forget(scope, stack)?;
    scope.delete(&NAMES, &[stack.account.as_str(), stack.region.as_str(), stack.name.as_str()]);
    stack.deleted = Some(scope.now());
    stack.move_to(scope, StackStatus::DeleteComplete, None)
}
