//! Where events stand: in their stream, and among all events of their group.

use crate::error::invalid_token;
use gate::Error;

pub(crate) const DAY: i64 = 24 * 60 * 60 * 1000;
/// Bytes of one answer, and what each event counts beside its message.
pub(crate) const ANSWER: usize = 1 << 20;
pub(crate) const OVERHEAD: usize = 26;
/// The longest time, in milliseconds, between the first and the last event of a stored batch: how far a reader looks back for
/// events that lie behind their batch's first one.
pub(crate) const SPAN: u64 = 30_000;

/// A batch's place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BatchKey {
    /// The time of its first event.
    pub(crate) first: u64,
    /// The stream's id.
    pub(crate) stream: String,
    /// How many came before it in its stream.
    pub(crate) number: u64,
}

/// An event's place: in order of time, then of batches, then within its batch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) time: u64,
    pub(crate) batch: BatchKey,
    pub(crate) index: u64,
}

/// Times as parts of keys, in their order.
pub(crate) fn time_digits(time: u64) -> String {
    format!("{time:015}")
}
pub(crate) fn number_digits(number: u64) -> String {
    format!("{number:012}")
}

const DIGITS: usize = 56;

impl Place {
    /// 56 digits, as AWS's tokens have them.
    pub(crate) fn digits(&self) -> String {
        let lag = self.time.saturating_sub(self.batch.first);
        format!("{:015}{lag:08}{:017}{:016}", self.batch.first, self.batch.number, self.index)
    }
    /// The place in this stream.
    pub(crate) fn parse(digits: &str, stream: &str) -> Option<Self> {
        if digits.len() != DIGITS || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let part = |range: std::ops::Range<usize>| digits[range].parse::<u64>().ok();
        let (first, lag, number, index) = (part(0..15)?, part(15..23)?, part(23..40)?, part(40..56)?);
        Some(Self { time: first.checked_add(lag)?, batch: BatchKey { first, stream: stream.into(), number }, index })
    }
    /// The event's id, unlike all others of its group: time, stream, number, index.
    pub(crate) fn event_id(&self) -> String {
        let stream = u64::from_str_radix(self.batch.stream.get(..16).unwrap_or_default(), 16).unwrap_or(0);
        format!("{:014}{stream:020}{:012}{:010}", self.time, self.batch.number, self.index)
    }
    /// A token of FilterLogEvents.
    pub(crate) fn token(&self) -> String {
        format!("{}{}", self.digits(), self.batch.stream)
    }
    pub(crate) fn parse_token(token: &str) -> Result<Self, Error> {
        let parsed = token.split_at_checked(DIGITS).and_then(|(digits, stream)| Self::parse(digits, stream));
        parsed.ok_or_else(invalid_token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_their_digits() {
        let stream = "0123456789abcdef0123456789abcdef";
        let batch = BatchKey { first: 1_795_323_600_123, stream: stream.into(), number: 7 };
        let place = Place { time: 1_795_323_600_999, batch, index: 42 };
        assert_eq!(Place::parse(&place.digits(), stream).as_ref(), Some(&place));
        assert_eq!(Place::parse_token(&place.token()).unwrap(), place);
        assert_eq!(place.event_id().len(), 56);
        for bad in ["", "12", &"x".repeat(56), &"é".repeat(28)] {
            assert_eq!(Place::parse(bad, stream), None, "{bad}");
            assert!(Place::parse_token(bad).is_err());
        }
    }
}
