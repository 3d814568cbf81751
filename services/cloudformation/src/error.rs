use crate::state::Stack;
use gate::Error;
use template::Diagnostic;

pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new("ValidationError", message)
}

/// Findings of a template: all of them, each with its place.
pub(crate) fn findings(list: &[Diagnostic]) -> Error {
    invalid(text_of(list))
}

pub(crate) fn text_of(list: &[Diagnostic]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

pub(crate) fn stack_with_id_missing(name: &str) -> Error {
    invalid(format!("Stack with id {name} does not exist"))
}

pub(crate) fn stack_missing(name: &str) -> Error {
    invalid(format!("Stack [{name}] does not exist"))
}

pub(crate) fn stack_exists(name: &str) -> Error {
    Error::new("AlreadyExistsException", format!("Stack [{name}] already exists"))
}

pub(crate) fn not_updatable(stack: &Stack) -> Error {
    invalid(format!("Stack:{} is in {} state and can not be updated.", stack.arn(), stack.status))
}

/// What failed and was left as it was can be updated without a rollback only.
pub(crate) fn not_terminal(stack: &Stack) -> Error {
    invalid(format!(
        "This stack is currently in a non-terminal [{}] state. To update the stack from this state, please use the disable-rollback parameter with update-stack API. \
         To rollback to the last known good state, use the rollback-stack API",
        stack.status
    ))
}

pub(crate) fn no_updates() -> Error {
    invalid("No updates are to be performed.")
}

pub(crate) fn insufficient_capabilities(needed: &str, why: &str) -> Error {
    // The AWS CLI and CDK show the text as it is, so the reason may follow.
    Error::new(
        "InsufficientCapabilitiesException",
        format!("Requires capabilities : [{needed}]\n{why}; acknowledge it with --capabilities {needed}"),
    )
}

pub(crate) fn change_set_missing(name: &str) -> Error {
    Error::new("ChangeSetNotFound", format!("ChangeSet [{name}] does not exist")).status(404)
}

pub(crate) fn invalid_change_set_status(message: String) -> Error {
    Error::new("InvalidChangeSetStatus", message)
}

pub(crate) fn constraint(member: &str, value: &str, must: &str) -> Error {
    let shown: String = value.chars().take(128).collect();
    invalid(format!("1 validation error detected: Value '{shown}' at '{member}' failed to satisfy constraint: Member must {must}"))
}
