//! CodePipeline's errors, as AWS words them.

use gate::Error;

pub(crate) fn structure(message: impl Into<String>) -> Error {
    Error::new("InvalidStructureException", message)
}
pub(crate) fn stage(message: impl Into<String>) -> Error {
    Error::new("InvalidStageDeclarationException", message)
}
pub(crate) fn action(message: impl Into<String>) -> Error {
    Error::new("InvalidActionDeclarationException", message)
}
pub(crate) fn name_in_use(name: &str, account: &str) -> Error {
    Error::new("PipelineNameInUseException", format!("A pipeline with the name '{name}' already exists in account '{account}'"))
}
pub(crate) fn no_pipeline(name: &str, account: &str) -> Error {
    Error::new("PipelineNotFoundException", format!("Account '{account}' does not have a pipeline with name '{name}'"))
}
pub(crate) fn no_version(name: &str, version: u64) -> Error {
    Error::new("PipelineVersionNotFoundException", format!("Pipeline '{name}' does not have a version '{version}'"))
}
pub(crate) fn no_execution(name: &str, id: &str) -> Error {
    Error::new("PipelineExecutionNotFoundException", format!("Pipeline '{name}' does not have an execution with id '{id}'"))
}
pub(crate) fn no_stage(pipeline: &str, stage: &str) -> Error {
    Error::new("StageNotFoundException", format!("Pipeline '{pipeline}' does not have a stage with name '{stage}'"))
}
pub(crate) fn no_action(stage: &str, action: &str) -> Error {
    Error::new("ActionNotFoundException", format!("Stage '{stage}' does not have an action with name '{action}'"))
}
pub(crate) fn bad_token() -> Error {
    Error::new(
        "InvalidApprovalTokenException",
        "The approval token is not that of a pending approval; get-pipeline-state shows it to those who may see it",
    )
}
pub(crate) fn already_approved() -> Error {
    Error::new("ApprovalAlreadyCompletedException", "The approval action has already been approved or rejected")
}
pub(crate) fn not_stoppable(id: &str, status: &str) -> Error {
    Error::new("PipelineExecutionNotStoppableException", format!("Pipeline execution '{id}' cannot be stopped: its status is {status}"))
}
pub(crate) fn duplicated_stop(id: &str) -> Error {
    Error::new(
        "DuplicatedStopRequestException",
        format!("The pipeline execution '{id}' is already being stopped; stop it with abandon to end it at once"),
    )
}
pub(crate) fn not_retryable(message: impl Into<String>) -> Error {
    Error::new("StageNotRetryableException", message)
}
pub(crate) fn not_latest(id: &str) -> Error {
    Error::new(
        "NotLatestPipelineExecutionException",
        format!("The stage has run a later pipeline execution than '{id}'; retry the latest one"),
    )
}
pub(crate) fn bad_next_token() -> Error {
    Error::new("InvalidNextTokenException", "The next token is not one that this operation gave")
}
pub(crate) fn no_resource(arn: &str) -> Error {
    Error::new("ResourceNotFoundException", format!("There is no resource {arn}"))
}
pub(crate) fn too_many_executions(name: &str, most: usize) -> Error {
    Error::new(
        "ConcurrentPipelineExecutionsLimitExceededException",
        format!("The pipeline '{name}' has reached the limit of {most} concurrent pipeline executions"),
    )
}
pub(crate) fn not_rollbackable(message: impl Into<String>) -> Error {
    Error::new("UnableToRollbackStageException", message)
}
pub(crate) fn outdated(id: &str) -> Error {
    Error::new(
        "PipelineExecutionOutdatedException",
        format!("The pipeline execution '{id}' was started with an earlier version of the pipeline and cannot be rolled back to"),
    )
}
pub(crate) fn not_overridable(message: impl Into<String>) -> Error {
    Error::new("ConditionNotOverridableException", message)
}
