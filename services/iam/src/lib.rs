//! AWS IAM: roles, users, policies and access keys; what the gate asks of principals.
//!
//! Must not know other services, nor how decisions are made from what it keeps.

mod account_summary;
mod authorization_details;
mod by_arn;
mod credential_report;
mod documents;
mod entity;
mod error;
mod examples;
mod facts;
mod founding;
mod holding;
mod inputs;
mod last_used;
mod managed;
mod membership;
mod names;
mod oidc;
mod operations;
mod own;
mod pages;
mod passwords;
mod policies;
mod profiles;
mod resources;
mod shapes;
mod simulation;
mod state;
mod tags;
mod workflows;

use gate::{FollowsUse, FoundsAccounts, Protocol, Registration, Service};

pub use last_used::fold_trail;
pub use oidc::{discovery::Fetch, issuers::give_issuer_keys};
pub use operations::{
    add_client_id_to_open_id_connect_provider::AddClientIDToOpenIDConnectProvider, add_role_to_instance_profile::AddRoleToInstanceProfile,
    add_user_to_group::AddUserToGroup, attach_group_policy::AttachGroupPolicy, attach_role_policy::AttachRolePolicy,
    attach_user_policy::AttachUserPolicy, change_password::ChangePassword, create_access_key::CreateAccessKey,
    create_account_alias::CreateAccountAlias, create_group::CreateGroup, create_instance_profile::CreateInstanceProfile,
    create_login_profile::CreateLoginProfile, create_open_id_connect_provider::CreateOpenIDConnectProvider, create_policy::CreatePolicy,
    create_policy_version::CreatePolicyVersion, create_role::CreateRole, create_user::CreateUser, delete_access_key::DeleteAccessKey,
    delete_account_alias::DeleteAccountAlias, delete_account_password_policy::DeleteAccountPasswordPolicy, delete_group::DeleteGroup,
    delete_group_policy::DeleteGroupPolicy, delete_instance_profile::DeleteInstanceProfile, delete_login_profile::DeleteLoginProfile,
    delete_open_id_connect_provider::DeleteOpenIDConnectProvider, delete_policy::DeletePolicy, delete_policy_version::DeletePolicyVersion,
    delete_role::DeleteRole, delete_role_permissions_boundary::DeleteRolePermissionsBoundary, delete_role_policy::DeleteRolePolicy,
    delete_user::DeleteUser, delete_user_permissions_boundary::DeleteUserPermissionsBoundary, delete_user_policy::DeleteUserPolicy,
    detach_group_policy::DetachGroupPolicy, detach_role_policy::DetachRolePolicy, detach_user_policy::DetachUserPolicy,
    generate_credential_report::GenerateCredentialReport, generate_service_last_accessed_details::GenerateServiceLastAccessedDetails,
    get_access_key_last_used::GetAccessKeyLastUsed, get_account_authorization_details::GetAccountAuthorizationDetails,
    get_account_password_policy::GetAccountPasswordPolicy, get_account_summary::GetAccountSummary,
    get_context_keys_for_custom_policy::GetContextKeysForCustomPolicy,
    get_context_keys_for_principal_policy::GetContextKeysForPrincipalPolicy, get_credential_report::GetCredentialReport,
    get_group::GetGroup, get_group_policy::GetGroupPolicy, get_instance_profile::GetInstanceProfile, get_login_profile::GetLoginProfile,
    get_open_id_connect_provider::GetOpenIDConnectProvider, get_policy::GetPolicy, get_policy_version::GetPolicyVersion, get_role::GetRole,
    get_role_policy::GetRolePolicy, get_service_last_accessed_details::GetServiceLastAccessedDetails,
    get_service_last_accessed_details_with_entities::GetServiceLastAccessedDetailsWithEntities, get_user::GetUser,
    get_user_policy::GetUserPolicy, list_access_keys::ListAccessKeys, list_account_aliases::ListAccountAliases,
    list_attached_group_policies::ListAttachedGroupPolicies, list_attached_role_policies::ListAttachedRolePolicies,
    list_attached_user_policies::ListAttachedUserPolicies, list_entities_for_policy::ListEntitiesForPolicy,
    list_group_policies::ListGroupPolicies, list_groups::ListGroups, list_groups_for_user::ListGroupsForUser,
    list_instance_profile_tags::ListInstanceProfileTags, list_instance_profiles::ListInstanceProfiles,
    list_instance_profiles_for_role::ListInstanceProfilesForRole, list_open_id_connect_provider_tags::ListOpenIDConnectProviderTags,
    list_open_id_connect_providers::ListOpenIDConnectProviders, list_policies::ListPolicies,
    list_policies_granting_service_access::ListPoliciesGrantingServiceAccess, list_policy_tags::ListPolicyTags,
    list_policy_versions::ListPolicyVersions, list_role_policies::ListRolePolicies, list_role_tags::ListRoleTags, list_roles::ListRoles,
    list_user_policies::ListUserPolicies, list_user_tags::ListUserTags, list_users::ListUsers, put_group_policy::PutGroupPolicy,
    put_role_permissions_boundary::PutRolePermissionsBoundary, put_role_policy::PutRolePolicy,
    put_user_permissions_boundary::PutUserPermissionsBoundary, put_user_policy::PutUserPolicy,
    remove_client_id_from_open_id_connect_provider::RemoveClientIDFromOpenIDConnectProvider,
    remove_role_from_instance_profile::RemoveRoleFromInstanceProfile, remove_user_from_group::RemoveUserFromGroup,
    set_default_policy_version::SetDefaultPolicyVersion, simulate_custom_policy::SimulateCustomPolicy,
    simulate_principal_policy::SimulatePrincipalPolicy, tag_instance_profile::TagInstanceProfile,
    tag_open_id_connect_provider::TagOpenIDConnectProvider, tag_policy::TagPolicy, tag_role::TagRole, tag_user::TagUser,
    untag_instance_profile::UntagInstanceProfile, untag_open_id_connect_provider::UntagOpenIDConnectProvider, untag_policy::UntagPolicy,
    untag_role::UntagRole, untag_user::UntagUser, update_access_key::UpdateAccessKey,
    update_account_password_policy::UpdateAccountPasswordPolicy, update_assume_role_policy::UpdateAssumeRolePolicy,
    update_group::UpdateGroup, update_login_profile::UpdateLoginProfile,
    update_open_id_connect_provider_thumbprint::UpdateOpenIDConnectProviderThumbprint, update_role::UpdateRole,
    update_role_description::UpdateRoleDescription, update_user::UpdateUser,
};
pub use resources::{
    access_key::AccessKey, group::Group, group_policy::GroupPolicy, instance_profile::InstanceProfile, managed_policy::ManagedPolicy,
    oidc_provider::OIDCProvider, policy::Policy, role::Role, role_policy::RolePolicy, user::User, user_policy::UserPolicy,
    user_to_group_addition::UserToGroupAddition,
};
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
        .operation::<AddClientIDToOpenIDConnectProvider>()
        .operation::<AddRoleToInstanceProfile>()
        .operation::<AddUserToGroup>()
        .operation::<AttachGroupPolicy>()
        .operation::<AttachRolePolicy>()
        .operation::<AttachUserPolicy>()
        .operation::<ChangePassword>()
        .operation::<CreateAccessKey>()
        .operation::<CreateAccountAlias>()
        .operation::<CreateGroup>()
        .operation::<CreateInstanceProfile>()
        .operation::<CreateLoginProfile>()
        .operation::<CreateOpenIDConnectProvider>()
        .operation::<CreatePolicy>()
        .operation::<CreatePolicyVersion>()
        .operation::<CreateRole>()
        .operation::<CreateUser>()
        .operation::<DeleteAccessKey>()
        .operation::<DeleteAccountAlias>()
        .operation::<DeleteAccountPasswordPolicy>()
        .operation::<DeleteGroup>()
        .operation::<DeleteGroupPolicy>()
        .operation::<DeleteInstanceProfile>()
        .operation::<DeleteLoginProfile>()
        .operation::<DeleteOpenIDConnectProvider>()
        .operation::<DeletePolicy>()
        .operation::<DeletePolicyVersion>()
        .operation::<DeleteRole>()
        .operation::<DeleteRolePermissionsBoundary>()
        .operation::<DeleteRolePolicy>()
        .operation::<DeleteUser>()
        .operation::<DeleteUserPermissionsBoundary>()
        .operation::<DeleteUserPolicy>()
        .operation::<DetachGroupPolicy>()
        .operation::<DetachRolePolicy>()
        .operation::<DetachUserPolicy>()
        .operation::<GenerateCredentialReport>()
        .operation::<GenerateServiceLastAccessedDetails>()
        .operation::<GetAccessKeyLastUsed>()
        .operation::<GetAccountAuthorizationDetails>()
        .operation::<GetAccountPasswordPolicy>()
        .operation::<GetAccountSummary>()
        .operation::<GetContextKeysForCustomPolicy>()
        .operation::<GetContextKeysForPrincipalPolicy>()
        .operation::<GetCredentialReport>()
        .operation::<GetGroup>()
        .operation::<GetGroupPolicy>()
        .operation::<GetInstanceProfile>()
        .operation::<GetLoginProfile>()
        .operation::<GetOpenIDConnectProvider>()
        .operation::<GetPolicy>()
        .operation::<GetPolicyVersion>()
        .operation::<GetRole>()
        .operation::<GetRolePolicy>()
        .operation::<GetServiceLastAccessedDetails>()
        .operation::<GetServiceLastAccessedDetailsWithEntities>()
        .operation::<GetUser>()
        .operation::<GetUserPolicy>()
        .operation::<ListAccessKeys>()
        .operation::<ListAccountAliases>()
        .operation::<ListAttachedGroupPolicies>()
        .operation::<ListAttachedRolePolicies>()
        .operation::<ListAttachedUserPolicies>()
        .operation::<ListEntitiesForPolicy>()
        .operation::<ListGroupPolicies>()
        .operation::<ListGroups>()
        .operation::<ListGroupsForUser>()
        .operation::<ListInstanceProfileTags>()
        .operation::<ListInstanceProfiles>()
        .operation::<ListInstanceProfilesForRole>()
        .operation::<ListOpenIDConnectProviderTags>()
        .operation::<ListOpenIDConnectProviders>()
        .operation::<ListPolicies>()
        .operation::<ListPoliciesGrantingServiceAccess>()
        .operation::<ListPolicyTags>()
        .operation::<ListPolicyVersions>()
        .operation::<ListRolePolicies>()
        .operation::<ListRoleTags>()
        .operation::<ListRoles>()
        .operation::<ListUserPolicies>()
        .operation::<ListUserTags>()
        .operation::<ListUsers>()
        .operation::<PutGroupPolicy>()
        .operation::<PutRolePermissionsBoundary>()
        .operation::<PutRolePolicy>()
        .operation::<PutUserPermissionsBoundary>()
        .operation::<PutUserPolicy>()
        .operation::<RemoveClientIDFromOpenIDConnectProvider>()
        .operation::<RemoveRoleFromInstanceProfile>()
        .operation::<RemoveUserFromGroup>()
        .operation::<SetDefaultPolicyVersion>()
        .operation::<SimulateCustomPolicy>()
        .operation::<SimulatePrincipalPolicy>()
        .operation::<TagInstanceProfile>()
        .operation::<TagOpenIDConnectProvider>()
        .operation::<TagPolicy>()
        .operation::<TagRole>()
        .operation::<TagUser>()
        .operation::<UntagInstanceProfile>()
        .operation::<UntagOpenIDConnectProvider>()
        .operation::<UntagPolicy>()
        .operation::<UntagRole>()
        .operation::<UntagUser>()
        .operation::<UpdateAccessKey>()
        .operation::<UpdateAccountPasswordPolicy>()
        .operation::<UpdateAssumeRolePolicy>()
        .operation::<UpdateGroup>()
        .operation::<UpdateLoginProfile>()
        .operation::<UpdateOpenIDConnectProviderThumbprint>()
        .operation::<UpdateRole>()
        .operation::<UpdateRoleDescription>()
        .operation::<UpdateUser>()
        .resource_type(AccessKey)
        .resource_type(Group)
        .resource_type(GroupPolicy)
        .resource_type(InstanceProfile)
        .resource_type(ManagedPolicy)
        .resource_type(OIDCProvider)
        .resource_type(Policy)
        .resource_type(Role)
        .resource_type(RolePolicy)
        .resource_type(User)
        .resource_type(UserPolicy)
        .resource_type(UserToGroupAddition)
        .resources(facts::resources)
        .principals(facts::principals)
        .access_keys(facts::access_keys)
        .unique_ids(facts::unique_ids)
        .roles(facts::roles)
        .founding(founding::found)
        .managed_policies(facts::managed_policies)
        .identity_providers(oidc::issuers::provider)
        .issuer_keys_wanted(oidc::issuers::wanted)
}
