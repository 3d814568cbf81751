//! Names of buckets and objects, and their ARNs.

use crate::error;
use base::Arn;
use gate::Error;
use std::net::Ipv4Addr;

/// Bytes of UTF-8.
pub(crate) const MAX_KEY: usize = 1024;

const RESERVED_PREFIXES: [&str; 4] = ["xn--", "sthree-", "amzn-s3-demo-", "sthree-configurator"];
const RESERVED_SUFFIXES: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
pub(crate) fn check_bucket(name: &str) -> Result<(), Error> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = name.as_bytes();
    let well_formed = (3..=63).contains(&bytes.len())
        && bytes.iter().all(|&b| plain(b) || b == b'-' || b == b'.')
        && bytes.first().copied().is_some_and(plain)
        && bytes.last().copied().is_some_and(plain)
        && !name.contains("..")
        && name.parse::<Ipv4Addr>().is_err()
        && !RESERVED_PREFIXES.iter().any(|p| name.starts_with(p))
        && !RESERVED_SUFFIXES.iter().any(|s| name.ends_with(s));
    if well_formed {
        return Ok(());
    }
    Err(Error::new("InvalidBucketName", "The specified bucket is not valid.").member("BucketName", name))
}

pub(crate) fn check_key(key: &str) -> Result<(), Error> {
    match key.len() {
        0 => Err(error::invalid_argument("Key", "A key must have at least one character.")),
        1..=MAX_KEY => Ok(()),
        _ => Err(Error::new("KeyTooLongError", "Your key is too long").member("Size", key.len()).member("MaxSizeAllowed", MAX_KEY)),
    }
}

pub(crate) fn bucket_arn(bucket: &str) -> Arn {
    Arn::new("s3", "", "", bucket)
}

pub(crate) fn object_arn(bucket: &str, key: &str) -> Arn {
    Arn::new("s3", "", "", &format!("{bucket}/{key}"))
}

/// An ETag as answers write it.
pub(crate) fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

/// An ETag without its quotes.
pub(crate) fn unquoted(etag: &str) -> &str {
    etag.trim().trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names() {
        for good in ["abc", "a-b.c1", "artifacts-111111111111"] {
            assert!(check_bucket(good).is_ok(), "{good}");
        }
        for bad in ["ab", "Abc", "a..b", "-ab", "ab-", "192.168.0.1", "xn--abc", "abc-s3alias", "a_b", "a/b", &"a".repeat(64)] {
            assert_eq!(check_bucket(bad).unwrap_err().code, "InvalidBucketName", "{bad}");
        }
    }
}
