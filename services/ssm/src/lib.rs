//! AWS Systems Manager's Parameter Store: parameters in hierarchies, versions and labels, sealed under KMS keys on behalf of
//! those who call.
//!
//! Must not know other services than kms. What changes is told to the feed, topics `ssm/parameter/ARN` and `ssm/policy/ARN`.

mod cipher;
mod error;
mod events;
mod examples;
mod filters;
mod names;
mod operations;
mod pages;
mod parameters;
mod policies;
mod resources;
mod shapes;
mod sharing;
mod state;
mod tags;
mod values;
mod workflows;

use gate::{Protocol, Registration, Service};

pub use operations::{
    add_tags_to_resource::AddTagsToResource,
    delete_parameter::DeleteParameter,
    delete_parameters::DeleteParameters,
    delete_resource_policy::DeleteResourcePolicy,
    describe_parameters::DescribeParameters,
    get_parameter::{GetParameter, Input as GetParameterInput, Output as GetParameterOutput},
    get_parameter_history::GetParameterHistory,
    get_parameters::{GetParameters, Input as GetParametersInput, Output as GetParametersOutput},
    get_parameters_by_path::GetParametersByPath,
    get_resource_policies::GetResourcePolicies,
    label_parameter_version::LabelParameterVersion,
    list_tags_for_resource::ListTagsForResource,
    put_parameter::PutParameter,
    put_resource_policy::PutResourcePolicy,
    remove_tags_from_resource::RemoveTagsFromResource,
    unlabel_parameter_version::UnlabelParameterVersion,
};
pub use resources::parameter::Parameter;
pub use shapes::Parameter as FoundParameter;

/// The service's token.
pub struct Ssm(());

impl Service for Ssm {
    const NAME: &'static str = "ssm";
    const PRINCIPAL: &'static str = "ssm.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// The service.
pub fn service() -> Registration {
    Registration::new::<Ssm>()
        .operation::<AddTagsToResource>()
        .operation::<DeleteParameter>()
        .operation::<DeleteParameters>()
        .operation::<DeleteResourcePolicy>()
        .operation::<DescribeParameters>()
        .operation::<GetParameter>()
        .operation::<GetParameterHistory>()
        .operation::<GetParameters>()
        .operation::<GetParametersByPath>()
        .operation::<GetResourcePolicies>()
        .operation::<LabelParameterVersion>()
        .operation::<ListTagsForResource>()
        .operation::<PutParameter>()
        .operation::<PutResourcePolicy>()
        .operation::<RemoveTagsFromResource>()
        .operation::<UnlabelParameterVersion>()
        .resource_type(Parameter)
        .resources(parameters::resources)
}

/// The service's long work.
pub fn workflows(engine: &mut durable::Engine) {
    engine.workflow::<workflows::keeper::Keeper>();
}
