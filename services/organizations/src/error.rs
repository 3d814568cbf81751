//! The errors of AWS Organizations, each with status 400.
//! Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/CommonErrors.html> and each operation's page

use gate::Error;

pub(crate) fn not_in_use() -> Error {
    Error::new("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
}
/// What the management account alone may do.
pub(crate) fn not_management(account: &str) -> Error {
    Error::new(
        "AccessDeniedException",
        format!("You don't have permissions to access this resource: this is for the management account of the organization, {account}."),
    )
}
pub(crate) fn invalid(reason: &'static str, message: impl Into<String>) -> Error {
    Error::new("InvalidInputException", message).member("Reason", reason)
}
pub(crate) fn constraint(reason: &'static str, message: impl Into<String>) -> Error {
    Error::new("ConstraintViolationException", message).member("Reason", reason)
}
pub(crate) fn no_account(id: &str) -> Error {
    Error::new("AccountNotFoundException", format!("You specified an account that doesn't exist in your organization: {id}."))
}
pub(crate) fn no_unit(id: &str) -> Error {
    Error::new("OrganizationalUnitNotFoundException", format!("You specified an organizational unit that doesn't exist: {id}."))
}
pub(crate) fn no_root(id: &str) -> Error {
    Error::new("RootNotFoundException", format!("You specified a root that doesn't exist: {id}."))
}
pub(crate) fn no_parent(id: &str) -> Error {
    Error::new("ParentNotFoundException", format!("You specified a parent that doesn't exist: {id}."))
}
pub(crate) fn no_child(id: &str) -> Error {
    Error::new("ChildNotFoundException", format!("You specified a child that doesn't exist: {id}."))
}
pub(crate) fn no_policy(id: &str) -> Error {
    Error::new("PolicyNotFoundException", format!("You specified a policy that doesn't exist: {id}."))
}
pub(crate) fn no_target(id: &str) -> Error {
    Error::new("TargetNotFoundException", format!("You specified a target that doesn't exist: {id}."))
}
pub(crate) fn duplicate_unit(name: &str) -> Error {
    Error::new("DuplicateOrganizationalUnitException", format!("An OU with the same name already exists in this parent: {name}."))
}
pub(crate) fn duplicate_policy(name: &str) -> Error {
    Error::new("DuplicatePolicyException", format!("A policy with the same name already exists: {name}."))
}
pub(crate) fn not_enabled() -> Error {
    Error::new("PolicyTypeNotEnabledException", "This operation can be performed only for enabled policy types. See EnablePolicyType.")
}
