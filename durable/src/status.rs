//! What is under way, for those who look.

use crate::{
    Lease, Status,
    tables::{CLAIMS, DURABLE, INSTANCES, LEFT, OUTBOX},
};
use base::{AccountId, Timestamp};
use gate::{Error, Scope, Service};
use std::collections::BTreeMap;

/// A workflow that is under way or was given up.
#[derive(Debug, Clone)]
pub struct Under {
    /// Its id.
    pub id: String,
    /// `service/Workflow`.
    pub workflow: String,
    /// Whose work it is.
    pub account: AccountId,
    /// Where it stands.
    pub status: Status,
    /// Since when.
    pub started: Timestamp,
    /// When it goes on; None: it waits for something to happen.
    pub wake: Option<Timestamp>,
    /// How often its present step has failed.
    pub failures: u32,
    /// Why it failed last, or was given up.
    pub error: Option<String>,
    /// Why this release leaves it as it is.
    pub left: Option<String>,
    /// Who goes on with it.
    pub lease: Option<Lease>,
}

/// A command that waits or is being done.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Its id.
    pub id: String,
    /// `service/handler`.
    pub handler: String,
    /// Whose work it is.
    pub account: AccountId,
    /// How often somebody took it in hand.
    pub attempts: u64,
    /// How often it has failed.
    pub failures: u32,
    /// Why it failed last.
    pub error: Option<String>,
    /// When it is tried again.
    pub next: Option<Timestamp>,
    /// Why this release leaves it as it is.
    pub left: Option<String>,
    /// Who does it.
    pub lease: Option<Lease>,
}

/// All that is under way.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// Workflows, by their ids.
    pub work: Vec<Under>,
    /// The outbox, by ids.
    pub commands: Vec<Waiting>,
}

/// What is under way, and what was given up.
///
/// # Errors
/// The store failed.
pub fn survey<S: Service>(scope: &mut Scope<'_, S>) -> Result<Survey, Error> {
    let mut scope = scope.beside(&DURABLE);
    let mut left: BTreeMap<String, String> =
        scope.scan::<[&str; 0], _>(&LEFT, &[])?.into_iter().map(|(mut key, why)| (key.swap_remove(0), why)).collect();
    let mut survey = Survey::default();
    for (mut key, i) in scope.scan::<[&str; 0], _>(&INSTANCES, &[])? {
        if i.status == Status::Done {
            continue;
        }
        let id = key.swap_remove(0);
        survey.work.push(Under {
            left: left.remove(&id),
            id,
            workflow: i.workflow,
            account: i.account,
            status: i.status,
            started: i.started,
            wake: i.wake,
            failures: i.failures,
            error: i.error,
            lease: i.lease,
        });
    }
    for (mut key, command) in scope.scan::<[&str; 0], _>(&OUTBOX, &[])? {
        let id = key.swap_remove(0);
        let claim = scope.get(&CLAIMS, id.as_str())?.unwrap_or_default();
        survey.commands.push(Waiting {
            left: left.remove(&id),
            id,
            handler: command.handler,
            account: command.account,
            attempts: claim.fence,
            failures: claim.failures,
            error: claim.error,
            next: claim.next,
            lease: claim.lease,
        });
    }
    Ok(survey)
}
