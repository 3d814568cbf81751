//! CodeConnections' errors, as AWS words them.

use gate::Error;

/// Enough of a value to know it by.
fn clipped(text: &str) -> String {
    text.chars().take(200).collect()
}

/// A member that has not its form.
pub(crate) fn constraint(value: &str, member: &str, rule: &str) -> Error {
    Error::validation(format!(
        "1 validation error detected: Value '{}' at '{member}' failed to satisfy constraint: Member must {rule}",
        clipped(value)
    ))
}

pub(crate) fn invalid_arn(text: &str, member: &str) -> Error {
    constraint(text, member, "be the ARN of a connection or a host of codeconnections or codestar-connections")
}

pub(crate) fn no_connection(arn: &str) -> Error {
    Error::new("ResourceNotFoundException", format!("Connection not found for ARN: {}", clipped(arn)))
}

pub(crate) fn no_host(arn: &str) -> Error {
    Error::new("ResourceNotFoundException", format!("Host not found for ARN: {}", clipped(arn)))
}

pub(crate) fn invalid_token() -> Error {
    Error::validation("Invalid NextToken")
}
