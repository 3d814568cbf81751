//! AWS Secrets Manager: secrets in versions that stages name, sealed under KMS keys on behalf of those who call.
//!
//! Must not know other services than kms. A value lies in the clear in the answer of a call alone.

mod error;
mod examples;
mod filters;
mod operations;
mod pages;
mod password;
mod policies;
mod removal;
mod resources;
mod secrets;
mod shapes;
mod state;
mod tags;
mod values;

use gate::{Protocol, Registration, Service};

pub use operations::{
    batch_get_secret_value::BatchGetSecretValue,
    create_secret::CreateSecret,
    delete_resource_policy::DeleteResourcePolicy,
    delete_secret::DeleteSecret,
    describe_secret::DescribeSecret,
    get_random_password::GetRandomPassword,
    get_resource_policy::GetResourcePolicy,
    get_secret_value::{GetSecretValue, Input as GetSecretValueInput, Output as GetSecretValueOutput},
    list_secret_version_ids::ListSecretVersionIds,
    list_secrets::ListSecrets,
    put_resource_policy::PutResourcePolicy,
    put_secret_value::PutSecretValue,
    restore_secret::RestoreSecret,
    tag_resource::TagResource,
    untag_resource::UntagResource,
    update_secret::UpdateSecret,
    update_secret_version_stage::UpdateSecretVersionStage,
    validate_resource_policy::ValidateResourcePolicy,
};
pub use resources::{resource_policy::ResourcePolicy, secret::Secret};

/// The service's token.
pub struct Secretsmanager(());

impl Service for Secretsmanager {
    const NAME: &'static str = "secretsmanager";
    const PRINCIPAL: &'static str = "secretsmanager.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// Registers the removal of secrets.
pub fn workflows(engine: &mut durable::Engine) {
    engine.workflow::<removal::Removal>();
}

/// The service.
pub fn service() -> Registration {
    Registration::new::<Secretsmanager>()
        .operation::<BatchGetSecretValue>()
        .operation::<CreateSecret>()
        .operation::<DeleteResourcePolicy>()
        .operation::<DeleteSecret>()
        .operation::<DescribeSecret>()
        .operation::<GetRandomPassword>()
        .operation::<GetResourcePolicy>()
        .operation::<GetSecretValue>()
        .operation::<ListSecretVersionIds>()
        .operation::<ListSecrets>()
        .operation::<PutResourcePolicy>()
        .operation::<PutSecretValue>()
        .operation::<RestoreSecret>()
        .operation::<TagResource>()
        .operation::<UntagResource>()
        .operation::<UpdateSecret>()
        .operation::<UpdateSecretVersionStage>()
        .operation::<ValidateResourcePolicy>()
        .resource_type(ResourcePolicy)
        .resource_type(Secret)
        .resources(secrets::resources)
}
