//! IAM's errors.

use crate::managed;
use base::Arn;
use gate::Error;
use std::fmt::Display;

pub(crate) fn no_such_entity(message: impl Into<String>) -> Error {
    Error::new("NoSuchEntity", message).status(404)
}
pub(crate) fn no_such_policy(arn: &Arn) -> Error {
    no_such_entity(format!("Policy {arn} was not found."))
}
pub(crate) fn not_attachable(arn: &Arn) -> Error {
    let ours = if managed::is_of_aws(arn) { managed::told() } else { String::new() };
    no_such_entity(format!("Policy {arn} does not exist or is not attachable.{ours}"))
}
pub(crate) fn not_a_boundary(arn: &Arn) -> Error {
    let ours = if managed::is_of_aws(arn) { managed::told() } else { String::new() };
    no_such_entity(format!("Scope ARN: {arn} does not exist or is not attachable.{ours}"))
}
pub(crate) fn already_exists(message: impl Into<String>) -> Error {
    Error::new("EntityAlreadyExists", message).status(409)
}
pub(crate) fn delete_conflict(message: impl Into<String>) -> Error {
    Error::new("DeleteConflict", message).status(409)
}
pub(crate) fn limit_exceeded(message: impl Into<String>) -> Error {
    Error::new("LimitExceeded", message).status(409)
}
pub(crate) fn malformed(message: impl Into<String>) -> Error {
    Error::new("MalformedPolicyDocument", message)
}
pub(crate) fn invalid_input(message: impl Into<String>) -> Error {
    Error::new("InvalidInput", message)
}
/// A member that breaks its constraint.
pub(crate) fn invalid(member: &str, value: impl Display, constraint: &str) -> Error {
    Error::new(
        "ValidationError",
        format!("1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"),
    )
}
