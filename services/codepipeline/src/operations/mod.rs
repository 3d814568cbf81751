//! One file for each operation.

mod create_pipeline;
mod delete_pipeline;
mod disable_stage_transition;
mod enable_stage_transition;
mod get_pipeline;
mod get_pipeline_execution;
mod get_pipeline_state;
mod list_action_executions;
mod list_pipeline_executions;
mod list_pipelines;
mod list_tags_for_resource;
mod put_approval_result;
mod retry_stage_execution;
mod start_pipeline_execution;
mod stop_pipeline_execution;
mod tag_resource;
mod untag_resource;
mod update_pipeline;

pub use create_pipeline::{CreatePipeline, CreatePipelineInput, CreatePipelineOutput};
pub use delete_pipeline::{DeletePipeline, DeletePipelineInput};
pub use disable_stage_transition::{DisableStageTransition, DisableStageTransitionInput};
pub use enable_stage_transition::{EnableStageTransition, EnableStageTransitionInput};
pub use get_pipeline::{GetPipeline, GetPipelineInput, GetPipelineOutput};
pub use get_pipeline_execution::{GetPipelineExecution, GetPipelineExecutionInput, GetPipelineExecutionOutput};
pub use get_pipeline_state::{GetPipelineState, GetPipelineStateInput, GetPipelineStateOutput};
pub use list_action_executions::{ListActionExecutions, ListActionExecutionsInput, ListActionExecutionsOutput};
pub use list_pipeline_executions::{ListPipelineExecutions, ListPipelineExecutionsInput, ListPipelineExecutionsOutput};
pub use list_pipelines::{ListPipelines, ListPipelinesInput, ListPipelinesOutput};
pub use list_tags_for_resource::{ListTagsForResource, ListTagsForResourceInput, ListTagsForResourceOutput};
pub use put_approval_result::{ApprovalResult, PutApprovalResult, PutApprovalResultInput, PutApprovalResultOutput};
pub use retry_stage_execution::{RetryStageExecution, RetryStageExecutionInput, RetryStageExecutionOutput};
pub use start_pipeline_execution::{StartPipelineExecution, StartPipelineExecutionInput, StartPipelineExecutionOutput};
pub use stop_pipeline_execution::{StopPipelineExecution, StopPipelineExecutionInput, StopPipelineExecutionOutput};
pub use tag_resource::{TagResource, TagResourceInput};
pub use untag_resource::{UntagResource, UntagResourceInput};
pub use update_pipeline::{UpdatePipeline, UpdatePipelineInput, UpdatePipelineOutput};
