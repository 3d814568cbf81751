use crate::{BodyReader, Error, Proof, Sending};
use base::{Arn, Region};
use serde_json::Value;

/// How a call came.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// The request's id, given back to the caller.
    pub request_id: String,
    /// The caller's address, or the service that calls.
    pub source_ip: String,
    /// The `User-Agent`.
    pub user_agent: String,
    /// Whether the listener saw TLS.
    pub secure_transport: bool,
    /// The region that the call is for.
    pub region: Region,
    /// The resource for which the calling service makes the call, if it tells: a rule of EventBridge. Nothing from the wire.
    pub source_arn: Option<Arn>,
    /// What S3's policies may ask of how it came; nothing for calls that are made inside.
    pub transport: Transport,
}

/// What only S3's condition keys tell of a request: its TLS and its signature.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html>
#[derive(Clone, Debug, Default)]
pub struct Transport {
    /// `1.2` or `1.3`, where the listener saw TLS.
    pub tls_version: Option<&'static str>,
    /// `REST-HEADER` or `REST-QUERY-STRING`, where the request is signed.
    pub auth_type: Option<&'static str>,
    /// `AWS4-HMAC-SHA256`, or `AWS` for version 2.
    pub signature_version: Option<&'static str>,
    /// When a presigned URL was made; version 2 does not say.
    pub presigned: Option<base::Timestamp>,
    /// `x-amz-content-sha256`.
    pub content_sha256: Option<String>,
}

/// A request from the wire.
pub struct Request {
    /// The credentials that were shown.
    pub proof: Proof,
    /// The service's prefix: `s3`.
    pub service: String,
    /// The operation's name.
    pub operation: String,
    /// The input; or why its bytes could not be decoded, which is recorded like any other failure.
    pub input: Result<Value, Error>,
    /// A body of up to 64 KiB that comes beside the input; larger ones go by `Upload`.
    pub body: Option<Vec<u8>>,
    /// How it came.
    pub context: RequestContext,
}

/// A successful answer.
pub struct Answer {
    /// The output, with AWS's member names; secrets are in the clear.
    pub output: Value,
    /// The body and its length, if the operation sends one.
    pub body: Option<(BodyReader, u64)>,
    /// What it goes on with, if the operation sends events.
    pub sending: Option<Sending>,
}

/// What became of a request.
pub type Outcome = Result<Answer, Error>;
