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
pub(crate) fn constraint(value: &str, member: &str, rule: &str) -> Error {
    invalid(format!("1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {rule}"))
}
