//! Secrets Manager's errors.

use gate::Error;

pub(crate) fn no_secret() -> Error {
    Error::new("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
}
pub(crate) fn no_value(which: &str) -> Error {
    Error::new("ResourceNotFoundException", format!("Secrets Manager can't find the specified secret value for {which}"))
}
pub(crate) fn exists(message: impl Into<String>) -> Error {
    Error::new("ResourceExistsException", message.into())
}
pub(crate) fn deleted() -> Error {
    Error::new("InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.")
}
pub(crate) fn invalid_request(message: impl Into<String>) -> Error {
    Error::new("InvalidRequestException", message.into())
}
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new("InvalidParameterException", message.into())
}
pub(crate) fn limit(message: impl Into<String>) -> Error {
    Error::new("LimitExceededException", message.into())
}

/// Enough of a value to know it by.
pub(crate) fn clipped(text: &str) -> String {
    text.chars().take(200).collect()
}
