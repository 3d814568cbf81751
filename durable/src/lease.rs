//! Leases: of several engines over one store, one goes on with a workflow, and one does a command.
//!
//! A step needs no lease to be done once: it is one transaction, which reads the instance and writes it, so that of two who run
//! it one loses. The lease of a workflow only spares the second its trouble. A command is outside of transactions: its lease says
//! who does it, and its fence lets whoever lost it change nothing any more.

use crate::{
    Command,
    tables::{CLAIMS, Claim, DURABLE, Durable, LEFT, OUTBOX},
};
use base::Timestamp;
use gate::{Error, Gate, Scope, Service};
use serde::{Deserialize, Serialize};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// How long a lease lasts that is not renewed: after this time another engine takes over what a dead one had.
pub const LEASE: Duration = Duration::from_secs(60);
/// A command that fails is tried again after 1, 2, 4, ... seconds, and at last this often.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// Errors are told in so many characters.
const MAX_ERROR: usize = 1000;

/// Who has something in hand, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The engine's name.
    pub worker: String,
    /// Until when, unless it is renewed.
    pub until: Timestamp,
}

impl Lease {
    pub(crate) fn of(worker: &str, now: Timestamp) -> Self {
        Self { worker: worker.into(), until: now.plus(LEASE) }
    }
    /// Whether `worker` must keep off. A lease of its own is from before a restart, or in its own hands.
    pub(crate) fn bars(&self, worker: &str, now: Timestamp) -> bool {
        self.worker != worker && self.until > now
    }
}

/// The end of a bar by others, if there is one.
pub(crate) fn barred(lease: Option<&Lease>, worker: &str, now: Timestamp) -> Option<Timestamp> {
    lease.filter(|lease| lease.bars(worker, now)).map(|lease| lease.until)
}

pub(crate) fn in_short(error: &Error) -> String {
    error.to_string().chars().take(MAX_ERROR).collect()
}

/// The doubled pause before the attempt that follows so many failures.
pub(crate) fn pause(failures: u32) -> Duration {
    Duration::from_secs(1 << failures.saturating_sub(1).min(20)).min(LONGEST_PAUSE)
}

/// What a handler of commands has.
pub struct Agent<'a> {
    /// The gate.
    pub gate: &'a Gate,
    /// What to do.
    pub command: &'a Command,
    pub(crate) held: Held,
}

impl Agent<'_> {
    /// Whether the command is still this agent's: asked within the transactions that a handler writes by, it keeps one whose
    /// lease went to another engine from changing anything.
    ///
    /// # Errors
    /// The store failed.
    pub fn holds<S: Service>(&self, scope: &mut Scope<'_, S>) -> Result<bool, Error> {
        self.held.holds(scope)
    }
    /// What a handler's own parts ask by.
    pub fn held(&self) -> Held {
        self.held.clone()
    }
}

/// A command in hand.
#[derive(Debug, Clone)]
pub struct Held {
    pub(crate) id: String,
    pub(crate) fence: u64,
    pub(crate) lost: Arc<AtomicBool>,
}

impl Held {
    /// As [`Agent::holds`].
    ///
    /// # Errors
    /// The store failed.
    pub fn holds<S: Service>(&self, scope: &mut Scope<'_, S>) -> Result<bool, Error> {
        let claim = scope.beside(&DURABLE).get(&CLAIMS, self.id.as_str())?;
        Ok(claim.is_some_and(|claim| claim.fence == self.fence))
    }
    /// Whether another engine was seen to have taken it.
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }
}

/// Takes a command, if it is there, due, and nobody else has it.
pub(crate) fn take(scope: &mut Scope<'_, Durable>, id: &str, worker: &str) -> Result<Option<(Command, Held)>, Error> {
    let now = scope.now();
    let Some(command) = scope.get(&OUTBOX, id)? else { return Ok(None) };
    let before = scope.get(&CLAIMS, id)?.unwrap_or_default();
    if barred(before.lease.as_ref(), worker, now).is_some() || before.next.is_some_and(|next| next > now) {
        return Ok(None);
    }
    let fence = before.fence + 1;
    scope.put(&CLAIMS, id, &Claim { fence, lease: Some(Lease::of(worker, now)), next: None, ..before })?;
    Ok(Some((command, Held { id: id.into(), fence, lost: Arc::default() })))
}

/// Renews a lease when half of it is over. False: it was lost.
pub(crate) fn renew(scope: &mut Scope<'_, Durable>, held: &Held, worker: &str) -> Result<bool, Error> {
    let now = scope.now();
    let Some(claim) = scope.get(&CLAIMS, held.id.as_str())?.filter(|claim| claim.fence == held.fence) else { return Ok(false) };
    if claim.lease.as_ref().is_none_or(|lease| lease.until.since(now) < LEASE / 2) {
        scope.put(&CLAIMS, held.id.as_str(), &Claim { lease: Some(Lease::of(worker, now)), ..claim })?;
    }
    Ok(true)
}

/// The command is done: it goes, unless it was lost meanwhile.
pub(crate) fn finish(scope: &mut Scope<'_, Durable>, held: &Held) -> Result<(), Error> {
    let id = held.id.as_str();
    if held.holds(scope)? {
        scope.delete(&OUTBOX, id);
        scope.delete(&CLAIMS, id);
        scope.delete(&LEFT, id);
    }
    Ok(())
}

/// The command failed: it is tried again later.
pub(crate) fn put_off(scope: &mut Scope<'_, Durable>, held: &Held, error: &Error) -> Result<(), Error> {
    let now = scope.now();
    let Some(claim) = scope.get(&CLAIMS, held.id.as_str())?.filter(|claim| claim.fence == held.fence) else { return Ok(()) };
    let failures = claim.failures.saturating_add(1);
    let claim = Claim { failures, lease: None, error: Some(in_short(error)), next: Some(now.plus(pause(failures))), ..claim };
    scope.put(&CLAIMS, held.id.as_str(), &claim)
}
