//! One file for each operation.

mod create_pipeline;
mod delete_pipeline;
mod get_pipeline;
mod get_pipeline_execution;
mod get_pipeline_state;
mod list_action_executions;
mod list_pipeline_executions;
mod list_pipelines;
mod put_approval_result;
mod retry_stage_execution;
mod start_pipeline_execution;
mod stop_pipeline_execution;
mod tags;
mod transitions;
mod update_pipeline;

pub use create_pipeline::{CreatePipeline, CreatePipelineInput, CreatePipelineOutput};
pub use delete_pipeline::{DeletePipeline, DeletePipelineInput};
pub use get_pipeline::{GetPipeline, GetPipelineInput, GetPipelineOutput};
pub use get_pipeline_execution::{GetPipelineExecution, GetPipelineExecutionInput, GetPipelineExecutionOutput};
pub use get_pipeline_state::{GetPipelineState, GetPipelineStateInput, GetPipelineStateOutput};
pub use list_action_executions::{ListActionExecutions, ListActionExecutionsInput, ListActionExecutionsOutput};
pub use list_pipeline_executions::{ListPipelineExecutions, ListPipelineExecutionsInput, ListPipelineExecutionsOutput};
pub use list_pipelines::{ListPipelines, ListPipelinesInput, ListPipelinesOutput};
pub use put_approval_result::{ApprovalResult, PutApprovalResult, PutApprovalResultInput, PutApprovalResultOutput};
pub use retry_stage_execution::{RetryStageExecution, RetryStageExecutionInput, RetryStageExecutionOutput};
pub use start_pipeline_execution::{StartPipelineExecution, StartPipelineExecutionInput, StartPipelineExecutionOutput};
pub use stop_pipeline_execution::{StopPipelineExecution, StopPipelineExecutionInput, StopPipelineExecutionOutput};
pub use tags::{
    ListTagsForResource, ListTagsForResourceInput, ListTagsForResourceOutput, TagResource, TagResourceInput, UntagResource,
    UntagResourceInput,
};
pub use transitions::{DisableStageTransition, DisableStageTransitionInput, EnableStageTransition, EnableStageTransitionInput};
pub use update_pipeline::{UpdatePipeline, UpdatePipelineInput, UpdatePipelineOutput};
