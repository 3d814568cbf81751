//! Wait conditions among the resources of a step: while one waits, those that do not need it go on.

use super::{
    State,
    make::{failed, started},
    wanted::Wanted,
};
use crate::{
    CloudFormation,
    state::{ResourceRow, Stack},
    status::ResourceStatus,
    waiting::{self, CONDITION, Wait},
};
use base::Timestamp;
use gate::{Error, Scope};
use template::Plan;

/// The resources of a step that wait for signals, and those that need them.
#[derive(Default)]
pub(super) struct Waiting {
    ids: Vec<String>,
    conditions: Vec<String>,
    pub(super) until: Option<Timestamp>,
}

impl Waiting {
    pub(super) fn add(&mut self, id: String, until: Timestamp) {
        self.ids.push(id.clone());
        self.conditions.push(id);
        self.until = Some(self.until.map_or(until, |other| other.min(until)));
    }

    /// Whether a resource needs one that waits; then it waits too.
    pub(super) fn hold(&mut self, plan: &Plan<'_>, id: &str) -> bool {
        let held = !self.ids.is_empty() && plan.dependencies(id).iter().any(|needed| self.ids.contains(needed));
        if held {
            self.ids.push(id.into());
        }
        held
    }

    /// Puts them back behind what is in the queue.
    pub(super) fn give_back(&mut self, state: &mut State) {
        let behind = std::mem::take(&mut self.ids);
        state.queue.get_or_insert_default().splice(0..0, behind.into_iter().rev());
    }

    /// Gives the waits up, because another resource failed.
    pub(super) fn cancel(self, scope: &mut Scope<'_, CloudFormation>, stack: &mut Stack, state: &mut State) -> Result<(), Error> {
        for id in self.conditions {
            failed(scope, stack, state, &id, CONDITION, None, "Resource creation cancelled".into())?;
        }
        Ok(())
    }
}

/// How the wait of a condition stands, which begins now if it has no row yet.
pub(super) fn stands(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    wanted: &Wanted,
    row: Option<&ResourceRow>,
) -> Result<Wait, Error> {
    let status = ResourceStatus::CreateInProgress;
    let begun = row.filter(|row| row.status == status);
    let since = begun.map_or_else(|| scope.now(), |row| row.updated);
    let stands = waiting::look(scope, stack, &wanted.id, &wanted.properties, wanted.creation_policy.as_ref(), since)?;
    if begun.is_none() && !matches!(stands, Wait::Over(_)) {
        started(scope, stack, wanted, "", status, None)?;
    }
    if begun.is_none() && matches!(stands, Wait::Until(_)) {
        let physical_id = format!("{}/{}", stack.arn(), wanted.id);
        started(scope, stack, wanted, &physical_id, status, Some("Resource creation Initiated".into()))?;
        let (logical_id, resource_type) = (wanted.id.clone(), wanted.resource_type.clone());
        let row = ResourceRow { logical_id, resource_type, made: None, status, reason: None, updated: since, pending: None };
        stack.save_resource(scope, &row)?;
    }
    Ok(stands)
}
