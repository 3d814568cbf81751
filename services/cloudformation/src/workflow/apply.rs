//! Makes what a version wants: a new stack's resources, or those that an update adds and changes.

use super::{Phase, State, cleanup, nested, resource};
use crate::{
    CloudFormation,
    changes::{evaluated_outputs, metadata},
    error::text_of,
    evaluation::{Known, differing, exported, masked, template_of, with_plan},
    exports,
    journal::Happened,
    nested::Order,
    prepare::resources,
    state::{Made, OnFailure, Pending, ResourceRow, Stack, Version},
    status::{ResourceStatus, StackStatus},
};
use durable::Next;
use gate::{Error, Physical, Scope, Update};
use serde_json::Value;
use std::{collections::HashMap, time::Duration};
use template::{Diagnostic, Plan, Span};

/// A resource as the version wants it.
struct Wanted {
    id: String,
    resource_type: String,
    properties: Value,
    origins: Vec<(String, Span)>,
    shown: String,
    metadata: Option<Value>,
    deletion_policy: Option<String>,
    update_replace_policy: Option<String>,
    dependencies: Vec<String>,
}

impl Wanted {
    fn made(self, physical: Physical) -> Made {
        Made {
            resource_type: self.resource_type,
            physical_id: physical.id,
            attributes: physical.attributes,
            properties: self.properties,
            origins: self.origins,
            metadata: self.metadata,
            deletion_policy: self.deletion_policy,
            update_replace_policy: self.update_replace_policy,
            dependencies: self.dependencies,
        }
    }
}

enum Found {
    Nothing,
    /// A resource that is not as it is wanted.
    Different(Box<(Wanted, Option<ResourceRow>)>),
    /// One that cannot be evaluated.
    Broken(String, Vec<Diagnostic>),
}

pub(super) fn step(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, mut state: State) -> Result<Next<State>, Error> {
    let Some(version) = stack.target.clone() else { return Err(Error::internal("the stack has nothing to become")) };
    if timed_out(scope, stack, &state) {
        nested::cancelled(scope, stack, &mut state)?;
        return fail(scope, stack, state, "Stack creation time exceeded the specified timeout.".into());
    }
    if state.phase == Phase::Update && stack.ordered() == Some(Order::RollBack) {
        nested::cancelled(scope, stack, &mut state)?;
        return fail(scope, stack, state, "Stack update cancelled".into());
    }
    if state.waiting.is_some() {
        return nested::resume(scope, stack, state);
    }
    match next(scope, stack, &version, &mut state)? {
        Found::Nothing => finish(scope, stack, &version, state),
        Found::Broken(id, list) => {
            let row = resource::row(scope, stack, &id)?;
            let resource_type = template_of(scope, stack, &version)?.resource(&id).map(|r| r.resource_type.clone()).unwrap_or_default();
            failed(scope, stack, state, &id, &resource_type, row, text_of(&list))
        }
        Found::Different(found) => match *found {
            (wanted, Some(ResourceRow { made: Some(made), .. })) => change(scope, stack, state, wanted, made),
            (wanted, _) => create(scope, stack, state, wanted),
        },
    }
}

fn timed_out(scope: &Scope<'_, CloudFormation>, stack: &Stack, state: &State) -> bool {
    let limit = stack.timeout_minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60));
    state.phase == Phase::Create && limit.is_some_and(|limit| scope.now().since(stack.created) > limit)
}

/// The next resource that is not as it is wanted. Those that differ only in what needs no call are brought up to date.
fn next(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, version: &Version, state: &mut State) -> Result<Found, Error> {
    let template = template_of(scope, stack, version)?;
    let exports = exported(scope, stack, &version.imports)?;
    let mut queue = state.queue.take();
    let found = with_plan(stack, &template, &version.parameters, &exports, |plan| {
        let queue = queue.get_or_insert_with(|| plan.order().iter().rev().cloned().collect());
        while let Some(id) = queue.pop() {
            match look(scope, stack, plan, &id) {
                Ok(Ok(None)) => {}
                Ok(Ok(Some(found))) => return Ok(Ok(Found::Different(Box::new(found)))),
                Ok(Err(list)) => return Ok(Ok(Found::Broken(id, list))),
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(Found::Nothing))
    });
    state.queue = queue;
    // The plan was made before, with the same inputs: it fails only if our own state is broken.
    found.map_err(|list| Error::internal(text_of(&list)))?
}

type Looked = Result<Option<(Wanted, Option<ResourceRow>)>, Vec<Diagnostic>>;

fn look(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, plan: &Plan<'_>, id: &str) -> Result<Looked, Error> {
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
    let wanted = Wanted {
        id: id.into(),
        resource_type: declared.resource_type.clone(),
        properties: properties.to_json(),
        origins: properties.origins(),
        shown: masked(&properties).to_string(),
        metadata,
        deletion_policy: declared.deletion_policy.clone(),
        update_replace_policy: declared.update_replace_policy.clone(),
        dependencies: plan.dependencies(id).to_vec(),
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

fn create(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, mut state: State, wanted: Wanted) -> Result<Next<State>, Error> {
    let suffix = state.suffix(scope);
    let physical = match resource::create(scope, stack, &wanted.id, &suffix, &wanted.resource_type, &wanted.properties) {
        Ok(physical) => physical,
        Err(error) if state.again(&error, &wanted.id) => return Ok(state.later(scope)),
        Err(error) => {
            started(scope, stack, &wanted, "", ResourceStatus::CreateInProgress, None)?;
            let reason = resource::reason(scope, &error);
            return failed(scope, stack, state, &wanted.id, &wanted.resource_type, None, reason);
        }
    };
    started(scope, stack, &wanted, "", ResourceStatus::CreateInProgress, None)?;
    started(scope, stack, &wanted, &physical.id, ResourceStatus::CreateInProgress, Some("Resource creation Initiated".into()))?;
    if crate::nested::is(&wanted.resource_type) {
        let id = wanted.id.clone();
        return nested::begun(scope, stack, state, id, wanted.made(physical), None);
    }
    done(scope, stack, wanted, physical, ResourceStatus::CreateComplete, Pending::Created)?;
    Ok(state.onwards())
}

fn change(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    mut state: State,
    wanted: Wanted,
    made: Made,
) -> Result<Next<State>, Error> {
    let suffix = state.suffix(scope);
    let changed = differing(&made.properties, &wanted.properties);
    let kind = scope.resource_type(&wanted.resource_type);
    let replaces =
        kind.is_some_and(|kind| kind.properties().iter().any(|p| p.update == Update::Replace && changed.iter().any(|name| name == p.name)));
    let result = if replaces {
        resource::create(scope, stack, &wanted.id, &suffix, &wanted.resource_type, &wanted.properties)
    } else {
        resource::update(scope, stack, &wanted.id, &suffix, &made, &wanted.properties)
    };
    let again = "Requested update requires the creation of a new physical resource; hence creating one.";
    let why = replaces.then(|| again.to_string());
    match result {
        Ok(physical) => {
            started(scope, stack, &wanted, &made.physical_id, ResourceStatus::UpdateInProgress, why)?;
            if replaces {
                started(scope, stack, &wanted, &physical.id, ResourceStatus::UpdateInProgress, Some("Resource creation Initiated".into()))?;
            }
            if crate::nested::is(&wanted.resource_type) {
                let id = wanted.id.clone();
                return nested::begun(scope, stack, state, id, wanted.made(physical), Some(made));
            }
            let replaced = physical.id != made.physical_id;
            let pending = if replaced { Pending::Replaced(Box::new(made)) } else { Pending::Updated(Box::new(made)) };
            done(scope, stack, wanted, physical, ResourceStatus::UpdateComplete, pending)?;
            Ok(state.onwards())
        }
        Err(error) if state.again(&error, &wanted.id) => Ok(state.later(scope)),
        Err(error) => {
            started(scope, stack, &wanted, &made.physical_id, ResourceStatus::UpdateInProgress, why)?;
            let reason = resource::reason(scope, &error);
            let row = resource::row(scope, stack, &wanted.id)?;
            failed(scope, stack, state, &wanted.id, &wanted.resource_type, row, reason)
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
    pending: Pending,
) -> Result<(), Error> {
    let (id, resource_type, shown) = (wanted.id.clone(), wanted.resource_type.clone(), wanted.shown.clone());
    let happened = Happened {
        logical_id: &id,
        resource_type: &resource_type,
        physical_id: &physical.id,
        status,
        reason: None,
        properties: Some(shown),
    };
    stack.resource_event(scope, happened)?;
    // A stack that is made has nothing to go back to.
    let pending = stack.current.is_some().then_some(pending);
    let row = ResourceRow {
        logical_id: id,
        resource_type,
        made: Some(wanted.made(physical)),
        status,
        reason: None,
        updated: scope.now(),
        pending,
    };
    stack.save_resource(scope, &row)
}

/// A resource could not be made or changed: the stack turns back.
fn failed(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    state: State,
    id: &str,
    resource_type: &str,
    row: Option<ResourceRow>,
    reason: String,
) -> Result<Next<State>, Error> {
    let made = row.and_then(|row| row.made);
    let status = if made.is_some() { ResourceStatus::UpdateFailed } else { ResourceStatus::CreateFailed };
    let physical_id = made.as_ref().map(|m| m.physical_id.clone()).unwrap_or_default();
    stack.resource_event(
        scope,
        Happened { logical_id: id, resource_type, physical_id: &physical_id, status, reason: Some(reason.clone()), properties: None },
    )?;
    let verb = if made.is_some() { "update" } else { "create" };
    let row = ResourceRow {
        logical_id: id.into(),
        resource_type: resource_type.into(),
        made,
        status,
        reason: Some(reason),
        updated: scope.now(),
        pending: Some(Pending::Failed),
    };
    stack.save_resource(scope, &row)?;
    fail(scope, stack, state, format!("The following resource(s) failed to {verb}: [{id}]. "))
}

pub(super) fn fail(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, state: State, why: String) -> Result<Next<State>, Error> {
    stack.failure = Some(why.trim_end().to_string());
    if state.phase == Phase::Update {
        stack.move_to(scope, StackStatus::UpdateRollbackInProgress, Some(why))?;
        return Ok(state.turn_to(Phase::UpdateRollback));
    }
    let why = why.trim_end();
    match stack.on_failure {
        OnFailure::Rollback => {
            stack.move_to(scope, StackStatus::RollbackInProgress, Some(format!("{why} Rollback requested by user.")))?;
            Ok(state.turn_to(Phase::Rollback))
        }
        OnFailure::Delete => {
            stack.move_to(scope, StackStatus::DeleteInProgress, Some(format!("{why} Delete requested by user.")))?;
            Ok(state.turn_to(Phase::Delete))
        }
        OnFailure::DoNothing => {
            stack.current = stack.target.take();
            stack.move_to(scope, StackStatus::CreateFailed, Some(why.to_string()))?;
            Ok(Next::Done)
        }
    }
}

/// All resources are as they are wanted: the outputs, and the end.
fn finish(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, version: &Version, state: State) -> Result<Next<State>, Error> {
    let template = template_of(scope, stack, version)?;
    let exported = exported(scope, stack, &version.imports)?;
    let known = Known(resources(scope, stack)?);
    let outputs = with_plan(stack, &template, &version.parameters, &exported, |plan| evaluated_outputs(plan, &known));
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
pub(super) fn settle(scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, state: State) -> Result<Next<State>, Error> {
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
    let known = resources(scope, stack)?;
    let live = with_plan(stack, &template, &version.parameters, &exported, |plan| Ok(plan.order().to_vec()))
        .map_err(|list| Error::internal(text_of(&list)))?;
    cleanup::after_update(scope, stack, &live, known)?;
    Ok(state.turn_to(Phase::Cleanup))
}
