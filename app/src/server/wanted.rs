//! What a request says of its body, and the sums that show whether it came so.

use super::body::announced;
use base64::{Engine, engine::general_purpose::STANDARD};
use gate::Error;
use http::HeaderMap;
use md5::{Digest, Md5};
use serde_json::Value;
use wire::{
    checksum::{Algorithm, Checksum},
    chunked::Kind,
};

/// Objects up to this come with the call; larger ones are uploads in two halves.
pub(super) const SMALL: u64 = 64 * 1024;
/// Bytes of an object or a part that comes at once.
const MOST_AT_ONCE: u64 = 5 << 30;

/// What a body must turn out to be.
pub(super) struct Wanted {
    sha256: Option<String>,
    md5: Option<String>,
    pub(super) length: Option<u64>,
    pub(super) sums: Vec<(Algorithm, String)>,
    /// A checksum that comes behind the body.
    pub(super) trailing: Option<Algorithm>,
}

impl Wanted {
    pub(super) fn from_headers(headers: &HeaderMap, sha256: Option<String>) -> Result<Self, Error> {
        let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_string);
        let md5 = text("content-md5");
        if let Some(md5) = &md5
            && STANDARD.decode(md5).ok().is_none_or(|b| b.len() != 16)
        {
            return Err(Error::new("InvalidDigest", "The Content-MD5 you specified is not valid."));
        }
        let sums = Algorithm::ALL.into_iter().filter_map(|algorithm| Some((algorithm, text(algorithm.header())?))).collect();
        let trailing = text("x-amz-trailer").and_then(|names| names.split(',').find_map(|n| Algorithm::from_header(n.trim())));
        let length = announced(headers, "x-amz-decoded-content-length").or(announced(headers, "content-length"));
        Ok(Self { sha256, md5, length, sums, trailing })
    }

    /// What an object's bytes must be. Its checksums are the operation's own business, which is told of the one that comes
    /// behind the body.
    pub(super) fn of_object(headers: &HeaderMap, sha256: Option<String>, input: &mut Value) -> Result<Self, Error> {
        let mut wanted = Self::from_headers(headers, sha256)?;
        let invalid = |message: String| Err(Error::new("InvalidRequest", message));
        if wanted.sums.len() + usize::from(wanted.trailing.is_some()) > 1 {
            return invalid("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.".into());
        }
        if let Some((algorithm, _)) = wanted.sums.iter().find(|(algorithm, value)| !algorithm.is_value(value)) {
            return invalid(format!("Value for {} header is invalid.", algorithm.header()));
        }
        if headers.contains_key("x-amz-sdk-checksum-algorithm") && wanted.sums.is_empty() && wanted.trailing.is_none() {
            return invalid(
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.".into(),
            );
        }
        match wanted.length {
            None if headers.contains_key("transfer-encoding") => {
                return Err(Error::new("MissingContentLength", "You must provide the Content-Length HTTP header.").status(411));
            }
            Some(length) if length > MOST_AT_ONCE => {
                return Err(Error::new("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
                    .member("ProposedSize", length)
                    .member("MaxSizeAllowed", MOST_AT_ONCE));
            }
            _ => {}
        }
        if let Value::Object(members) = input {
            // What is verified here is of the transfer, not of the object.
            ["ContentLength", "ContentMD5"].into_iter().for_each(|name| drop(members.shift_remove(name)));
            if let Some(algorithm) = wanted.trailing {
                members.insert("ChecksumAlgorithm".into(), algorithm.name().into());
            }
        }
        wanted.sums.clear();
        Ok(wanted)
    }

    /// Whether the body can come with the call. Signed chunks are verified by a key that is known only after the first half
    /// of an upload.
    pub(super) fn is_small(&self, kind: Option<Kind>) -> bool {
        matches!(kind, None | Some(Kind::UnsignedTrailer)) && self.length.is_some_and(|n| n <= SMALL)
    }

    pub(super) fn begin(self) -> Sums {
        let mut algorithms: Vec<Algorithm> = self.sums.iter().map(|(a, _)| *a).collect();
        if self.sha256.is_some() && !algorithms.contains(&Algorithm::Sha256) {
            algorithms.push(Algorithm::Sha256);
        }
        let running = algorithms.into_iter().map(Checksum::new).collect();
        Sums { md5: self.md5.is_some().then(Md5::new), running, wanted: self }
    }
}

/// The sums that are being made of it.
pub(super) struct Sums {
    wanted: Wanted,
    running: Vec<Checksum>,
    md5: Option<Md5>,
}

impl Sums {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.running.iter_mut().for_each(|sum| sum.update(bytes));
        if let Some(md5) = &mut self.md5 {
            md5.update(bytes);
        }
    }

    /// Compares with what was announced.
    pub(super) fn check(self) -> Result<(), Error> {
        if let (Some(md5), Some(wanted)) = (self.md5, &self.wanted.md5)
            && STANDARD.encode(md5.finalize()) != *wanted
        {
            return Err(Error::new("BadDigest", "The Content-MD5 you specified did not match what we received."));
        }
        for sum in self.running {
            let algorithm = sum.algorithm();
            let bytes = sum.finish();
            if algorithm == Algorithm::Sha256 && self.wanted.sha256.as_ref().is_some_and(|hash| *hash != hex::encode(&bytes)) {
                return Err(Error::new(
                    "XAmzContentSHA256Mismatch",
                    "The provided 'x-amz-content-sha256' header does not match what was computed.",
                ));
            }
            let value = STANDARD.encode(&bytes);
            if self.wanted.sums.iter().any(|(a, wanted)| *a == algorithm && *wanted != value) {
                return Err(Error::new(
                    "BadDigest",
                    format!("The {} you specified did not match the calculated checksum.", algorithm.name()),
                ));
            }
        }
        Ok(())
    }
}
