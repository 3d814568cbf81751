//! Makes what a version wants: a new stack's resources, or those that an update adds and changes.
//!
//! Resources are taken in the template's order, each after those that it needs. When one fails, those that do not wait for
//! another one are still tried, as they are under way at the same time on AWS; then the stack turns back.

mod end;
mod waits;

pub(super) use end::settle;

use super::{BATCH, Phase, State, nested, pending, resource};
use crate::{
    CloudFormation,
    changes::metadata,
    error::text_of,
    evaluation::{Known, Lacking, differing, exported, masked, template_of, with_lacking, with_plan},
    journal::Happened,
    nested::Order,
    prepare::resources,
    protection::{Action, Protection},
    state::{Made, Pending, ResourceRow, Stack, Version},
    status::{ResourceStatus, StackStatus},
    stored,
    waiting::{self, Wait},
};
use base::Timestamp;
use durable::Next;
use end::{fail, finish};
use gate::{Error, Physical, Scope, Update};
use serde_json::Value;
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};
use template::{Diagnostic, Plan, ResourceAttribute, Span};
use waits::Waiting;

/// A resource as the version wants it.
struct Wanted {
    id: String,
    resource_type: String,
    properties: Value,
    origins: Vec<(String, Span)>,
    masked: Vec<String>,
    shown: String,
    metadata: Option<Value>,
    deletion_policy: Option<String>,
    update_replace_policy: Option<String>,
    dependencies: Vec<String>,
    /// What a wait condition waits for, where the template says it beside the properties.
    creation_policy: Option<Value>,
}

impl Wanted {
    fn made(self, physical: Physical) -> Made {
        Made {
            resource_type: self.resource_type,
            physical_id: physical.id,
            attributes: physical.attributes,
            properties: self.properties,
            origins: self.origins,
            masked: Some(self.masked),
            metadata: self.metadata,
            deletion_policy: self.deletion_policy,
            update_replace_policy: self.update_replace_policy,
            dependencies: self.dependencies,
        }
    }
}

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

type Looked = Result<Option<(Wanted, Option<ResourceRow>)>, Vec<Diagnostic>>;

fn look(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, plan: &Plan<'_>, id: &str, lacking: &Lacking) -> Result<Looked, Error> {
    let Some(declared) = plan.resource(id) else { return Ok(Ok(None)) };
    let mut known = HashMap::new();
    for needed in plan.dependencies(id) {
        if let Some(row) = resource::row(scope, stack, needed)? {
            known.insert(needed.clone(), row);
        }
    }
    let known = Known(known);
    let (properties, metadata) = match plan.properties(id, &known).and_then(|properties| Ok((properties, metadata(plan, id, &known)?))) {
        Ok(evaluated) => evaluated,
        Err(list) => return Ok(Err(list)),
    };
    if !lacking.is_empty() {
        return Ok(Ok(None));
    }
    let creation_policy = match declared.resource_type == waiting::CONDITION {
        true => match plan.attribute(id, ResourceAttribute::CreationPolicy, &known) {
            Ok(policy) => policy.map(|policy| policy.to_json()),
            Err(list) => return Ok(Err(list)),
        },
        false => None,
    };
    let wanted = Wanted {
        id: id.into(),
        resource_type: declared.resource_type.clone(),
        properties: properties.to_json(),
        origins: properties.origins(),
        masked: crate::evaluation::secrets(&properties),
        shown: masked(&properties).to_string(),
        metadata,
        deletion_policy: declared.deletion_policy.clone(),
        update_replace_policy: declared.update_replace_policy.clone(),
        dependencies: plan.dependencies(id).to_vec(),
        creation_policy,
    };
    let row = resource::row(scope, stack, id)?;
    match row {
        Some(ResourceRow { made: Some(made), pending, .. })
            if made.resource_type == wanted.resource_type && differing(&made.properties, &wanted.properties).is_empty()
                // What lies behind a template's URL may have changed.
                && !crate::nested::is(&wanted.resource_type) =>
        {
            keep(scope, stack, id, made, pending, wanted)?;
            Ok(Ok(None))
        }
        row => Ok(Ok(Some((wanted, row)))),
    }
}

/// A resource whose properties are the same: what else the template says of it is noted.
fn keep(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &Stack,
    id: &str,
    made: Made,
    pending: Option<Pending>,
    wanted: Wanted,
) -> Result<(), Error> {
    let physical = Physical { id: made.physical_id.clone(), attributes: made.attributes.clone() };
    let new = Made { properties: made.properties.clone(), ..wanted.made(physical) };
    let noted = new.metadata == made.metadata
        && new.origins == made.origins
        && new.masked == made.masked
        && new.deletion_policy == made.deletion_policy
        && new.update_replace_policy == made.update_replace_policy
        && new.dependencies == made.dependencies;
    if noted {
        return Ok(());
    }
    let Some(row) = resource::row(scope, stack, id)? else { return Ok(()) };
    let pending = pending.or_else(|| Some(Pending::Updated(Box::new(made))));
    stack.save_resource(scope, &ResourceRow { made: Some(new), pending, ..row })
}

fn create(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    state: &mut State,
    wanted: Wanted,
    row: Option<ResourceRow>,
) -> Result<Became, Error> {
    let mut begun = false;
    let mut data = None;
    if wanted.resource_type == waiting::CONDITION {
        begun = row.as_ref().is_some_and(|row| row.status == ResourceStatus::CreateInProgress);
        match waits::stands(scope, stack, &wanted, row.as_ref())? {
            Wait::Until(until) => return Ok(Became::Waits(until)),
            Wait::Over(text) => data = Some(text),
            Wait::Failed(reason) => {
                failed(scope, stack, state, &wanted.id, &wanted.resource_type, row, reason)?;
                return Ok(Became::Failed);
            }
        }
    }
    let suffix = state.suffix(scope);
    let physical = match resource::create(scope, stack, &wanted.id, &suffix, &wanted.resource_type, &wanted.properties) {
        Ok(physical) => match data {
            Some(data) => physical.attribute("Data", data),
            None => physical,
        },
        Err(error) if state.again(&error, &wanted.id) => return Ok(Became::Again),
        Err(error) => {
            started(scope, stack, &wanted, "", ResourceStatus::CreateInProgress, None)?;
            let reason = resource::reason(scope, &error);
            failed(scope, stack, state, &wanted.id, &wanted.resource_type, row, reason)?;
            return Ok(Became::Failed);
        }
    };
    if !begun {
        started(scope, stack, &wanted, "", ResourceStatus::CreateInProgress, None)?;
        started(scope, stack, &wanted, &physical.id, ResourceStatus::CreateInProgress, Some("Resource creation Initiated".into()))?;
    }
    // A stack that is made has nothing to go back to.
    let pending = (state.phase == Phase::Update).then_some(Pending::Created);
    if crate::nested::is(&wanted.resource_type) {
        let id = wanted.id.clone();
        return nested::begun(scope, stack, state, id, wanted.made(physical), ResourceStatus::CreateInProgress, pending);
    }
    done(scope, stack, wanted, physical, ResourceStatus::CreateComplete, pending)
}

const REPLACES: &str = "Requested update requires the creation of a new physical resource; hence creating one.";

fn change(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    state: &mut State,
    wanted: Wanted,
    made: Made,
    before: Option<Pending>,
) -> Result<Became, Error> {
    let suffix = state.suffix(scope);
    let changed = differing(&made.properties, &wanted.properties);
    let kind = scope.resource_type(&wanted.resource_type);
    let replaces =
        kind.is_some_and(|kind| kind.properties().iter().any(|p| p.update == Update::Replace && changed.iter().any(|name| name == p.name)));
    let action = if replaces { Action::Replace } else { Action::Modify };
    let why = replaces.then(|| REPLACES.to_string());
    let denied = Protection::of(stack)?.and_then(|protection| protection.check(action, &wanted.id, &wanted.resource_type).err());
    let result = match denied {
        Some(reason) => Err(reason),
        None => {
            let result = if replaces {
                resource::create(scope, stack, &wanted.id, &suffix, &wanted.resource_type, &wanted.properties)
            } else {
                resource::update(scope, stack, &wanted.id, &suffix, &made, &wanted.properties)
            };
            match result {
                Ok(physical) => Ok(physical),
                Err(error) if state.again(&error, &wanted.id) => return Ok(Became::Again),
                Err(error) if replaces => Err(resource::replacement_reason(scope, &error, &made, &wanted.properties)),
                Err(error) => Err(resource::reason(scope, &error)),
            }
        }
    };
    started(scope, stack, &wanted, &made.physical_id, ResourceStatus::UpdateInProgress, why)?;
    match result {
        Ok(physical) => {
            if replaces {
                started(scope, stack, &wanted, &physical.id, ResourceStatus::UpdateInProgress, Some("Resource creation Initiated".into()))?;
            }
            let nested = crate::nested::is(&wanted.resource_type);
            let replaced = physical.id != made.physical_id;
            let now = if replaced { Pending::Replaced(Box::new(made)) } else { Pending::Updated(Box::new(made)) };
            let pending = pending::together(scope, stack, &wanted.id, before, now)?;
            if nested {
                let id = wanted.id.clone();
                return nested::begun(scope, stack, state, id, wanted.made(physical), ResourceStatus::UpdateInProgress, Some(pending));
            }
            done(scope, stack, wanted, physical, ResourceStatus::UpdateComplete, Some(pending))
        }
        Err(reason) => {
            let row = resource::row(scope, stack, &wanted.id)?;
            failed(scope, stack, state, &wanted.id, &wanted.resource_type, row, reason)?;
            Ok(Became::Failed)
        }
    }
}

fn started(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    wanted: &Wanted,
    physical_id: &str,
    status: ResourceStatus,
    reason: Option<String>,
) -> Result<(), Error> {
    let properties = Some(wanted.shown.clone());
    stack.resource_event(
        scope,
        Happened { logical_id: &wanted.id, resource_type: &wanted.resource_type, physical_id, status, reason, properties },
    )
}

fn done(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    wanted: Wanted,
    physical: Physical,
    status: ResourceStatus,
    pending: Option<Pending>,
) -> Result<Became, Error> {
    started(scope, stack, &wanted, &physical.id, status, None)?;
    let (logical_id, resource_type) = (wanted.id.clone(), wanted.resource_type.clone());
    let made = Some(wanted.made(physical));
    let row = ResourceRow { logical_id, resource_type, made, status, reason: None, updated: scope.now(), pending };
    stack.save_resource(scope, &row)?;
    Ok(Became::AsWanted)
}

/// A resource could not be made or changed: when all that is under way has ended, the stack turns back.
fn failed(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    state: &mut State,
    id: &str,
    resource_type: &str,
    row: Option<ResourceRow>,
    reason: String,
) -> Result<(), Error> {
    let (made, pending) = row.map_or((None, None), |row| (row.made, row.pending));
    let status = if made.is_some() { ResourceStatus::UpdateFailed } else { ResourceStatus::CreateFailed };
    let physical_id = made.as_ref().map(|m| m.physical_id.clone()).unwrap_or_default();
    stack.resource_event(
        scope,
        Happened { logical_id: id, resource_type, physical_id: &physical_id, status, reason: Some(reason.clone()), properties: None },
    )?;
    if made.is_some() { &mut state.failed_updates } else { &mut state.failed }.push(id.into());
    let row = ResourceRow {
        logical_id: id.into(),
        resource_type: resource_type.into(),
        made,
        status,
        reason: Some(reason),
        updated: scope.now(),
        pending: pending.or(Some(Pending::Failed)),
    };
    stack.save_resource(scope, &row)
}
