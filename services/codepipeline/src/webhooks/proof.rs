//! What a request proves itself by.

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest,
    hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, HMAC_SHA256, Key, verify},
};
use std::net::IpAddr;

/// Whether two texts are the same, in a time that tells nothing of either.
pub(super) fn same(a: &str, b: &str) -> bool {
    let sum = |text: &str| digest::digest(&digest::SHA256, text.as_bytes());
    verify_slices_are_equal(sum(a).as_ref(), sum(b).as_ref()).is_ok()
}

/// Whether the body is signed as GitHub signs it: `X-Hub-Signature-256`, or the older `X-Hub-Signature`, which AWS's receiver reads.
/// Source: <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>
pub(super) fn is_signed(secret: &[u8], signature: &str, body: &[u8]) -> bool {
    let (algorithm, digits, length) = match signature.split_once('=') {
        Some(("sha256", digits)) => (HMAC_SHA256, digits, 64),
        Some(("sha1", digits)) => (HMAC_SHA1_FOR_LEGACY_USE_ONLY, digits, 40),
        _ => return false,
    };
    let tag = (digits.len() == length).then(|| hex::decode(digits).ok()).flatten();
    tag.is_some_and(|tag| verify(&Key::new(algorithm, secret), body, &tag).is_ok())
}

/// Addresses by their first bits.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Range {
    first: IpAddr,
    bits: u32,
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    }
}

impl Range {
    /// `192.0.2.0/24`, `2001:db8::/32`.
    pub(super) fn of(text: &str) -> Option<Self> {
        let (first, bits) = text.split_once('/')?;
        let first: IpAddr = first.parse().ok()?;
        let digits = (1..=3).contains(&bits.len()) && bits.bytes().all(|b| b.is_ascii_digit());
        let bits: u32 = bits.parse().ok().filter(|_| digits)?;
        (bits <= if first.is_ipv4() { 32 } else { 128 }).then_some(Self { first, bits })
    }

    /// Whether an address is of it.
    pub(super) fn has(&self, address: &str) -> bool {
        let Ok(address) = address.parse::<IpAddr>().map(|address| address.to_canonical()) else { return false };
        // No bits are left to compare where all of 128 are shifted out.
        let differs = (number(address) ^ number(self.first)).checked_shr(128 - self.bits).unwrap_or(0);
        address.is_ipv4() == self.first.is_ipv4() && differs == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_githubs() {
        let (secret, body) = (b"It's a Secret to Everybody", b"Hello, World!");
        let good = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assert!(is_signed(secret, good, body));
        assert!(!is_signed(secret, good, b"Hello, World?") && !is_signed(b"another", good, body));
        let old = aws_lc_rs::hmac::sign(&Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret), body);
        let old = format!("sha1={}", hex::encode(old));
        assert!(is_signed(secret, &old, body) && !is_signed(secret, &old, b"Hello"));
        for wrong in ["", "sha256=", "sha1=", &good[..20], &good.replace("sha256", "sha1"), &good.replace("sha256", "md5"), "\u{e9}=1"] {
            assert!(!is_signed(secret, wrong, body), "{wrong}");
        }
    }

    #[test]
    fn ranges_hold_their_own_addresses_alone() {
        let of = |text| Range::of(text).unwrap();
        assert!(of("192.0.2.0/24").has("192.0.2.255") && of("192.0.2.0/24").has("::ffff:192.0.2.7"));
        assert!(!of("192.0.2.0/24").has("192.0.3.0") && !of("192.0.2.0/24").has("::1") && !of("192.0.2.0/24").has("codepipeline"));
        assert!(of("0.0.0.0/0").has("203.0.113.9") && !of("0.0.0.0/0").has("2001:db8::1"));
        assert!(of("10.1.2.3/32").has("10.1.2.3") && !of("10.1.2.3/32").has("10.1.2.2"));
        assert!(of("2001:db8::/32").has("2001:db8:1::1") && !of("2001:db8::/32").has("2001:db9::1"));
        for wrong in ["", "10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "10.0.0/8", "::/129", "10.0.0.0/8/8"] {
            assert_eq!(Range::of(wrong), None, "{wrong}");
        }
    }
}
