//! One file for each operation.

mod acknowledge_job;
mod create_custom_action_type;
mod create_pipeline;
mod delete_custom_action_type;
mod delete_pipeline;
mod delete_webhook;
mod deregister_webhook_with_third_party;
mod disable_stage_transition;
mod enable_stage_transition;
mod get_action_type;
mod get_job_details;
mod get_pipeline;
mod get_pipeline_execution;
mod get_pipeline_state;
mod list_action_executions;
mod list_action_types;
mod list_pipeline_executions;
mod list_pipelines;
mod list_rule_executions;
mod list_rule_types;
mod list_tags_for_resource;
mod list_webhooks;
mod override_stage_condition;
mod poll_for_jobs;
mod put_action_revision;
mod put_approval_result;
mod put_job_failure_result;
mod put_job_success_result;
mod put_webhook;
mod receive_webhook;
mod register_webhook_with_third_party;
mod retry_stage_execution;
mod rollback_stage;
mod start_pipeline_execution;
mod stop_pipeline_execution;
mod tag_resource;
mod untag_resource;
mod update_pipeline;

pub use acknowledge_job::{AcknowledgeJob, AcknowledgeJobInput, AcknowledgeJobOutput};
pub use create_custom_action_type::{CreateCustomActionType, CreateCustomActionTypeInput, CreateCustomActionTypeOutput};
pub use create_pipeline::{CreatePipeline, CreatePipelineInput, CreatePipelineOutput};
pub use delete_custom_action_type::{DeleteCustomActionType, DeleteCustomActionTypeInput};
pub use delete_pipeline::{DeletePipeline, DeletePipelineInput};
pub use delete_webhook::{DeleteWebhook, DeleteWebhookInput};
pub use deregister_webhook_with_third_party::{DeregisterWebhookWithThirdParty, DeregisterWebhookWithThirdPartyInput};
pub use disable_stage_transition::{DisableStageTransition, DisableStageTransitionInput};
pub use enable_stage_transition::{EnableStageTransition, EnableStageTransitionInput};
pub use get_action_type::{GetActionType, GetActionTypeInput};
pub use get_job_details::{GetJobDetails, GetJobDetailsInput, GetJobDetailsOutput};
pub use get_pipeline::{GetPipeline, GetPipelineInput, GetPipelineOutput};
pub use get_pipeline_execution::{GetPipelineExecution, GetPipelineExecutionInput, GetPipelineExecutionOutput};
pub use get_pipeline_state::{GetPipelineState, GetPipelineStateInput, GetPipelineStateOutput};
pub use list_action_executions::{
    ActionFilter, LatestInPipelineExecution, ListActionExecutions, ListActionExecutionsInput, ListActionExecutionsOutput, StartTimeRange,
};
pub use list_action_types::{ListActionTypes, ListActionTypesInput, ListActionTypesOutput};
pub use list_pipeline_executions::{
    ListPipelineExecutions, ListPipelineExecutionsInput, ListPipelineExecutionsOutput, PipelineExecutionFilter, SucceededInStage,
};
pub use list_pipelines::{ListPipelines, ListPipelinesInput, ListPipelinesOutput};
pub use list_rule_executions::{ListRuleExecutions, ListRuleExecutionsInput, ListRuleExecutionsOutput};
pub use list_rule_types::{ListRuleTypes, ListRuleTypesInput, ListRuleTypesOutput};
pub use list_tags_for_resource::{ListTagsForResource, ListTagsForResourceInput, ListTagsForResourceOutput};
pub use list_webhooks::{ListWebhooks, ListWebhooksInput, ListWebhooksOutput};
pub use override_stage_condition::{OverrideStageCondition, OverrideStageConditionInput};
pub use poll_for_jobs::{PollForJobs, PollForJobsInput, PollForJobsOutput};
pub use put_action_revision::{ActionRevision, PutActionRevision, PutActionRevisionInput, PutActionRevisionOutput};
pub use put_approval_result::{ApprovalResult, PutApprovalResult, PutApprovalResultInput, PutApprovalResultOutput};
pub use put_job_failure_result::{FailureDetails, FailureType, PutJobFailureResult, PutJobFailureResultInput};
pub use put_job_success_result::{ExecutionDetails, PutJobSuccessResult, PutJobSuccessResultInput};
pub use put_webhook::{PutWebhook, PutWebhookInput, PutWebhookOutput};
pub use receive_webhook::{ReceiveWebhook, ReceiveWebhookInput, ReceiveWebhookOutput};
pub use register_webhook_with_third_party::{RegisterWebhookWithThirdParty, RegisterWebhookWithThirdPartyInput};
pub use retry_stage_execution::{RetryStageExecution, RetryStageExecutionInput, RetryStageExecutionOutput};
pub use rollback_stage::{RollbackStage, RollbackStageInput, RollbackStageOutput};
pub use start_pipeline_execution::{
    SourceRevisionOverride, StartPipelineExecution, StartPipelineExecutionInput, StartPipelineExecutionOutput,
};
pub use stop_pipeline_execution::{StopPipelineExecution, StopPipelineExecutionInput, StopPipelineExecutionOutput};
pub use tag_resource::{TagResource, TagResourceInput};
pub use untag_resource::{UntagResource, UntagResourceInput};
pub use update_pipeline::{UpdatePipeline, UpdatePipelineInput, UpdatePipelineOutput};
