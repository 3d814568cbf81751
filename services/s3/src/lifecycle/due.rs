//! What is due by lifecycle rules, and when.

use super::LifecycleRule;
use crate::state::{Object, Version};
use base::Timestamp;

const DAY_MILLIS: i64 = 24 * 3600 * 1000;

/// The midnight, in UTC, at or after `days` whole days from `since`.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html#intro-lifecycle-rules-number-of-days>
fn midnight_after(since: Timestamp, days: i64) -> Timestamp {
    let moment = since.0.saturating_add(days.saturating_mul(DAY_MILLIS));
    let into_the_day = moment.rem_euclid(DAY_MILLIS);
    Timestamp(if into_the_day == 0 { moment } else { moment.saturating_add(DAY_MILLIS - into_the_day) })
}

/// The first midnight after `now`.
pub(crate) fn next_midnight(now: Timestamp) -> Timestamp {
    midnight_after(Timestamp(now.0.saturating_add(1)), 0)
}

impl LifecycleRule {
    /// Whether an object, or (None) a delete marker, is one that it is about.
    fn is_about(&self, key: &str, object: Option<&Object>) -> bool {
        let conditions = self.conditions();
        if !self.is_enabled() || !key.starts_with(conditions.prefix) {
            return false;
        }
        let Some(object) = object else {
            return conditions.tags.is_empty() && conditions.larger_than.is_none() && conditions.smaller_than.is_none();
        };
        conditions.tags.iter().all(|tag| object.tags.contains(tag))
            && conditions.larger_than.is_none_or(|size| object.size > size)
            && conditions.smaller_than.is_none_or(|size| object.size < size)
    }
    fn expiry(&self, modified: Timestamp) -> Option<Timestamp> {
        let expiration = self.expiration.as_ref()?;
        expiration.date.map(|date| date.0).or(expiration.days.map(|days| midnight_after(modified, days)))
    }
    fn removes_markers(&self) -> bool {
        self.expiration.as_ref().is_some_and(|e| e.expired_object_delete_marker == Some(true))
    }
}

/// The rule by which a current object ends first, and when.
pub(crate) fn current_expiry<'r>(
    rules: &'r [LifecycleRule],
    key: &str,
    object: &Object,
    modified: Timestamp,
) -> Option<(Timestamp, &'r LifecycleRule)> {
    let due = rules.iter().filter(|rule| rule.is_about(key, Some(object))).filter_map(|rule| Some((rule.expiry(modified)?, rule)));
    due.min_by_key(|(time, _)| *time)
}

/// As answers tell of it.
pub(crate) fn expiration_header(time: Timestamp, rule: &LifecycleRule) -> String {
    format!("expiry-date=\"{}\", rule-id=\"{}\"", time.http(), wire::encoding::encode_path(rule.name().as_bytes()))
}

/// The rule by which an upload that began at `initiated` ends first, and when.
pub(crate) fn abort_of<'r>(rules: &'r [LifecycleRule], key: &str, initiated: Timestamp) -> Option<(Timestamp, &'r LifecycleRule)> {
    let due = rules.iter().filter(|rule| rule.is_enabled() && key.starts_with(rule.conditions().prefix)).filter_map(|rule| {
        let days = rule.abort_incomplete_multipart_upload.as_ref()?.days_after_initiation?;
        Some((midnight_after(initiated, days), rule))
    });
    due.min_by_key(|(time, _)| *time)
}

/// A version among those of its key, the newest first.
pub(crate) struct Seen<'v> {
    pub(crate) key: &'v str,
    pub(crate) version: &'v Version,
    /// How many are newer.
    pub(crate) index: u64,
    /// When the one before it was written, which made this one noncurrent.
    pub(crate) superseded: Timestamp,
    /// Whether it is the only one.
    pub(crate) alone: bool,
}

/// What becomes of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// As a deletion without a version would: hidden, or gone where there are no versions.
    Expires,
    /// Gone for good.
    Removed,
}

/// What is due now, and by which rule.
pub(crate) fn fate<'r>(rules: &'r [LifecycleRule], seen: &Seen<'_>, now: Timestamp) -> Option<(Fate, &'r LifecycleRule)> {
    let object = seen.version.object.as_deref();
    if seen.index > 0 {
        let noncurrent = |rule: &&LifecycleRule| {
            rule.noncurrent_version_expiration.as_ref().is_some_and(|old| {
                let newer = u64::try_from(old.newer_noncurrent_versions.unwrap_or(0)).unwrap_or(0);
                seen.index > newer && old.noncurrent_days.is_some_and(|days| midnight_after(seen.superseded, days) <= now)
            })
        };
        return rules.iter().filter(|rule| rule.is_about(seen.key, object)).find(noncurrent).map(|rule| (Fate::Removed, rule));
    }
    match object {
        Some(object) => {
            let (time, rule) = current_expiry(rules, seen.key, object, seen.version.modified)?;
            (time <= now).then_some((Fate::Expires, rule))
        }
        None if seen.alone => {
            let due = |rule: &&LifecycleRule| rule.removes_markers() || rule.expiry(seen.version.modified).is_some_and(|time| time <= now);
            rules.iter().filter(|rule| rule.is_about(seen.key, None)).find(due).map(|rule| (Fate::Removed, rule))
        }
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_end_at_midnight() {
        let at = |text: &str| Timestamp::parse_iso(text).unwrap();
        // AWS's own example.
        assert_eq!(midnight_after(at("2014-01-15T10:30:00Z"), 3), at("2014-01-19T00:00:00Z"));
        assert_eq!(midnight_after(at("2014-01-15T00:00:00Z"), 1), at("2014-01-16T00:00:00Z"));
        assert_eq!(next_midnight(at("2014-01-15T00:00:00Z")), at("2014-01-16T00:00:00Z"));
        assert_eq!(next_midnight(at("2014-01-15T23:59:59.999Z")), at("2014-01-16T00:00:00Z"));
    }
}
