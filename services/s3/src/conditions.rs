//! Conditional requests and ranges (RFC 9110, sections 13 and 14).
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html>

use crate::{error, names::unquoted};
use base::{IsoTime, Timestamp};
use gate::{Demand, Error};
use serde::{Deserialize, Serialize};

/// Conditions of a read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReadIf {
    /// Only if the ETag is one of these.
    pub if_match: Option<String>,
    /// Only if the ETag is none of these.
    pub if_none_match: Option<String>,
    /// Only if it changed since.
    pub if_modified_since: Option<IsoTime>,
    /// Only if it did not change since.
    pub if_unmodified_since: Option<IsoTime>,
}

/// Conditions of a write.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct WriteIf {
    /// Only over an object with this ETag.
    pub if_match: Option<String>,
    /// `*`: only if there is no object.
    pub if_none_match: Option<String>,
}

fn lists(header: &str, etag: &str) -> bool {
    header.split(',').any(|one| one.trim() == "*" || unquoted(one.trim().trim_start_matches("W/")) == etag)
}

impl ReadIf {
    pub(crate) fn check(&self, etag: &str, modified: Timestamp) -> Result<(), Error> {
        // HTTP's dates have whole seconds.
        let changed_since = |time: &IsoTime| modified.seconds() > time.0.seconds();
        match (&self.if_match, &self.if_unmodified_since) {
            (Some(wanted), _) if !lists(wanted, etag) => return Err(error::precondition_failed("If-Match")),
            (None, Some(time)) if changed_since(time) => return Err(error::precondition_failed("If-Unmodified-Since")),
            _ => {}
        }
        match (&self.if_none_match, &self.if_modified_since) {
            (Some(known), _) if lists(known, etag) => Err(error::not_modified()),
            (None, Some(time)) if !changed_since(time) => Err(error::not_modified()),
            _ => Ok(()),
        }
    }

    /// As `check`, for the source of a copy: every condition that fails is a failed one.
    pub(crate) fn check_source(&self, etag: &str, modified: Timestamp) -> Result<(), Error> {
        self.check(etag, modified)
            .map_err(|e| if e.status == 304 { error::precondition_failed("x-amz-copy-source-If-None-Match") } else { e })
    }
}

impl WriteIf {
    /// The demand with what the request says of conditions.
    pub(crate) fn on(&self, demand: Demand) -> Demand {
        demand.with_some("s3:if-match", self.if_match.as_ref()).with_some("s3:if-none-match", self.if_none_match.as_ref())
    }
    pub(crate) fn check(&self, key: &str, current: Option<&str>) -> Result<(), Error> {
        match self.if_none_match.as_deref() {
            None => {}
            Some("*") if current.is_some() => return Err(error::precondition_failed("If-None-Match")),
            Some("*") => {}
            Some(_) => return Err(Error::not_implemented("s3 writes with If-None-Match other than *")),
        }
        match (self.if_match.as_deref(), current) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(error::no_such_key(key)),
            (Some(wanted), Some(etag)) if lists(wanted, etag) => Ok(()),
            (Some(_), Some(_)) => Err(error::precondition_failed("If-Match")),
        }
    }
    pub(crate) fn is_given(&self) -> bool {
        self.if_match.is_some() || self.if_none_match.is_some()
    }
}

/// The first byte and the length of a range. None: all of it; a range of another form is no range, as HTTP has it.
pub(crate) fn range(header: Option<&str>, size: u64) -> Result<Option<(u64, u64)>, Error> {
    let Some(header) = header else { return Ok(None) };
    let Some((first, last)) = header.trim().strip_prefix("bytes=").and_then(|r| r.split_once('-')) else { return Ok(None) };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let (start, end) = match (first.trim(), last.trim()) {
        ("", suffix) => match number(suffix) {
            Some(0) => (size, size),
            Some(n) => (size.saturating_sub(n), size),
            None => return Ok(None),
        },
        (first, "") => match number(first) {
            Some(first) => (first, size),
            None => return Ok(None),
        },
        (first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => (first, last.saturating_add(1).min(size)),
            _ => return Ok(None),
        },
    };
    if start >= size {
        return Err(Error::new("InvalidRange", "The requested range is not satisfiable")
            .status(416)
            .member("RangeRequested", header)
            .member("ActualObjectSize", size));
    }
    Ok(Some((start, end - start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let of = |header| range(Some(header), 10).unwrap();
        assert_eq!(of("bytes=0-3"), Some((0, 4)));
        assert_eq!(of("bytes=4-"), Some((4, 6)));
        assert_eq!(of("bytes=-3"), Some((7, 3)));
        assert_eq!(of("bytes=-30"), Some((0, 10)));
        assert_eq!(of("bytes=8-99"), Some((8, 2)));
        for no_range in ["bytes=3-1", "bytes=0-1,4-5", "items=0-1", "bytes=a-b"] {
            assert_eq!(of(no_range), None, "{no_range}");
        }
        for unsatisfiable in ["bytes=10-", "bytes=-0"] {
            assert_eq!(range(Some(unsatisfiable), 10).unwrap_err().status, 416);
        }
        assert_eq!(range(Some("bytes=0-"), 0).unwrap_err().status, 416);
    }

    #[test]
    fn conditions_of_reads() {
        let at = |s| Some(IsoTime(Timestamp::from_seconds(s)));
        let check = |c: ReadIf| c.check("e", Timestamp(5_500)).map_err(|e| e.status);
        assert_eq!(check(ReadIf { if_match: Some("\"x\"".into()), ..Default::default() }), Err(412));
        assert_eq!(check(ReadIf { if_match: Some("\"e\"".into()), if_unmodified_since: at(1), ..Default::default() }), Ok(()));
        assert_eq!(check(ReadIf { if_unmodified_since: at(4), ..Default::default() }), Err(412));
        assert_eq!(check(ReadIf { if_none_match: Some("\"a\", \"e\"".into()), ..Default::default() }), Err(304));
        assert_eq!(check(ReadIf { if_modified_since: at(5), ..Default::default() }), Err(304));
        assert_eq!(check(ReadIf { if_none_match: Some("\"a\"".into()), if_modified_since: at(9), ..Default::default() }), Ok(()));
    }
}
