//! The service's errors, in AWS's words.

use gate::{Error, Protocol};
use std::fmt::Display;

pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new("ValidationError", message)
}
/// A member that breaks its constraint.
pub(crate) fn constraint(member: &str, value: impl Display, constraint: impl Display) -> Error {
    let shown: String = value.to_string().chars().take(80).collect();
    invalid(format!("1 validation error detected: Value '{shown}' at '{member}' failed to satisfy constraint: {constraint}"))
}
pub(crate) fn invalid_parameter(message: impl Into<String>) -> Error {
    Error::new("InvalidParameterValue", message)
}
pub(crate) fn denied(message: impl Into<String>) -> Error {
    Error::access_denied(Protocol::Query, message)
}
