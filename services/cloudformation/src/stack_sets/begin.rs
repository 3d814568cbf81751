//! The begin of an operation: a result for each instance, and the work on them.

use super::{
    Action, Detailed, INSTANCES, Instance, InstanceStatus, OperationStatus, Preferences, RESULTS, ResultStatus, SetOperation, SetResult,
    StackSet, operations, run,
};
use crate::{CloudFormation, error::constraint, state::digits};
use base::AccountId;
use gate::{Error, Scope};
use std::collections::BTreeMap;

/// The account and the region of an instance, and values of its own where those change.
pub(crate) type Target = (AccountId, String, Option<BTreeMap<String, String>>);

/// What an operation is to do.
pub(crate) struct Begin {
    pub(crate) action: Action,
    /// None: one of our own.
    pub(crate) id: Option<String>,
    pub(crate) preferences: Preferences,
    pub(crate) retain: bool,
    pub(crate) regions: Vec<String>,
    pub(crate) instances: Vec<Target>,
}

const LONGEST_ID: usize = 128;

/// Checks an operation's id, and that there is room for it. Gives the id.
fn check_id(scope: &mut Scope<'_, CloudFormation>, set: &StackSet, id: Option<&str>) -> Result<String, Error> {
    let others = operations(scope, set)?;
    if let Some(id) = id {
        let good = id.len() <= LONGEST_ID
            && id.starts_with(|c: char| c.is_ascii_alphanumeric())
            && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !good {
            return Err(constraint("operationId", id, "satisfy regular expression pattern: [a-zA-Z0-9][-a-zA-Z0-9]*"));
        }
        if others.iter().any(|other| other.id == id) {
            return Err(Error::new("OperationIdAlreadyExistsException", format!("Operation with id {id} already exists")).status(409));
        }
    }
    if let Some(other) = others.iter().find(|other| other.status.is_open() && !set.managed) {
        let message = format!("Another Operation on StackSet {} is in progress: {}", set.arn(), other.id);
        return Err(Error::new("OperationInProgressException", message).status(409));
    }
    Ok(id.map_or_else(|| base::uuid(scope.entropy()), str::to_string))
}

/// Writes down what is to be done, and sets it going. Gives the operation's id.
pub(crate) fn begin(scope: &mut Scope<'_, CloudFormation>, set: &StackSet, begin: Begin) -> Result<String, Error> {
    begin.preferences.check()?;
    let id = check_id(scope, set, begin.id.as_deref())?;
    let others = operations(scope, set)?;
    let (number, waits) = (others.len(), others.iter().any(|other| other.status.is_open()));
    let [account, uuid] = set.key();
    for (target, region, overrides) in begin.instances {
        let key = [account, uuid, target.as_str(), region.as_str()];
        let found = scope.get(&INSTANCES, &key)?;
        let new = || Instance {
            account: target,
            region: region.clone(),
            stack: None,
            overrides: BTreeMap::new(),
            status: InstanceStatus::Outdated,
            detailed: Detailed::Pending,
            reason: None,
            operation: id.clone(),
        };
        let mut instance = found.unwrap_or_else(new);
        if let Some(overrides) = overrides {
            instance.overrides = overrides;
        }
        (instance.detailed, instance.operation, instance.reason) = (Detailed::Pending, id.clone(), None);
        if instance.status == InstanceStatus::Current {
            instance.status = InstanceStatus::Outdated;
        }
        scope.put(&INSTANCES, &key, &instance)?;
        let number = begin.regions.iter().position(|other| *other == region).unwrap_or_default();
        let result = SetResult { account: target, region, status: ResultStatus::Pending, reason: None, clearing: false };
        scope.put(&RESULTS, &[account, uuid, id.as_str(), digits(number as u64).as_str(), target.as_str()], &result)?;
    }
    let operation = SetOperation {
        id: id.clone(),
        number,
        action: begin.action,
        status: if waits { OperationStatus::Queued } else { OperationStatus::Running },
        preferences: begin.preferences,
        regions: begin.regions,
        retain: begin.retain,
        administration_role: set.administration_role(),
        execution_role: set.execution_role.clone(),
        created: scope.now(),
        ended: None,
        reason: None,
        failed: 0,
    };
    operation.save(scope, set)?;
    if !waits {
        run::start(scope, set, &id)?;
    }
    Ok(id)
}
