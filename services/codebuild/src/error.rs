use gate::Error;

pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new("InvalidInputException", message)
}
pub(crate) fn no_project(name: &str) -> Error {
    Error::new("ResourceNotFoundException", format!("Project cannot be found: {name}"))
}
pub(crate) fn project_exists(arn: &str) -> Error {
    Error::new("ResourceAlreadyExistsException", format!("Project already exists: {arn}"))
}
pub(crate) fn no_build(id: &str) -> Error {
    Error::new("ResourceNotFoundException", format!("Build {id} does not exist"))
}
pub(crate) fn cannot_assume() -> Error {
    invalid(
        "CodeBuild is not authorized to perform: sts:AssumeRole on service role. Please verify that: 1) The provided service role exists, \
         2) The role name is case-sensitive and matches exactly, and 3) The role has the necessary trust policy configured.",
    )
}
pub(crate) fn no_webhook(project: &str) -> Error {
    Error::new("ResourceNotFoundException", format!("Webhook does not exist for project: {project}"))
}
pub(crate) fn no_batch(id: &str) -> Error {
    Error::new("ResourceNotFoundException", format!("Build batch {id} does not exist"))
}
pub(crate) fn no_group(arn: &str) -> Error {
    Error::new("ResourceNotFoundException", format!("Report group does not exist: {arn}"))
}
pub(crate) fn no_report(arn: &str) -> Error {
    Error::new("ResourceNotFoundException", format!("Report does not exist: {arn}"))
}
pub(crate) fn group_exists(arn: &str) -> Error {
    Error::new("ResourceAlreadyExistsException", format!("Report group already exists: {arn}"))
}
pub(crate) fn too_many_active(limit: u64) -> Error {
    Error::new("AccountLimitExceededException", format!("Cannot have more than {limit} active builds for the project"))
}
