//! AWS protocols, bytes to values and back, and request signatures. Pure.
//!
//! Knows nothing of sockets, time, accounts or what an operation does: a request becomes a [`Decoded`], whose input
//! [`lenient`] turns into an operation's typed one, and an output becomes an answer's bytes.

pub mod answer;
pub mod checksum;
pub mod chunked;
pub mod encoding;
pub mod event_stream;
pub mod git;
pub mod http_date;
pub mod json;
pub mod jwt;
pub mod lenient;
pub mod query;
pub mod rest;
pub mod s3;
pub mod sigv2;
pub mod sigv4;
pub mod webhook;
pub mod xml;

#[cfg(test)]
mod mutate;

use serde_json::Value;

/// A request in the one shape that all protocols come to.
#[derive(Clone, PartialEq, Debug)]
pub struct Decoded {
    /// The service's signing name: `sts`, `iam`, `s3`.
    pub service: String,
    /// AWS's name of the operation: `AssumeRole`.
    pub operation: String,
    /// An object with AWS's member names. It may hold secrets: it is not for logs.
    pub input: Value,
}
