//! Numbers, dates and networks of condition values.

use base::Timestamp;
use std::net::IpAddr;

/// A decimal number, exact to twelve places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Decimal(i128);

const PLACES: usize = 12;

impl Decimal {
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() && fraction.is_empty() || !plain(whole) || !plain(fraction) || whole.len() > 20 {
            return None;
        }
        let kept = &fraction[..fraction.len().min(PLACES)];
        let scaled: i128 = format!("0{whole}{kept:0<PLACES$}").parse().ok()?;
        Some(Self(if text.starts_with('-') { -scaled } else { scaled }))
    }
}

/// Milliseconds since the epoch of an ISO 8601 date of the W3C profile or of epoch seconds.
pub(crate) fn date(text: &str) -> Option<i64> {
    let iso = match text.len() {
        4 => format!("{text}-01-01T00:00:00Z"),
        7 if text.contains('-') => format!("{text}-01T00:00:00Z"),
        10 if text.contains('-') => format!("{text}T00:00:00Z"),
        _ => text.to_owned(),
    };
    if let Some(time) = Timestamp::parse_iso(&iso) {
        return Some(time.0);
    }
    let Decimal(seconds) = Decimal::parse(text)?;
    i64::try_from(seconds / 10_i128.pow(PLACES as u32 - 3)).ok()
}

/// An address range in CIDR form; without a prefix, one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    pub prefix: u8,
}

impl Network {
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) if prefix.bytes().all(|b| b.is_ascii_digit()) => (address, Some(prefix.parse().ok()?)),
            Some(_) => return None,
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(bits);
        (prefix <= bits).then_some(Self { address, prefix })
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        let (own, other, bits) = match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (u128::from(own.to_bits()), u128::from(other.to_bits()), 32),
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits(), other.to_bits(), 128),
            _ => return false,
        };
        let free = u32::from(bits - self.prefix);
        own.checked_shr(free).unwrap_or(0) == other.checked_shr(free).unwrap_or(0)
    }

    /// So broad that S3 takes it for the public: wider than /8 or, for IPv6, /32; private ranges are not.
    pub fn is_broad(&self) -> bool {
        match self.address {
            IpAddr::V4(address) => self.prefix < 8 && !address.is_private(),
            IpAddr::V6(_) => self.prefix < 32,
        }
    }
}
