//! Makes what a version wants: a new stack's resources, or those that an update adds and changes.
//!
//! Resources are taken in the template's order, each after those that it needs. When one fails, those that do not wait for
//! another one are still tried, as they are under way at the same time on AWS; then the stack turns back.

mod end;
mod make;
mod waits;
mod wanted;

pub(super) use end::settle;

use super::{BATCH, Phase, State, nested, resource};
use crate::{
    CloudFormation,
    error::text_of,
    evaluation::{Lacking, exported, template_of, with_lacking, with_plan},
    nested::Order,
    prepare::resources,
    protection::{Action, Protection},
    state::{ResourceRow, Stack, Version},
    status::StackStatus,
    stored,
};
use base::Timestamp;
use durable::Next;
use end::{fail, finish};
use gate::{Error, Scope};
use make::{change, create, failed};
use std::{collections::BTreeSet, time::Duration};
use template::Plan;
use waits::Waiting;
use wanted::look;

/// How far a step came.
enum Came {
    /// All resources were looked at.
    Through,
    /// There are more.
    Far,
    /// One is to be tried again later.
    Stuck,
    /// One is under way elsewhere.
    Waiting,
    /// The rest waits for signals; until then at most.
    Waits(Timestamp),
    /// One needs these parameters of Systems Manager.
    Lacks(String, BTreeSet<String>),
}

/// What became of one resource.
pub(super) enum Became {
    AsWanted,
    Failed,
    /// It is to be tried again.
    Again,
    /// It is under way elsewhere.
    Waiting,
    /// It waits for signals; until then at most.
    Waits(Timestamp),
}

pub(super) fn step(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, mut state: State) -> Result<Next<State>, Error> {
    let Some(mut version) = stack.target.clone() else { return Err(Error::internal("the stack has nothing to become")) };
    if timed_out(scope, stack, &state) {
        nested::cancelled(scope, stack, &mut state)?;
        return fail(scope, stack, state, "Stack creation time exceeded the specified timeout.".into());
    }
    if state.phase == Phase::Update && stack.ordered() == Some(Order::RollBack) {
        nested::cancelled(scope, stack, &mut state)?;
        stack.move_to(scope, StackStatus::UpdateRollbackInProgress, None)?;
        return Ok(state.turn_to(Phase::UpdateRollback));
    }
    if state.waiting.is_some() {
        match nested::resume(scope, stack, &mut state)? {
            Became::Waiting => return Ok(nested::wait(stack, state)),
            Became::Failed => give_up_on_what_waits(scope, stack, &version, &mut state)?,
            Became::AsWanted | Became::Again | Became::Waits(_) => {}
        }
        state.settled();
    }
    let mut came = go(scope, stack, &version, &mut state)?;
    // A reference that is put together from what was made can be looked up only now.
    while let Came::Lacks(id, names) = came {
        came = match look_up(scope, stack, &version, names) {
            Ok(found) => {
                version = found;
                go(scope, stack, &version, &mut state)?
            }
            Err(error) if state.again(&error, &id) => Came::Stuck,
            Err(error) => {
                without(scope, stack, &version, &mut state, &id, error.message)?;
                Came::Far
            }
        };
    }
    match came {
        Came::Far | Came::Lacks(..) => Ok(Next::Go(state)),
        Came::Stuck => Ok(state.later(scope)),
        Came::Waiting => Ok(nested::wait(stack, state)),
        Came::Waits(until) => {
            let until = limit(stack, &state).map_or(until, |end| until.min(end));
            Ok(Next::At(state, until))
        }
        Came::Through if state.failed.is_empty() && state.failed_updates.is_empty() => finish(scope, stack, &version, state),
        Came::Through => {
            let list = |verb: &str, ids: &[String]| match ids {
                [] => String::new(),
                ids => format!("The following resource(s) failed to {verb}: [{}]. ", ids.join(", ")),
            };
            let why = list("create", &state.failed) + &list("update", &state.failed_updates);
            fail(scope, stack, state, why)
        }
    }
}

/// The version with these parameters of Systems Manager, read by who acts for the stack.
fn look_up(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, version: &Version, names: BTreeSet<String>) -> Result<Version, Error> {
    let actor = resource::actor(scope, stack)?;
    let mut version = version.clone();
    version.stored.extend(stored::of_actor(scope, &actor, names)?);
    stack.target = Some(version.clone());
    Ok(version)
}

/// A resource fails, because what it refers to cannot be had.
fn without(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    version: &Version,
    state: &mut State,
    id: &str,
    why: String,
) -> Result<(), Error> {
    let template = template_of(scope, stack, version)?;
    let exports = exported(scope, stack, &version.imports)?;
    state.queue.get_or_insert_default().retain(|waiting| waiting != id);
    let home = stack.clone();
    let left = with_plan(&home, &template, version, &exports, |plan| {
        let failed = fail_one(scope, stack, plan, state, id, why);
        state.settled();
        leave_what_waits(plan, state);
        Ok(failed)
    });
    left.map_err(|list| Error::internal(text_of(&list)))?
}

/// A resource that was under way elsewhere failed: what waits for another one is not tried.
fn give_up_on_what_waits(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, version: &Version, state: &mut State) -> Result<(), Error> {
    let template = template_of(scope, stack, version)?;
    let exports = exported(scope, stack, &version.imports)?;
    let left = with_plan(stack, &template, version, &exports, |plan| {
        leave_what_waits(plan, state);
        Ok(())
    });
    left.map_err(|list| Error::internal(text_of(&list)))
}

fn fail_one(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    plan: &Plan<'_>,
    state: &mut State,
    id: &str,
    why: String,
) -> Result<(), Error> {
    let row = resource::row(scope, stack, id)?;
    let resource_type = plan.resource(id).map(|r| r.resource_type.clone()).unwrap_or_default();
    failed(scope, stack, state, id, &resource_type, row, why)
}

/// When the creation has taken too long.
fn limit(stack: &Stack, state: &State) -> Option<Timestamp> {
    let minutes = stack.timeout_minutes.filter(|_| state.phase == Phase::Create && state.until.is_none())?;
    Some(stack.created.plus(Duration::from_secs(u64::from(minutes) * 60 + 1)))
}

fn timed_out(scope: &Scope<'_, CloudFormation>, stack: &Stack, state: &State) -> bool {
    limit(stack, state).is_some_and(|end| scope.now() >= end)
}

/// Brings resources to what is wanted, as many as a step may.
fn go(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, version: &Version, state: &mut State) -> Result<Came, Error> {
    let template = template_of(scope, stack, version)?;
    let exports = exported(scope, stack, &version.imports)?;
    let home = stack.clone();
    let lacking = Lacking::default();
    let came = with_lacking(&home, &template, version, &exports, &lacking, |plan| Ok(with(scope, stack, plan, state, &lacking)));
    // The plan was made before, with the same inputs: it fails only if our own state is broken.
    came.map_err(|list| Error::internal(text_of(&list)))?
}

fn with(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    plan: &Plan<'_>,
    state: &mut State,
    lacking: &Lacking,
) -> Result<Came, Error> {
    if state.queue.is_none() {
        state.queue = Some(plan.order().iter().rev().cloned().collect());
        if state.phase == Phase::Update && protected_removals(scope, stack, plan, state)? {
            state.queue = Some(Vec::new());
        }
    }
    let mut left = BATCH;
    let mut waits = Waiting::default();
    while let Some(id) = state.queue.as_mut().and_then(Vec::pop) {
        if waits.hold(plan, &id) {
            continue;
        }
        let became = match look(scope, stack, plan, &id, lacking)? {
            _ if !lacking.is_empty() => {
                state.queue.get_or_insert_default().push(id.clone());
                waits.give_back(state);
                return Ok(Came::Lacks(id, lacking.take()));
            }
            Ok(None) => continue,
            Ok(Some((wanted, Some(ResourceRow { made: Some(made), pending, .. })))) => change(scope, stack, state, wanted, made, pending)?,
            Ok(Some((wanted, row))) => create(scope, stack, state, wanted, row)?,
            Err(list) => {
                fail_one(scope, stack, plan, state, &id, text_of(&list))?;
                Became::Failed
            }
        };
        match became {
            Became::Waiting => {
                waits.give_back(state);
                return Ok(Came::Waiting);
            }
            Became::Again => {
                waits.give_back(state);
                return Ok(Came::Stuck);
            }
            Became::Waits(until) => {
                state.settled();
                waits.add(id, until);
            }
            Became::AsWanted => state.settled(),
            Became::Failed => {
                state.settled();
                leave_what_waits(plan, state);
            }
        }
        left -= 1;
        if left == 0 {
            waits.give_back(state);
            return Ok(Came::Far);
        }
    }
    let failing = !state.failed.is_empty() || !state.failed_updates.is_empty();
    match waits.until {
        Some(until) if !failing => {
            waits.give_back(state);
            Ok(Came::Waits(until))
        }
        _ => {
            waits.cancel(scope, stack, state)?;
            Ok(Came::Through)
        }
    }
}

/// After a failure nothing new begins: what still waits for another resource is not tried.
fn leave_what_waits(plan: &Plan<'_>, state: &mut State) {
    let waiting = state.queue.take().unwrap_or_default();
    let open: std::collections::HashSet<&String> = waiting.iter().chain(&state.failed).chain(&state.failed_updates).collect();
    let ready = waiting.iter().filter(|id| !plan.dependencies(id).iter().any(|needed| open.contains(needed)));
    let ready = ready.cloned().collect();
    drop(open);
    state.queue = Some(ready);
}

/// Whether the stack's policy keeps what the new template no longer has. Says so of each such resource.
fn protected_removals(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, plan: &Plan<'_>, state: &mut State) -> Result<bool, Error> {
    let Some(protection) = Protection::of(stack)? else { return Ok(false) };
    let mut gone: Vec<ResourceRow> = resources(scope, stack)?.into_values().collect();
    gone.retain(|row| row.made.is_some() && plan.resource(&row.logical_id).is_none());
    gone.sort_by(|a, b| a.logical_id.cmp(&b.logical_id));
    let mut found = false;
    for row in gone {
        if let Err(why) = protection.check(Action::Delete, &row.logical_id, &row.resource_type) {
            let (id, resource_type) = (row.logical_id.clone(), row.resource_type.clone());
            failed(scope, stack, state, &id, &resource_type, Some(row), why)?;
            found = true;
        }
    }
    Ok(found)
}
