//! Object lock: which versions cannot be deleted, and until when.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html>

use crate::{S3, access, error, state::Bucket};
use base::{IsoTime, Timestamp};
use gate::{Authorized, Demand, Demands, Error, Operation, Scope, View};
use serde::{Deserialize, Serialize};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// A hundred years, as S3 limits retention.
const MAX_DAYS: u32 = 36_500;
const MAX_YEARS: u32 = 100;

/// How strictly a version is retained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RetentionMode {
    /// Those with `s3:BypassGovernanceRetention` may end it.
    Governance,
    /// Nobody may end it.
    Compliance,
}

/// A version's retention, as requests set it and answers tell it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Retention {
    /// How strict it is; nothing ends it.
    pub mode: Option<RetentionMode>,
    /// When it ends.
    pub retain_until_date: Option<IsoTime>,
}

/// The retention of new objects whose request says nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DefaultRetention {
    /// How strict it is.
    pub mode: Option<RetentionMode>,
    /// How long; or years.
    pub days: Option<u32>,
    /// How long; or days.
    pub years: Option<u32>,
}

impl DefaultRetention {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let within = |n: u32, most: u32, what: &str| match n {
            0 => Err(error::invalid_argument(what, "Default retention period must be a positive integer value.")),
            n if n > most => Err(error::invalid_argument(what, "Default retention period too large.")),
            _ => Ok(()),
        };
        match (self.mode, self.days, self.years) {
            (Some(_), Some(days), None) => within(days, MAX_DAYS, "Days"),
            (Some(_), None, Some(years)) => within(years, MAX_YEARS, "Years"),
            _ => Err(error::malformed_xml()),
        }
    }
    fn from(&self, now: Timestamp) -> Option<Kept> {
        let days = self.days.or(self.years.map(|years| years * 365))?;
        Some(Kept { mode: self.mode?, until: now.plus(DAY * days) })
    }
}

/// A bucket's object lock, once it is on: it never goes off again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BucketLock {
    pub(crate) by_default: Option<DefaultRetention>,
}

/// A retention as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) mode: RetentionMode,
    pub(crate) until: Timestamp,
}

/// What holds a version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Held {
    pub(crate) retention: Option<Kept>,
    /// None: nothing was ever said of it.
    pub(crate) legal_hold: Option<bool>,
}

pub(crate) const ON: &str = "ON";
pub(crate) const OFF: &str = "OFF";

pub(crate) fn hold_text(on: bool) -> &'static str {
    if on { ON } else { OFF }
}

pub(crate) fn hold_of(text: &str) -> Option<bool> {
    match text {
        ON => Some(true),
        OFF => Some(false),
        _ => None,
    }
}

fn protected() -> Error {
    error::access_denied("Access Denied because object protected by object lock.")
}

/// The bucket has no object lock.
pub(crate) fn not_configured() -> Error {
    error::invalid_request("Bucket is missing Object Lock Configuration")
}

/// The object has none of what was asked for.
pub(crate) fn nothing_set() -> Error {
    Error::new("NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration").status(404)
}

impl Held {
    /// Refuses the end of a version that is held.
    pub(crate) fn check_delete(&self, bypass: bool, now: Timestamp) -> Result<(), Error> {
        let retained = self.retention.filter(|kept| kept.until > now);
        let held = self.legal_hold == Some(true) || retained.is_some_and(|kept| kept.mode == RetentionMode::Compliance || !bypass);
        if held { Err(protected()) } else { Ok(()) }
    }

    /// Refuses a retention that is weaker than the present one.
    pub(crate) fn check_change(&self, new: Option<Kept>, bypass: bool, now: Timestamp) -> Result<(), Error> {
        let Some(old) = self.retention.filter(|kept| kept.until > now) else { return Ok(()) };
        let as_strict = new.is_some_and(|new| new.mode == old.mode && new.until >= old.until);
        let allowed = as_strict || (old.mode == RetentionMode::Governance && bypass);
        if allowed { Ok(()) } else { Err(protected()) }
    }
}

impl Retention {
    /// As it is kept; nothing ends a retention.
    pub(crate) fn kept(self, now: Timestamp) -> Result<Option<Kept>, Error> {
        match (self.mode, self.retain_until_date) {
            (None, None) => Ok(None),
            (Some(mode), Some(IsoTime(until))) if until > now => Ok(Some(Kept { mode, until })),
            (Some(_), Some(_)) => Err(in_the_past()),
            _ => Err(error::malformed_xml()),
        }
    }
    /// The demand with its condition keys.
    pub(crate) fn on(self, demand: Demand, now: Timestamp) -> Demand {
        let days = self.retain_until_date.map(|date| date.0.since(now).as_millis().div_ceil(DAY.as_millis()).to_string());
        let mode = self.mode.map(|mode| match mode {
            RetentionMode::Governance => GOVERNANCE,
            RetentionMode::Compliance => COMPLIANCE,
        });
        demand
            .with_some("s3:object-lock-mode", mode)
            .with_some("s3:object-lock-retain-until-date", self.retain_until_date.map(|date| date.0.iso()))
            .with_some("s3:object-lock-remaining-retention-days", days)
    }
}

const GOVERNANCE: &str = "GOVERNANCE";
const COMPLIANCE: &str = "COMPLIANCE";

fn in_the_past() -> Error {
    error::invalid_argument("RetainUntilDate", "The retain until date must be in the future!")
}

/// What requests say of a new object's lock, and answers of an object's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ObjectLock {
    /// `GOVERNANCE` or `COMPLIANCE`.
    pub object_lock_mode: Option<String>,
    /// When the retention ends.
    pub object_lock_retain_until_date: Option<IsoTime>,
    /// `ON` or `OFF`.
    pub object_lock_legal_hold_status: Option<String>,
}

impl ObjectLock {
    fn has_retention(&self) -> bool {
        self.object_lock_mode.is_some() || self.object_lock_retain_until_date.is_some()
    }
    fn mode(&self) -> Result<Option<RetentionMode>, Error> {
        match self.object_lock_mode.as_deref() {
            None => Ok(None),
            Some(GOVERNANCE) => Ok(Some(RetentionMode::Governance)),
            Some(COMPLIANCE) => Ok(Some(RetentionMode::Compliance)),
            Some(_) => Err(error::invalid_argument("x-amz-object-lock-mode", "Unknown wormMode directive.")),
        }
    }
    fn retention(&self) -> Result<Retention, Error> {
        Ok(Retention { mode: self.mode()?, retain_until_date: self.object_lock_retain_until_date })
    }

    /// The demand with the condition keys of what the request says.
    pub(crate) fn on(&self, demand: Demand, now: Timestamp) -> Demand {
        let demand = self.retention().unwrap_or_default().on(demand, now);
        demand.with_some("s3:object-lock-legal-hold", self.object_lock_legal_hold_status.as_ref())
    }

    /// What is left of it when an upload is completed: a retention that has ended meanwhile holds nothing.
    pub(crate) fn at_completion(self, now: Timestamp) -> Self {
        match self.object_lock_retain_until_date {
            Some(IsoTime(until)) if until <= now => {
                Self { object_lock_legal_hold_status: self.object_lock_legal_hold_status, ..Self::default() }
            }
            _ => self,
        }
    }

    /// The demands of a write, with the rights that a lock needs beside it.
    pub(crate) fn and(&self, demands: Demands, facts: &mut View<'_, S3>, bucket: &str, key: &str) -> Result<Demands, Error> {
        let mut demands = demands;
        let now = facts.now();
        if self.has_retention() {
            let demand = access::on_object(facts, "s3:PutObjectRetention", bucket, key)?;
            demands = demands.and(self.retention()?.on(demand, now));
        }
        if let Some(status) = &self.object_lock_legal_hold_status {
            let demand = access::on_object(facts, "s3:PutObjectLegalHold", bucket, key)?;
            demands = demands.and(demand.with("s3:object-lock-legal-hold", status));
        }
        Ok(demands)
    }

    /// What a new object is held by.
    pub(crate) fn held(&self, bucket: &Bucket, now: Timestamp) -> Result<Held, Error> {
        let Some(lock) = &bucket.lock else {
            return if *self == Self::default() { Ok(Held::default()) } else { Err(not_configured()) };
        };
        let retention = match (self.mode()?, self.object_lock_retain_until_date) {
            (None, None) => lock.by_default.and_then(|by_default| by_default.from(now)),
            (Some(mode), Some(IsoTime(until))) if until > now => Some(Kept { mode, until }),
            (Some(_), Some(_)) => return Err(in_the_past()),
            _ => {
                return Err(error::invalid_argument(
                    "x-amz-object-lock-mode",
                    "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
                ));
            }
        };
        let legal_hold = match self.object_lock_legal_hold_status.as_deref() {
            None => None,
            Some(status) => Some(
                hold_of(status)
                    .ok_or_else(|| error::invalid_argument("x-amz-object-lock-legal-hold", "Legal Hold must be either of 'ON' or 'OFF'"))?,
            ),
        };
        Ok(Held { retention, legal_hold })
    }
}

/// Locked bytes are vouched for by their sender. Services that write on a caller's behalf know what they send.
pub(crate) fn check_vouched(scope: &Scope<'_, S3>, held: &Held, vouched: bool) -> Result<(), Error> {
    if *held == Held::default() || vouched || !scope.caller().via().is_empty() {
        return Ok(());
    }
    Err(error::invalid_request(
        "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
    ))
}

const MAY_SEE_RETENTION: &str = "retention";
const MAY_SEE_HOLD: &str = "legal-hold";

/// The demands of a read, with the decisions on what it may tell of locks: in buckets that have them.
pub(crate) fn and_seen(demands: Demands, facts: &mut View<'_, S3>, bucket: &str, key: &str) -> Result<Demands, Error> {
    use crate::state::{BUCKETS, Rows};
    if facts.row(&BUCKETS, [bucket])?.is_none_or(|b| b.lock.is_none()) {
        return Ok(demands);
    }
    let retention = access::on_object(facts, "s3:GetObjectRetention", bucket, key)?.probe(MAY_SEE_RETENTION);
    let hold = access::on_object(facts, "s3:GetObjectLegalHold", bucket, key)?.probe(MAY_SEE_HOLD);
    Ok(demands.and(retention).and(hold))
}

/// What this caller is told of a version's lock.
pub(crate) fn told<Op: Operation>(call: &Authorized<'_, Op>, held: &Held) -> ObjectLock {
    let retention = held.retention.filter(|_| call.probe(MAY_SEE_RETENTION));
    ObjectLock {
        object_lock_mode: retention.map(|kept| match kept.mode {
            RetentionMode::Governance => GOVERNANCE.into(),
            RetentionMode::Compliance => COMPLIANCE.into(),
        }),
        object_lock_retain_until_date: retention.map(|kept| IsoTime(kept.until)),
        object_lock_legal_hold_status: held.legal_hold.filter(|_| call.probe(MAY_SEE_HOLD)).map(|on| hold_text(on).into()),
    }
}

/// A header's text or a flag.
pub(crate) fn bypasses(header: Option<&str>) -> bool {
    header.is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// The right to end a retention under governance, where the request asks to.
pub(crate) fn bypass(facts: &mut View<'_, S3>, header: Option<&str>, bucket: &str, key: &str) -> Result<Option<Demand>, Error> {
    if !bypasses(header) {
        return Ok(None);
    }
    access::on_object(facts, "s3:BypassGovernanceRetention", bucket, key).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn kept(mode: RetentionMode, later: i64) -> Option<Kept> {
        Some(Kept { mode, until: Timestamp(NOW.0 + later) })
    }

    #[test]
    fn who_may_end_what() {
        use RetentionMode::{Compliance, Governance};
        for (retention, hold, plain, bypassed) in [
            (None, None, true, true),
            (None, Some(true), false, false),
            (None, Some(false), true, true),
            (kept(Governance, 1), None, false, true),
            (kept(Governance, 0), None, true, true),
            (kept(Governance, 1), Some(true), false, false),
            (kept(Compliance, 1), None, false, false),
            (kept(Compliance, 0), None, true, true),
        ] {
            let held = Held { retention, legal_hold: hold };
            assert_eq!(held.check_delete(false, NOW).is_ok(), plain, "{held:?}");
            assert_eq!(held.check_delete(true, NOW).is_ok(), bypassed, "{held:?}");
        }
    }

    #[test]
    fn a_retention_grows_freely_and_shrinks_by_bypass_alone() {
        use RetentionMode::{Compliance, Governance};
        for (old, new, plain, bypassed) in [
            (None, kept(Compliance, 5), true, true),
            (kept(Governance, 5), kept(Governance, 6), true, true),
            (kept(Governance, 5), kept(Governance, 4), false, true),
            (kept(Governance, 5), kept(Compliance, 6), false, true),
            (kept(Governance, 5), None, false, true),
            (kept(Compliance, 5), kept(Compliance, 6), true, true),
            (kept(Compliance, 5), kept(Compliance, 4), false, false),
            (kept(Compliance, 5), kept(Governance, 6), false, false),
            (kept(Compliance, 5), None, false, false),
            (kept(Compliance, 0), None, true, true),
        ] {
            let held = Held { retention: old, legal_hold: None };
            assert_eq!(held.check_change(new, false, NOW).is_ok(), plain, "{old:?} {new:?}");
            assert_eq!(held.check_change(new, true, NOW).is_ok(), bypassed, "{old:?} {new:?}");
        }
    }
}
