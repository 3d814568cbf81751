//! AWS CloudFormation: stacks of resources, made from templates, and change sets.
//!
//! An operation that changes a stack writes down what is to be, and the stack's workflow brings it about: one resource
//! a step, under the stack's role or on behalf of the caller, decided anew at each call.
//!
//! Must not know any other service or resource type: types are asked for by name, and they make their own calls.

mod changes;
mod deployment_config;
mod error;
mod evaluation;
mod exports;
mod journal;
mod lifecycle;
mod made;
mod names;
mod nested;
mod operations;
mod options;
mod places;
mod prepare;
mod protection;
mod resources;
mod secure;
mod shapes;
mod stack_sets;
mod stack_tags;
mod state;
mod status;
mod stored;
mod template_url;
mod waiting;
mod workflow;

use base::Arn;
use gate::{Error, Protocol, Registration, ResourceFacts, Service, View};

pub use made::{MadeResource, made};
pub use operations::{
    cancel_update_stack::CancelUpdateStack, continue_update_rollback::ContinueUpdateRollback, create_change_set::CreateChangeSet,
    create_stack::CreateStack, create_stack_instances::CreateStackInstances, create_stack_set::CreateStackSet,
    delete_change_set::DeleteChangeSet, delete_stack::DeleteStack, delete_stack_instances::DeleteStackInstances,
    delete_stack_set::DeleteStackSet, describe_change_set::DescribeChangeSet, describe_stack_events::DescribeStackEvents,
    describe_stack_instance::DescribeStackInstance, describe_stack_resource::DescribeStackResource,
    describe_stack_resources::DescribeStackResources, describe_stack_set::DescribeStackSet,
    describe_stack_set_operation::DescribeStackSetOperation, describe_stacks::DescribeStacks, execute_change_set::ExecuteChangeSet,
    get_stack_policy::GetStackPolicy, get_template::GetTemplate, get_template_summary::GetTemplateSummary,
    list_change_sets::ListChangeSets, list_exports::ListExports, list_imports::ListImports, list_stack_instances::ListStackInstances,
    list_stack_resources::ListStackResources, list_stack_set_operation_results::ListStackSetOperationResults,
    list_stack_set_operations::ListStackSetOperations, list_stack_sets::ListStackSets, list_stacks::ListStacks,
    rollback_stack::RollbackStack, set_stack_policy::SetStackPolicy, signal_resource::SignalResource,
    stop_stack_set_operation::StopStackSetOperation, update_stack::UpdateStack, update_stack_instances::UpdateStackInstances,
    update_stack_set::UpdateStackSet, update_termination_protection::UpdateTerminationProtection, validate_template::ValidateTemplate,
};
pub use status::{ResourceStatus, StackStatus};

/// The service's token.
pub struct CloudFormation(());

impl Service for CloudFormation {
    const NAME: &'static str = "cloudformation";
    const PRINCIPAL: &'static str = "cloudformation.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Query;
}

/// Who has the whole of a wait condition handle's URL may signal it.
const HANDLE_POLICY: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"cloudformation:SignalResource","Resource":"*","Condition":{"StringEquals":{"cloudformation:HandleSigned":"true"}}}}"#;

fn facts(view: &mut View<'_, CloudFormation>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    if arn.resource_of("stackset").is_some() {
        return stack_sets::facts(view, arn);
    }
    if let Some(target) = waiting::Target::of_arn(arn) {
        let policy =
            gate::Document { name: format!("policy of the wait condition handle {}", target.logical_id), text: HANDLE_POLICY.into() };
        return Ok(Some(ResourceFacts { policy: Some(policy), ..ResourceFacts::owned_by(target.account) }));
    }
    let (Some(account), Some((_, uuid))) = (arn.account(), arn.resource_of("stack").and_then(|path| path.split_once('/'))) else {
        return Ok(None);
    };
    let stack = view.get(&state::STACKS, &[account.as_str(), arn.region(), uuid])?;
    Ok(stack.map(|stack| {
        let tags = stack.shown().map(|v| v.tags.iter().map(|t| (t.key.clone(), t.value.clone())).collect()).unwrap_or_default();
        ResourceFacts { tags, ..ResourceFacts::owned_by(account) }
    }))
}

/// Gives the engine the service's long work: stacks and operations on stack sets.
pub fn workflows(engine: &mut durable::Engine) {
    engine.workflow::<stack_sets::StackSetWorkflow>();
    engine.workflow::<workflow::StackWorkflow>();
}

/// The service.
pub fn service() -> Registration {
    Registration::new::<CloudFormation>()
        .operation::<CancelUpdateStack>()
        .operation::<ContinueUpdateRollback>()
        .operation::<CreateChangeSet>()
        .operation::<CreateStack>()
        .operation::<CreateStackInstances>()
        .operation::<CreateStackSet>()
        .operation::<DeleteChangeSet>()
        .operation::<DeleteStack>()
        .operation::<DeleteStackInstances>()
        .operation::<DeleteStackSet>()
        .operation::<DescribeChangeSet>()
        .operation::<DescribeStackEvents>()
        .operation::<DescribeStackInstance>()
        .operation::<DescribeStackResource>()
        .operation::<DescribeStackResources>()
        .operation::<DescribeStackSet>()
        .operation::<DescribeStackSetOperation>()
        .operation::<DescribeStacks>()
        .operation::<ExecuteChangeSet>()
        .operation::<GetStackPolicy>()
        .operation::<GetTemplate>()
        .operation::<GetTemplateSummary>()
        .operation::<ListChangeSets>()
        .operation::<ListExports>()
        .operation::<ListImports>()
        .operation::<ListStackInstances>()
        .operation::<ListStackResources>()
        .operation::<ListStackSetOperationResults>()
        .operation::<ListStackSetOperations>()
        .operation::<ListStackSets>()
        .operation::<ListStacks>()
        .operation::<RollbackStack>()
        .operation::<SetStackPolicy>()
        .operation::<SignalResource>()
        .operation::<StopStackSetOperation>()
        .operation::<UpdateStack>()
        .operation::<UpdateStackInstances>()
        .operation::<UpdateStackSet>()
        .operation::<UpdateTerminationProtection>()
        .operation::<ValidateTemplate>()
        .resource_type(resources::stack::StackType)
        .resource_type(resources::wait_condition::WaitCondition)
        .resource_type(resources::wait_condition_handle::WaitConditionHandle)
        .resources::<CloudFormation>(facts)
        .origins(places::origin)
}
