use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, time::Duration};

/// A moment, in milliseconds since 1970-01-01T00:00:00Z. Stored as that number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Whole seconds since the epoch.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }
    /// From whole seconds since the epoch.
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }
    /// Later by `by`; saturates.
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }
    /// Time since `earlier`; zero if that is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
    fn jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
    /// `2026-11-22T05:00:00Z`: CloudTrail's and IAM's form.
    pub fn iso(self) -> String {
        self.jiff().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
    /// `2026-11-22T05:00:00.123Z`.
    pub fn iso_millis(self) -> String {
        self.jiff().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
    }
    /// `20261122T050000Z`: the form of SigV4.
    pub fn basic(self) -> String {
        self.jiff().strftime("%Y%m%dT%H%M%SZ").to_string()
    }
    /// `Sun, 22 Nov 2026 05:00:00 GMT`: HTTP's form (RFC 9110, 5.6.7).
    pub fn http(self) -> String {
        self.jiff().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }
    /// Reads any RFC 3339 text.
    pub fn parse_iso(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Self(t.as_millisecond()))
    }
    /// Reads SigV4's `20261122T050000Z`, in this form alone: the library reads signs and blanks too.
    pub fn parse_basic(text: &str) -> Option<Self> {
        let exact = text.len() == 16 && text.bytes().enumerate().all(|(at, byte)| matches!(at, 8 | 15) || byte.is_ascii_digit());
        if !exact {
            return None;
        }
        let t = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
        Some(Self(t.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond()))
    }
}

/// A moment as query and REST-XML services write it: ISO 8601 text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IsoTime(pub Timestamp);

/// A moment as JSON services write it: seconds since the epoch, with a fraction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EpochTime(pub Timestamp);

impl Serialize for IsoTime {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0.iso_millis())
    }
}
impl<'de> Deserialize<'de> for IsoTime {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Timestamp::parse_iso(&text).map(Self).ok_or_else(|| serde::de::Error::custom(format!("'{text}' is not an ISO 8601 time")))
    }
}
impl Serialize for EpochTime {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_f64(self.0.0 as f64 / 1000.0)
    }
}
impl<'de> Deserialize<'de> for EpochTime {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Seconds(f64),
            Text(String),
        }
        match Either::deserialize(d)? {
            Either::Seconds(s) => Ok(Self(Timestamp((s * 1000.0).round() as i64))),
            Either::Text(t) => Timestamp::parse_iso(&t).map(Self).ok_or_else(|| serde::de::Error::custom(format!("'{t}' is not a time"))),
        }
    }
}
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iso_millis())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let t = Timestamp::parse_iso("2026-11-22T05:00:00.123Z").unwrap();
        assert_eq!(t.iso(), "2026-11-22T05:00:00Z");
        assert_eq!(t.iso_millis(), "2026-11-22T05:00:00.123Z");
        assert_eq!(t.basic(), "20261122T050000Z");
        assert_eq!(t.http(), "Sun, 22 Nov 2026 05:00:00 GMT");
        assert_eq!(Timestamp::parse_basic("20261122T050000Z"), Some(Timestamp(t.0 - 123)));
        for text in
            ["-0261122T05 0000Z", "20261122T05 000Z", "+2026112T050000Z", "20261122T0500000", "20261122T050000ZZ", "2026-1-2T050000Z"]
        {
            assert_eq!(Timestamp::parse_basic(text), None, "{text}");
        }
        assert_eq!(serde_json::to_string(&EpochTime(t)).unwrap(), "1795323600.123");
    }
}
