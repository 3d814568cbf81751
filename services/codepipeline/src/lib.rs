//! AWS CodePipeline: pipelines, their executions, and the calls that each action makes under its role.
//!
//! Must not know how other services do what an action asks of them: every effect of an action is a call through the
//! gate, as the pipeline's service role or the action's own.

mod again;
mod artifacts;
mod condition_states;
mod conditions;
mod custom;
mod declaration;
mod error;
mod examples;
mod jobs;
mod operations;
mod pipelines;
mod providers;
mod resources;
mod roles;
mod state;
mod structure;
mod tagged;
mod tokens;
mod transitions;
mod triggers;
mod variables;
mod webhooks;
mod workflows;

use gate::{Protocol, Registration, Service};

pub use conditions::{
    Condition, ConditionType, FailureConditions, RetryConfiguration, RetryMode, RuleDeclaration, RuleTypeId, StageConditions, StageResult,
};
pub use custom::{ActionConfigurationProperty, ActionType, ActionTypeSettings, ArtifactDetails, PropertyType};
pub use declaration::{
    ActionDeclaration, ActionTypeId, ArtifactName, ArtifactStore, CommandVariable, EncryptionKey, PipelineDeclaration, StageDeclaration,
    VariableDeclaration,
};
pub use jobs::{JobData, JobStatus};
pub use operations::*;
pub use pipelines::Tag;
pub use providers::{Output as ImaginedOutput, imagine, is_imagined};
pub use triggers::{
    GitChange, GitConfiguration, GitPatterns, GitPullRequestFilter, GitPushFilter, PipelineTriggerDeclaration, PullRequestEvent,
    matches as trigger_matches,
};
pub use webhooks::{ListWebhookItem, WebhookAuthConfiguration, WebhookDefinition, WebhookFilterRule};

/// The service's token.
pub struct CodePipeline(());

impl Service for CodePipeline {
    const NAME: &'static str = "codepipeline";
    const PRINCIPAL: &'static str = "codepipeline.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// The service.
pub fn service() -> Registration {
    Registration::new::<CodePipeline>()
        .operation::<AcknowledgeJob>()
        .operation::<CreateCustomActionType>()
        .operation::<CreatePipeline>()
        .operation::<DeleteCustomActionType>()
        .operation::<DeletePipeline>()
        .operation::<DeleteWebhook>()
        .operation::<DeregisterWebhookWithThirdParty>()
        .operation::<DisableStageTransition>()
        .operation::<EnableStageTransition>()
        .operation::<GetActionType>()
        .operation::<GetJobDetails>()
        .operation::<GetPipeline>()
        .operation::<GetPipelineExecution>()
        .operation::<GetPipelineState>()
        .operation::<ListActionExecutions>()
        .operation::<ListActionTypes>()
        .operation::<ListPipelineExecutions>()
        .operation::<ListPipelines>()
        .operation::<ListRuleExecutions>()
        .operation::<ListRuleTypes>()
        .operation::<ListTagsForResource>()
        .operation::<ListWebhooks>()
        .operation::<OverrideStageCondition>()
        .operation::<PollForJobs>()
        .operation::<PutActionRevision>()
        .operation::<PutApprovalResult>()
        .operation::<PutJobFailureResult>()
        .operation::<PutJobSuccessResult>()
        .operation::<PutWebhook>()
        .operation::<ReceiveWebhook>()
        .operation::<RegisterWebhookWithThirdParty>()
        .operation::<RetryStageExecution>()
        .operation::<RollbackStage>()
        .operation::<StartPipelineExecution>()
        .operation::<StopPipelineExecution>()
        .operation::<TagResource>()
        .operation::<UntagResource>()
        .operation::<UpdatePipeline>()
        .resources(pipelines::facts)
        .resource_type(resources::custom_action_type::CustomActionType)
        .resource_type(resources::pipeline::Pipeline)
        .resource_type(resources::webhook::Webhook)
}

/// The service's long work.
pub fn workflows(engine: &mut durable::Engine) {
    engine.workflow::<workflows::execution::Execution>().workflow::<workflows::poller::Poller>();
}
