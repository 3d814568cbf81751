//! EventBridge's errors, as AWS words them.

use gate::Error;

/// Enough of a value to know it by.
pub(crate) fn clipped(text: &str) -> String {
    text.chars().take(200).collect()
}

/// A member that has not its form.
pub(crate) fn constraint(value: &str, member: &str, rule: &str) -> Error {
    Error::validation(format!(
        "1 validation error detected: Value '{}' at '{member}' failed to satisfy constraint: Member must {rule}",
        clipped(value)
    ))
}

pub(crate) fn parameter(name: &str, why: &str) -> Error {
    Error::validation(format!("Parameter {name} is not valid. Reason: {why}"))
}

pub(crate) fn no_bus(name: &str) -> Error {
    Error::new("ResourceNotFoundException", format!("Event bus {} does not exist.", clipped(name)))
}

pub(crate) fn no_rule(name: &str, bus: &str) -> Error {
    Error::new("ResourceNotFoundException", format!("Rule {} does not exist on EventBus {}.", clipped(name), clipped(bus)))
}

pub(crate) fn invalid_token() -> Error {
    Error::validation("Invalid nextToken")
}

pub(crate) fn limit(what: &str) -> Error {
    Error::new("LimitExceededException", format!("The requested resource exceeds the maximum number allowed: {what}."))
}

/// What Sekisho refuses rather than reads past.
pub(crate) fn without<T>(given: Option<&T>, what: &str) -> Result<(), Error> {
    given.map_or(Ok(()), |_| Err(Error::not_implemented(&format!("events:{what}"))))
}
