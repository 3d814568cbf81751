//! AWS CloudFormation: stacks of resources, made from templates, and change sets.
//!
//! An operation that changes a stack writes down what is to be, and the stack's workflow brings it about: one resource
//! a step, under the stack's role or on behalf of the caller, decided anew at each call.
//!
//! Must not know any other service or resource type: types are asked for by name, and they make their own calls.

mod changes;
mod error;
mod evaluation;
mod exports;
mod journal;
mod lifecycle;
mod names;
mod nested;
mod operations;
mod places;
mod prepare;
mod resources;
mod shapes;
mod state;
mod status;
mod template_url;
mod workflow;

use base::Arn;
use gate::{Error, Protocol, Registration, ResourceFacts, Service, View};

pub use operations::{
    continue_update_rollback::ContinueUpdateRollback, create_change_set::CreateChangeSet, create_stack::CreateStack,
    delete_change_set::DeleteChangeSet, delete_stack::DeleteStack, describe_change_set::DescribeChangeSet,
    describe_stack_events::DescribeStackEvents, describe_stack_resource::DescribeStackResource,
    describe_stack_resources::DescribeStackResources, describe_stacks::DescribeStacks, execute_change_set::ExecuteChangeSet,
    get_template::GetTemplate, get_template_summary::GetTemplateSummary, list_change_sets::ListChangeSets, list_exports::ListExports,
    list_stack_resources::ListStackResources, list_stacks::ListStacks, update_stack::UpdateStack,
    update_termination_protection::UpdateTerminationProtection, validate_template::ValidateTemplate,
};
pub use status::{ResourceStatus, StackStatus};

/// The service's token.
pub struct CloudFormation(());

impl Service for CloudFormation {
    const NAME: &'static str = "cloudformation";
    const PRINCIPAL: &'static str = "cloudformation.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Query;
}

fn facts(view: &mut View<'_, CloudFormation>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let (Some(account), Some((_, uuid))) = (arn.account(), arn.resource_of("stack").and_then(|path| path.split_once('/'))) else {
        return Ok(None);
    };
    let stack = view.get(&state::STACKS, &[account.as_str(), arn.region(), uuid])?;
    Ok(stack.map(|stack| {
        let tags = stack.shown().map(|v| v.tags.iter().map(|t| (t.key.clone(), t.value.clone())).collect()).unwrap_or_default();
        ResourceFacts { tags, ..ResourceFacts::owned_by(account) }
    }))
}

/// Gives the engine the service's long work: stacks.
pub fn workflows(engine: &mut durable::Engine) {
    engine.workflow::<workflow::StackWorkflow>();
}

/// The service.
pub fn service() -> Registration {
    Registration::new::<CloudFormation>()
        .operation::<ContinueUpdateRollback>()
        .operation::<CreateChangeSet>()
        .operation::<CreateStack>()
        .operation::<DeleteChangeSet>()
        .operation::<DeleteStack>()
        .operation::<DescribeChangeSet>()
        .operation::<DescribeStackEvents>()
        .operation::<DescribeStackResource>()
        .operation::<DescribeStackResources>()
        .operation::<DescribeStacks>()
        .operation::<ExecuteChangeSet>()
        .operation::<GetTemplate>()
        .operation::<GetTemplateSummary>()
        .operation::<ListChangeSets>()
        .operation::<ListExports>()
        .operation::<ListStackResources>()
        .operation::<ListStacks>()
        .operation::<UpdateStack>()
        .operation::<UpdateTerminationProtection>()
        .operation::<ValidateTemplate>()
        .resource_type(resources::stack::StackType)
        .resources::<CloudFormation>(facts)
        .origins(places::origin)
}
