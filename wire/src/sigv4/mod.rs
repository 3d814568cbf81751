//! AWS Signature Version 4: reading, verifying and making signatures.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>

mod canonical;
mod error;
mod key;
mod parse;
mod sign;
#[cfg(test)]
mod tests;
mod verify;

pub use canonical::{PathRule, normalize_path};
pub use error::{Answer, Dialect, SignatureError};
pub use key::{KeyCache, SigningKey};
pub use parse::parse_authorization;
pub(crate) use parse::read_basic_date;
pub use sign::{Credentials, Signed, presign, sign};
pub use verify::{VerifiedSignature, verify, verify_with_key};

use base::{Secret, Timestamp};
use http::HeaderMap;
use std::time::Duration;

/// The one algorithm that is accepted.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// SHA-256 of nothing, in hex.
pub const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// How far a client's clock may be off.
pub const MAX_SKEW: Duration = Duration::from_secs(15 * 60);
/// The longest life of a presigned URL: a week.
pub const MAX_EXPIRES: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What is signed of a request, exactly as it came.
#[derive(Clone, Copy, Debug)]
pub struct RequestParts<'a> {
    /// `GET`, `PUT`, ...
    pub method: &'a str,
    /// The request target, undecoded.
    pub path_and_query: &'a str,
    /// All headers, `host` among them.
    pub headers: &'a HeaderMap,
}

/// How the body is bound to the signature.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PayloadHash {
    /// The body's SHA-256 is in the header, in hex.
    Hex(String),
    /// Nothing of the body is signed.
    Unsigned,
    /// aws-chunked, each chunk signed.
    StreamingSigned,
    /// aws-chunked, each chunk and the trailer signed.
    StreamingSignedTrailer,
    /// aws-chunked with a trailer, unsigned.
    StreamingUnsignedTrailer,
    /// No header: the body's SHA-256 is signed, but not told.
    OfBody,
}

impl PayloadHash {
    /// The last line of the canonical request; none if only the body can tell.
    pub fn text(&self) -> Option<&str> {
        Some(match self {
            Self::Hex(hash) => hash,
            Self::Unsigned => "UNSIGNED-PAYLOAD",
            Self::StreamingSigned => "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            Self::StreamingSignedTrailer => "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
            Self::StreamingUnsignedTrailer => "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            Self::OfBody => return None,
        })
    }
    fn read(text: &str) -> Result<Self, SignatureError> {
        Ok(match text {
            "UNSIGNED-PAYLOAD" => Self::Unsigned,
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => Self::StreamingSigned,
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => Self::StreamingSignedTrailer,
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => Self::StreamingUnsignedTrailer,
            hash if is_sha256_hex(hash) => Self::Hex(hash.to_owned()),
            _ => return Err(SignatureError::InvalidContentHash),
        })
    }
    /// Whether the body is aws-chunked.
    pub fn is_streaming(&self) -> bool {
        matches!(self, Self::StreamingSigned | Self::StreamingSignedTrailer | Self::StreamingUnsignedTrailer)
    }
}

/// What a request says of its signer; not believed before [`verify`].
#[derive(Clone, Debug)]
pub struct Authorization {
    /// Whose key.
    pub access_key_id: String,
    /// The token of temporary credentials.
    pub session_token: Option<Secret<String>>,
    /// When it was signed.
    pub date: Timestamp,
    /// The same moment as it was written, `20261122T050000Z`.
    pub date_text: String,
    /// The day in the credential scope, `20261122`.
    pub scope_date: String,
    /// The region in the credential scope.
    pub region: String,
    /// The service in the credential scope: its signing name.
    pub service: String,
    /// Names of the signed headers, lower case, sorted.
    pub signed_headers: Vec<String>,
    /// The signature, in hex.
    pub signature: String,
    /// How the body is bound.
    pub payload: PayloadHash,
    /// How long a presigned URL lives; none in the header form.
    pub presigned_expires: Option<Duration>,
}

impl Authorization {
    /// `20261122/us-east-1/sts/aws4_request`.
    pub fn scope(&self) -> String {
        format!("{}/{}/{}/aws4_request", self.scope_date, self.region, self.service)
    }
    /// Whether this is the query-string form.
    pub fn is_presigned(&self) -> bool {
        self.presigned_expires.is_some()
    }
    /// Refuses a signature that was made for another service or region.
    pub fn require_scope(&self, service: &str, region: &str) -> Result<(), SignatureError> {
        if self.service != service {
            return Err(SignatureError::ScopeService { found: self.service.clone(), expected: service.to_owned() });
        }
        if self.region != region {
            return Err(SignatureError::ScopeRegion { found: self.region.clone(), expected: region.to_owned() });
        }
        Ok(())
    }
    /// Whether the service is of S3's kind: one encoding of the path, and the body's hash in a header.
    pub fn is_s3(&self) -> bool {
        PathRule::of(&self.service) == PathRule::S3
    }
}

/// SHA-256 in lower-case hex.
pub fn hex_sha256(bytes: &[u8]) -> String {
    hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes))
}

fn is_sha256_hex(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}
