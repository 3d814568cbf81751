//! Makes and changes one resource, and says what came of it.

use super::{
    super::{Phase, State, nested, pending, resource},
    Became, waits,
    wanted::Wanted,
};
use crate::{
    CloudFormation,
    evaluation::differing,
    journal::Happened,
    protection::{Action, Protection},
    state::{Made, Pending, ResourceRow, Stack},
    status::ResourceStatus,
    waiting::{self, Wait},
};
use gate::{Error, Physical, Scope, Update};

pub(super) fn create(
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

pub(super) fn change(
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

pub(super) fn started(
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
pub(super) fn failed(
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
