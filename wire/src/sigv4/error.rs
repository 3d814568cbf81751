//! Why a signature was refused, in AWS's words for each protocol.

use base::Timestamp;
use std::{fmt, time::Duration};

/// Which family of error codes a service speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// The query services: iam, sts, cloudformation, sns.
    Query,
    /// The JSON services, whose codes end in `Exception`.
    Json,
    /// S3.
    S3,
}

/// An error as it goes on the wire.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// AWS's error code.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// For people.
    pub message: String,
}

/// Why a signature was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SignatureError {
    /// The request is anonymous, and may not be.
    Missing,
    /// Not `AWS4-HMAC-SHA256`: SigV2, SigV4A or no AWS signature at all.
    Unsupported,
    /// Both the header and the query string are signed.
    TwoMechanisms,
    /// The `Authorization` header cannot be read.
    Malformed(String),
    /// The presigned query cannot be read.
    MalformedQuery(String),
    /// S3 needs `x-amz-content-sha256`.
    MissingContentHash,
    /// `x-amz-content-sha256` is none of its forms.
    InvalidContentHash,
    /// These headers are there but not signed.
    NotSigned(Vec<String>),
    /// Signed in the future.
    NotYetValid {
        /// When it was signed.
        date: Timestamp,
        /// The server's time.
        now: Timestamp,
        /// By query string.
        presigned: bool,
    },
    /// Signed too long ago.
    Expired {
        /// When it was signed.
        date: Timestamp,
        /// The server's time.
        now: Timestamp,
        /// How long it lived.
        life: Duration,
        /// By query string.
        presigned: bool,
    },
    /// The scope's day is not that of the date.
    ScopeDate {
        /// The day in the scope.
        scope: String,
        /// The date of the request.
        date: String,
    },
    /// The scope names another region.
    ScopeRegion {
        /// The region in the scope.
        found: String,
        /// Ours.
        expected: String,
    },
    /// The scope names another service.
    ScopeService {
        /// The service in the scope.
        found: String,
        /// The one that was called.
        expected: String,
    },
    /// The signature is wrong.
    Mismatch,
    /// The body does not have the hash that was signed.
    ContentMismatch,
    /// No such access key.
    UnknownKey,
    /// The session token does not belong to the key, or is none of ours.
    InvalidToken,
    /// The session is over.
    ExpiredToken,
}

impl SignatureError {
    /// The error in the words of `dialect`.
    pub fn answer(&self, dialect: Dialect) -> Answer {
        let (code, status) = match dialect {
            Dialect::S3 => self.s3_code(),
            Dialect::Query => self.query_code(),
            // JSON services answer 400 to all of these.
            Dialect::Json => (self.json_code(), 400),
        };
        Answer { code, status, message: self.message(dialect) }
    }

    fn s3_code(&self) -> (&'static str, u16) {
        match self {
            Self::Missing | Self::NotSigned(_) => ("AccessDenied", 403),
            Self::Unsupported | Self::MissingContentHash => ("InvalidRequest", 400),
            Self::TwoMechanisms | Self::InvalidContentHash => ("InvalidArgument", 400),
            Self::Malformed(_) | Self::ScopeDate { .. } | Self::ScopeRegion { .. } | Self::ScopeService { .. } => {
                ("AuthorizationHeaderMalformed", 400)
            }
            Self::MalformedQuery(_) => ("AuthorizationQueryParametersError", 400),
            Self::NotYetValid { presigned, .. } | Self::Expired { presigned, .. } => {
                (if *presigned { "AccessDenied" } else { "RequestTimeTooSkewed" }, 403)
            }
            Self::Mismatch => ("SignatureDoesNotMatch", 403),
            Self::ContentMismatch => ("XAmzContentSHA256Mismatch", 400),
            Self::UnknownKey => ("InvalidAccessKeyId", 403),
            Self::InvalidToken => ("InvalidToken", 400),
            Self::ExpiredToken => ("ExpiredToken", 400),
        }
    }

    fn query_code(&self) -> (&'static str, u16) {
        match self {
            Self::Missing => ("MissingAuthenticationToken", 403),
            Self::UnknownKey | Self::InvalidToken => ("InvalidClientTokenId", 403),
            Self::ExpiredToken => ("ExpiredToken", 403),
            _ if self.is_incomplete() => ("IncompleteSignature", 400),
            _ => ("SignatureDoesNotMatch", 403),
        }
    }

    fn json_code(&self) -> &'static str {
        match self {
            Self::Missing => "MissingAuthenticationTokenException",
            Self::UnknownKey | Self::InvalidToken => "UnrecognizedClientException",
            Self::ExpiredToken => "ExpiredTokenException",
            _ if self.is_incomplete() => "IncompleteSignatureException",
            _ => "InvalidSignatureException",
        }
    }

    fn is_incomplete(&self) -> bool {
        matches!(
            self,
            Self::Unsupported
                | Self::TwoMechanisms
                | Self::Malformed(_)
                | Self::MalformedQuery(_)
                | Self::MissingContentHash
                | Self::InvalidContentHash
        )
    }

    fn message(&self, dialect: Dialect) -> String {
        let s3 = dialect == Dialect::S3;
        match self {
            Self::Missing if s3 => "Access Denied".into(),
            Self::Missing => "Request is missing Authentication Token".into(),
            Self::Unsupported => "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.".into(),
            Self::TwoMechanisms => {
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified".into()
            }
            Self::Malformed(why) if s3 => format!("The authorization header is malformed; {why}"),
            Self::Malformed(why) | Self::MalformedQuery(why) => why.clone(),
            Self::MissingContentHash => "Missing required header for this request: x-amz-content-sha256".into(),
            Self::InvalidContentHash => {
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, \
                 STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value."
                    .into()
            }
            Self::NotSigned(names) if s3 => format!("There were headers present in the request which were not signed: {}", names.join(", ")),
            Self::NotSigned(names) => format!("'{}' must be a 'SignedHeader' in the AWS Authorization.", names.join("', '")),
            Self::NotYetValid { presigned: true, .. } if s3 => "Request is not valid yet".into(),
            Self::Expired { presigned: true, .. } if s3 => "Request has expired".into(),
            Self::NotYetValid { .. } | Self::Expired { .. } if s3 => "The difference between the request time and the current time is too large.".into(),
            Self::NotYetValid { date, now, .. } => {
                let limit = now.plus(super::MAX_SKEW).basic();
                format!("Signature not yet current: {} is still later than {limit} ({} + 15 min.)", date.basic(), now.basic())
            }
            Self::Expired { date, now, life, .. } => {
                let limit = Timestamp(now.0.saturating_sub(i64::try_from(life.as_millis()).unwrap_or(i64::MAX)));
                format!("Signature expired: {} is now earlier than {} ({} - {} min.)", date.basic(), limit.basic(), now.basic(), life.as_secs() / 60)
            }
            Self::ScopeDate { scope, date } => {
                let day = date.get(..8).unwrap_or(date);
                format!("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{scope}' != '{day}', from '{date}'.")
            }
            Self::ScopeRegion { found, expected } if s3 => format!("The authorization header is malformed; the region '{found}' is wrong; expecting '{expected}'"),
            Self::ScopeRegion { found, expected } => format!("Credential should be scoped to a valid region, not '{found}'. This server's is '{expected}'."),
            Self::ScopeService { found, expected } if s3 => {
                format!("The authorization header is malformed; incorrect service \"{found}\". This endpoint belongs to \"{expected}\".")
            }
            Self::ScopeService { found, expected } => format!("Credential should be scoped to correct service: '{expected}', not '{found}'."),
            Self::Mismatch if s3 => {
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.".into()
            }
            Self::Mismatch => "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and \
                               signing method. Consult the service documentation for details."
                .into(),
            Self::ContentMismatch => "The provided 'x-amz-content-sha256' header does not match what was computed.".into(),
            Self::UnknownKey if s3 => "The AWS Access Key Id you provided does not exist in our records.".into(),
            Self::InvalidToken if s3 => "The provided token is malformed or otherwise invalid.".into(),
            Self::UnknownKey | Self::InvalidToken => "The security token included in the request is invalid.".into(),
            Self::ExpiredToken if s3 => "The provided token has expired.".into(),
            Self::ExpiredToken => "The security token included in the request is expired".into(),
        }
    }
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Dialect::Query))
    }
}
impl std::error::Error for SignatureError {}
