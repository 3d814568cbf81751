use gate::Error;

pub(crate) fn no_group() -> Error {
    Error::new("ResourceNotFoundException", "The specified log group does not exist.")
}
pub(crate) fn no_stream() -> Error {
    Error::new("ResourceNotFoundException", "The specified log stream does not exist.")
}
pub(crate) fn group_exists() -> Error {
    Error::new("ResourceAlreadyExistsException", "The specified log group already exists")
}
pub(crate) fn stream_exists() -> Error {
    Error::new("ResourceAlreadyExistsException", "The specified log stream already exists")
}
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new("InvalidParameterException", message)
}
pub(crate) fn invalid_token() -> Error {
    invalid("The specified nextToken is invalid.")
}
pub(crate) fn constraint(value: &str, member: &str, rule: &str) -> Error {
    invalid(format!("1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {rule}"))
}
/// A pattern that cannot be read.
pub(crate) fn pattern(error: &log_filter::InvalidPattern) -> Error {
    invalid(error.to_string())
}
/// KMS's refusal, as this service tells of it; the denial stays with it, so that it can be explained.
pub(crate) fn key_refused(code: &'static str, arn: &str, cause: Error) -> Error {
    if cause.status >= 500 {
        return cause;
    }
    let message = format!(
        "The specified KMS key does not exist or is not allowed to be used with LogGroup '{arn}' ({}: {})",
        cause.code, cause.message
    );
    let mut error = Error::new(code, message);
    error.denial = cause.denial;
    error
}
pub(crate) fn no_policy() -> Error {
    Error::new("ResourceNotFoundException", "The specified resource policy does not exist.")
}
/// A group that is protected, and its streams, cannot be deleted.
pub(crate) fn protected() -> Error {
    Error::new("ValidationException", "The log group has deletion protection enabled. Disable it with PutLogGroupDeletionProtection first.")
}
