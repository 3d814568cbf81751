use crate::Protocol;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{borrow::Cow, fmt};

/// An AWS API error: what the caller is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Error {
    /// AWS's code, such as `NoSuchEntity`.
    pub code: Cow<'static, str>,
    /// What failed, on which resource, why, and what to do.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
    /// More members of the error's shape, with AWS's names.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub members: Map<String, Value>,
    /// Set when a decision of the gate refused the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denial: Option<Box<Denial>>,
}

/// A decision against a call: whom, what, on what, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Denial {
    /// The caller's ARN or service name.
    pub principal: String,
    /// The action that was denied.
    pub action: String,
    /// The resource's ARN or `*`.
    pub resource: String,
    /// The policy engine's decision with its reasons, as data.
    pub decision: Value,
    /// The context keys that the decision saw.
    pub context: Value,
    /// The record of the denied call.
    pub event_id: String,
    /// The same, sealed for `sts:DecodeAuthorizationMessage` in the caller's account; not there if it is too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoded_message: Option<String>,
}

impl Error {
    /// A sender's error with status 400.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), status: 400, members: Map::new(), denial: None }
    }
    /// With another HTTP status.
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
    /// With one more member of the error's shape.
    pub fn member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.into(), value.into());
        self
    }
    /// Input that has not the operation's shape.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }
    /// Something is broken on our side.
    pub fn internal(message: impl fmt::Display) -> Self {
        Self::new("InternalFailure", format!("Sekisho could not complete the call: {message}")).status(500)
    }
    /// A body could not be written: the disk failed, or there is no room for it.
    pub(crate) fn of_body(e: &std::io::Error) -> Self {
        match e.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::no_room(e),
            _ => Self::internal(format_args!("the body could not be written: {e}")),
        }
    }
    /// The disk is full.
    pub(crate) fn no_room(why: impl fmt::Display) -> Self {
        Self::new(
            "ServiceUnavailable",
            format!("Sekisho could not complete the call: the disk is full ({why}). Nothing was stored; make room and send it again."),
        )
        .status(503)
    }
    /// An operation that Sekisho does not have.
    pub fn not_implemented(what: &str) -> Self {
        Self::new(
            "NotImplemented",
            format!("{what} is not implemented by Sekisho. It is refused rather than pretended; nothing was changed."),
        )
        .status(501)
    }
    /// The refusal of a caller, with the code and status that the service's protocol uses.
    pub fn access_denied(protocol: Protocol, message: impl Into<String>) -> Self {
        match protocol {
            Protocol::Json => Self::new("AccessDeniedException", message).status(400),
            Protocol::Query | Protocol::RestXml => Self::new("AccessDenied", message).status(403),
        }
    }
    /// Whether a decision of the gate refused the call.
    pub fn is_denied(&self) -> bool {
        self.denial.is_some()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}
impl std::error::Error for Error {}

impl From<store::StoreError> for Error {
    fn from(e: store::StoreError) -> Self {
        match e {
            store::StoreError::Full { .. } => Self::no_room(e),
            store::StoreError::Interrupted { .. } => {
                Self::new("ServiceUnavailable", format!("the call could not be recorded, so it did not happen: {e}")).status(503)
            }
            _ => Self::internal(format_args!("the store failed: {e}")),
        }
    }
}
