//! How long the trail is kept. What is older is removed in small transactions, and each removal is a record itself.

use crate::{
    Caller, Error, Gate, Identity, KeepsTrail, RequestContext, Scope, Table,
    body::Internal,
    core::{Core, Frame},
    record::{self, Opening, TRAIL},
    table::Bounds,
};
use base::{AccountId, Timestamp};
use serde_json::{Value, json};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

/// Days that an account's records are kept; no row: for ever.
static RETENTION: Table<Internal, u32> = Table::new("retention");
/// Records that one transaction removes.
const BATCH: usize = 500;
const DAY: u64 = 24 * 60 * 60;

impl<S: KeepsTrail> Scope<'_, S> {
    /// How many days the records of an account are kept; None: for ever.
    ///
    /// # Errors
    /// The store failed.
    pub fn trail_retention(&mut self, account: AccountId) -> Result<Option<u32>, Error> {
        RETENTION.get(self.view.core, account.as_str())
    }
    /// Sets it. What is older goes soon after ([`Gate::remove_expired`]).
    ///
    /// # Errors
    /// The row cannot be written.
    pub fn keep_trail(&mut self, account: AccountId, days: u32) -> Result<(), Error> {
        self.view.core.gate.0.retention_changed.store(true, Ordering::Release);
        RETENTION.put(self.view.core, account.as_str(), &days)
    }
}

/// The moment before which records have had their time.
fn limit(now: Timestamp, days: u32) -> Timestamp {
    let kept = Duration::from_secs(u64::from(days) * DAY);
    Timestamp(now.0.saturating_sub(i64::try_from(kept.as_millis()).unwrap_or(i64::MAX)))
}

impl Gate {
    /// Whether a retention was set since this was last asked: expired records are to be removed at once.
    pub fn retention_changed(&self) -> bool {
        self.0.retention_changed.swap(false, Ordering::AcqRel)
    }

    /// Removes records that are kept longer than their account's retention, a bounded number of each account, and records
    /// how many. Call it until nothing was removed. Blocks.
    ///
    /// # Errors
    /// The store failed.
    pub fn remove_expired(&self) -> Result<usize, Error> {
        let kept = self.settle(|core| RETENTION.scan::<[&str; 0]>(core, &[], Bounds::ALL)).unwrap_or_else(Err)?;
        let mut removed = 0;
        for (key, days) in kept {
            let Some(account) = key.first().and_then(|id| id.parse().ok()) else { continue };
            removed += self.settle(|core| remove(core, account, days)).unwrap_or_else(Err)?;
        }
        Ok(removed)
    }

    /// Gives the space of removed rows back to the file system. Calls wait meanwhile. Blocks.
    ///
    /// # Errors
    /// The store failed.
    pub fn compact(&self) -> Result<(), Error> {
        Ok(self.0.store.compact()?)
    }
}

fn remove(core: &mut Core, account: AccountId, days: u32) -> Result<usize, Error> {
    let before = limit(core.now, days);
    let oldest = Bounds { limit: BATCH, ..Bounds::ALL };
    let rows = TRAIL.scan(core, &[account.as_str()], oldest)?;
    let mut removed = 0;
    // Ids sort by time.
    for (_, record) in rows.iter().take_while(|(_, record)| record.time < before) {
        TRAIL.delete(core, &[account.as_str(), record.id.as_str()]);
        removed += 1;
    }
    if removed > 0 {
        record(core, account, days, removed)?;
    }
    Ok(removed)
}

/// No caller asks for each removal: the retention does, and the trail says so.
fn record(core: &mut Core, account: AccountId, days: u32, removed: usize) -> Result<(), Error> {
    const SERVICE: &str = "cloudtrail.amazonaws.com";
    let name = SERVICE.to_owned();
    let caller = Caller::new(Identity::Service { name, source_arn: None, source_account: None, account });
    let context = RequestContext {
        request_id: base::uuid(&*core.gate.0.entropy),
        source_ip: SERVICE.into(),
        user_agent: SERVICE.into(),
        secure_transport: true,
        region: core.gate.0.region.clone(),
        source_arn: None,
        transport: crate::Transport::default(),
    };
    let frame = Frame { caller, context: Arc::new(context), parent: None, event: None, about: None };
    let input = json!({"accountId": account, "retentionPeriod": days, "before": limit(core.now, days).iso()});
    let mut opening = Opening::new(core, &frame, &crate::gate::NO_OPERATION, input);
    opening.call_it("cloudtrail", "RemoveExpiredRecords");
    let closed = opening.close(core.now, &[], Ok::<Value, &Error>(json!({"removed": removed})))?;
    record::append(core, closed);
    Ok(())
}
