//! AWS IAM: roles, users, policies and access keys; what the gate asks of principals.
//!
//! Must not know other services, nor how decisions are made from what it keeps.

mod by_arn;
mod documents;
mod entity;
mod error;
mod examples;
mod facts;
mod founding;
mod last_used;
mod managed;
mod names;
mod operations;
mod own;
mod pages;
mod policies;
mod resources;
mod shapes;
mod simulation;
mod state;
mod tags;
mod workflows;

use gate::{FollowsUse, FoundsAccounts, Protocol, Registration, Service};

pub use last_used::fold_trail;
pub use operations::{
    attach_role_policy::AttachRolePolicy, attach_user_policy::AttachUserPolicy, create_access_key::CreateAccessKey,
    create_policy::CreatePolicy, create_policy_version::CreatePolicyVersion, create_role::CreateRole, create_user::CreateUser,
    delete_access_key::DeleteAccessKey, delete_policy::DeletePolicy, delete_policy_version::DeletePolicyVersion, delete_role::DeleteRole,
    delete_role_permissions_boundary::DeleteRolePermissionsBoundary, delete_role_policy::DeleteRolePolicy, delete_user::DeleteUser,
    delete_user_policy::DeleteUserPolicy, detach_role_policy::DetachRolePolicy, detach_user_policy::DetachUserPolicy,
    generate_service_last_accessed_details::GenerateServiceLastAccessedDetails, get_access_key_last_used::GetAccessKeyLastUsed,
    get_context_keys_for_custom_policy::GetContextKeysForCustomPolicy,
    get_context_keys_for_principal_policy::GetContextKeysForPrincipalPolicy, get_policy::GetPolicy, get_policy_version::GetPolicyVersion,
    get_role::GetRole, get_role_policy::GetRolePolicy, get_service_last_accessed_details::GetServiceLastAccessedDetails,
    get_service_last_accessed_details_with_entities::GetServiceLastAccessedDetailsWithEntities, get_user::GetUser,
    get_user_policy::GetUserPolicy, list_access_keys::ListAccessKeys, list_attached_role_policies::ListAttachedRolePolicies,
    list_policies::ListPolicies, list_policies_granting_service_access::ListPoliciesGrantingServiceAccess,
    list_policy_versions::ListPolicyVersions, list_role_policies::ListRolePolicies, list_role_tags::ListRoleTags, list_roles::ListRoles,
    list_users::ListUsers, put_role_permissions_boundary::PutRolePermissionsBoundary, put_role_policy::PutRolePolicy,
    put_user_policy::PutUserPolicy, set_default_policy_version::SetDefaultPolicyVersion, simulate_custom_policy::SimulateCustomPolicy,
    simulate_principal_policy::SimulatePrincipalPolicy, tag_role::TagRole, untag_role::UntagRole, update_access_key::UpdateAccessKey,
    update_assume_role_policy::UpdateAssumeRolePolicy, update_role::UpdateRole,
};
pub use resources::{managed_policy::ManagedPolicy, policy::Policy, role::Role};
pub use tags::Tag;
pub use workflows::workflows;

/// The service's token.
pub struct Iam(());

impl Service for Iam {
    const NAME: &'static str = "iam";
    const PRINCIPAL: &'static str = "iam.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Query;
}
impl FollowsUse for Iam {}
impl FoundsAccounts for Iam {}

/// The service.
pub fn service() -> Registration {
    Registration::new::<Iam>()
        .operation::<AttachRolePolicy>()
        .operation::<AttachUserPolicy>()
        .operation::<CreateAccessKey>()
        .operation::<CreatePolicy>()
        .operation::<CreatePolicyVersion>()
        .operation::<CreateRole>()
        .operation::<CreateUser>()
        .operation::<DeleteAccessKey>()
        .operation::<DeletePolicy>()
        .operation::<DeletePolicyVersion>()
        .operation::<DeleteRole>()
        .operation::<DeleteRolePermissionsBoundary>()
        .operation::<DeleteRolePolicy>()
        .operation::<DeleteUser>()
        .operation::<DeleteUserPolicy>()
        .operation::<DetachRolePolicy>()
        .operation::<DetachUserPolicy>()
        .operation::<GenerateServiceLastAccessedDetails>()
        .operation::<GetAccessKeyLastUsed>()
        .operation::<GetContextKeysForCustomPolicy>()
        .operation::<GetContextKeysForPrincipalPolicy>()
        .operation::<GetPolicy>()
        .operation::<GetPolicyVersion>()
        .operation::<GetRole>()
        .operation::<GetRolePolicy>()
        .operation::<GetServiceLastAccessedDetails>()
        .operation::<GetServiceLastAccessedDetailsWithEntities>()
        .operation::<GetUser>()
        .operation::<GetUserPolicy>()
        .operation::<ListAccessKeys>()
        .operation::<ListAttachedRolePolicies>()
        .operation::<ListPolicies>()
        .operation::<ListPoliciesGrantingServiceAccess>()
        .operation::<ListPolicyVersions>()
        .operation::<ListRolePolicies>()
        .operation::<ListRoleTags>()
        .operation::<ListRoles>()
        .operation::<ListUsers>()
        .operation::<PutRolePermissionsBoundary>()
        .operation::<PutRolePolicy>()
        .operation::<PutUserPolicy>()
        .operation::<SetDefaultPolicyVersion>()
        .operation::<SimulateCustomPolicy>()
        .operation::<SimulatePrincipalPolicy>()
        .operation::<TagRole>()
        .operation::<UntagRole>()
        .operation::<UpdateAccessKey>()
        .operation::<UpdateAssumeRolePolicy>()
        .operation::<UpdateRole>()
        .resource_type(ManagedPolicy)
        .resource_type(Policy)
        .resource_type(Role)
        .resources(facts::resources)
        .principals(facts::principals)
        .access_keys(facts::access_keys)
        .unique_ids(facts::unique_ids)
        .roles(facts::roles)
        .founding(founding::found)
}
