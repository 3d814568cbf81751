//! A stream's events in their order, and the places between them.

use crate::{
    Logs,
    error::invalid,
    names::Owner,
    state::{BATCHES, BatchRow},
};
use base::Timestamp;
use gate::{Error, Scope};

/// An event's place in its stream: batches by the time of their first event and then by arrival, events within a batch
/// by time. Written as 56 digits, as AWS's event ids and tokens are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) first: u64,
    pub(crate) batch: u64,
    pub(crate) index: u64,
}

impl Place {
    pub(crate) const START: Place = Place { first: 0, batch: 0, index: 0 };

    pub(crate) fn digits(self) -> String {
        format!("{:020}{:020}{:016}", self.first, self.batch, self.index)
    }
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 56 && text.bytes().all(|b| b.is_ascii_digit());
        if !digits {
            return None;
        }
        Some(Self { first: text[..20].parse().ok()?, batch: text[20..40].parse().ok()?, index: text[40..].parse().ok()? })
    }
    pub(crate) fn batch_key(first: i64, batch: u64) -> String {
        format!("{:020}{batch:020}", first.max(0))
    }
    fn key(self) -> String {
        format!("{:020}{:020}", self.first, self.batch)
    }
    fn of_key(key: &str, index: usize) -> Option<Self> {
        Self::parse(&format!("{key}{index:016}"))
    }
}

/// An event where it stands.
pub(crate) struct Placed {
    pub(crate) place: Place,
    pub(crate) time: i64,
    pub(crate) message: String,
    pub(crate) ingested: Timestamp,
}

/// Which events are read.
pub(crate) struct Window {
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    /// Older ones have outlived their group's retention.
    pub(crate) alive_from: i64,
}

impl Window {
    pub(crate) fn new(start: Option<i64>, end: Option<i64>, retention: Option<u32>, now: Timestamp) -> Self {
        Self { start, end, alive_from: retention.map_or(i64::MIN, |days| now.0 - i64::from(days) * DAY) }
    }
    fn holds(&self, time: i64) -> bool {
        time >= self.alive_from && self.start.is_none_or(|s| time >= s) && self.end.is_none_or(|e| time < e)
    }
}

pub(crate) const DAY: i64 = 24 * 60 * 60 * 1000;
/// Bytes of one answer, and what each event counts beside its message.
pub(crate) const ANSWER: usize = 1 << 20;
pub(crate) const OVERHEAD: usize = 26;
const PAGE: usize = 16;

/// Reads forward from behind `from`, or backward from before it, until `take` says no. Backward, events come last first.
pub(crate) fn walk(
    scope: &mut Scope<'_, Logs>,
    owner: &Owner,
    (group, stream): (&str, &str),
    from: Option<Place>,
    backward: bool,
    window: &Window,
    mut take: impl FnMut(Placed) -> bool,
) -> Result<(), Error> {
    let prefix = owner.stream(group, stream);
    let mut visit = |key: &str, row: BatchRow| -> Result<bool, Error> {
        let ingested = row.ingested;
        let mut events: Vec<_> = row.events.into_iter().enumerate().collect();
        if backward {
            events.reverse();
        }
        for (index, (time, message)) in events {
            let place = Place::of_key(key, index).ok_or_else(|| Error::internal("the key of a stored batch of events is not readable"))?;
            let beyond = from.is_none_or(|from| if backward { place < from } else { place > from });
            if beyond && window.holds(time) && !take(Placed { place, time, message, ingested }) {
                return Ok(false);
            }
        }
        Ok(true)
    };
    let mut after = from.map(Place::key);
    if let Some(key) = &after
        && let Some(row) = scope.get(&BATCHES, &owner.batch(group, stream, key))?
        && !visit(key, row)?
    {
        return Ok(());
    }
    loop {
        let edge = after.as_deref().map(|key| [key]);
        let rows = scope.page(&BATCHES, &prefix, edge.as_ref().map(|e| e.as_slice()), PAGE, backward)?;
        let full = rows.len() == PAGE;
        for (mut key, row) in rows {
            let key = key.pop().unwrap_or_default();
            if !visit(&key, row)? {
                return Ok(());
            }
            after = Some(key);
        }
        if !full {
            return Ok(());
        }
    }
}

/// `f/…` and `b/…` of GetLogEvents.
pub(crate) fn parse_token(token: &str) -> Result<(bool, Place), Error> {
    let (kind, digits) = token.split_once('/').unwrap_or_default();
    match (kind, Place::parse(digits)) {
        ("f", Some(place)) => Ok((false, place)),
        ("b", Some(place)) => Ok((true, place)),
        _ => Err(invalid("The specified nextToken is invalid.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_their_digits_and_keep_their_order() {
        let place = Place { first: 1_795_323_600_123, batch: 7, index: 42 };
        assert_eq!(Place::parse(&place.digits()), Some(place));
        assert!(place.digits() < Place { batch: 8, index: 0, ..place }.digits());
        for bad in ["", "12", &"9".repeat(56), &"x".repeat(56), &"é".repeat(28)] {
            assert_eq!(Place::parse(bad), None, "{bad}");
        }
        assert!(parse_token("g/1").is_err());
    }
}
