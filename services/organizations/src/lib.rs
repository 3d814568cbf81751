//! AWS Organizations: the accounts of this server in a tree of units, and the policies that limit them.
//!
//! Must not know how decisions are made: it tells the gate where an account stands, and the gate decides. Accounts get
//! their first principals by the gate, from the service that keeps principals.

mod error;
mod examples;
mod facts;
mod ids;
mod imagined;
mod operations;
mod pages;
mod policies;
mod resources;
mod shapes;
mod state;
mod tags;
mod tree;

use gate::{CreatesAccounts, Protocol, Registration, Service};
pub use imagined::{ImaginedNode, ImaginedOrganization, ImaginedPolicy, imagine};

pub use operations::{
    attach_policy::AttachPolicy, close_account::CloseAccount, create_account::CreateAccount, create_organization::CreateOrganization,
    create_organizational_unit::CreateOrganizationalUnit, create_policy::CreatePolicy, delete_organization::DeleteOrganization,
    delete_organizational_unit::DeleteOrganizationalUnit, delete_policy::DeletePolicy, describe_account::DescribeAccount,
    describe_create_account_status::DescribeCreateAccountStatus, describe_organization::DescribeOrganization,
    describe_organizational_unit::DescribeOrganizationalUnit, describe_policy::DescribePolicy, detach_policy::DetachPolicy,
    disable_policy_type::DisablePolicyType, enable_policy_type::EnablePolicyType, list_accounts::ListAccounts,
    list_accounts_for_parent::ListAccountsForParent, list_children::ListChildren, list_create_account_status::ListCreateAccountStatus,
    list_organizational_units_for_parent::ListOrganizationalUnitsForParent, list_parents::ListParents, list_policies::ListPolicies,
    list_policies_for_target::ListPoliciesForTarget, list_roots::ListRoots, list_tags_for_resource::ListTagsForResource,
    list_targets_for_policy::ListTargetsForPolicy, move_account::MoveAccount,
    remove_account_from_organization::RemoveAccountFromOrganization, tag_resource::TagResource, untag_resource::UntagResource,
    update_organizational_unit::UpdateOrganizationalUnit, update_policy::UpdatePolicy,
};
pub use resources::{account::Account, organization::Organization, organizational_unit::OrganizationalUnit, policy::Policy};

/// The service's token.
pub struct Organizations(());

impl Service for Organizations {
    const NAME: &'static str = "organizations";
    const PRINCIPAL: &'static str = "organizations.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}
impl CreatesAccounts for Organizations {}

/// The service.
pub fn service() -> Registration {
    Registration::new::<Organizations>()
        .operation::<AttachPolicy>()
        .operation::<CloseAccount>()
        .operation::<CreateAccount>()
        .operation::<CreateOrganization>()
        .operation::<CreateOrganizationalUnit>()
        .operation::<CreatePolicy>()
        .operation::<DeleteOrganization>()
        .operation::<DeleteOrganizationalUnit>()
        .operation::<DeletePolicy>()
        .operation::<DescribeAccount>()
        .operation::<DescribeCreateAccountStatus>()
        .operation::<DescribeOrganization>()
        .operation::<DescribeOrganizationalUnit>()
        .operation::<DescribePolicy>()
        .operation::<DetachPolicy>()
        .operation::<DisablePolicyType>()
        .operation::<EnablePolicyType>()
        .operation::<ListAccounts>()
        .operation::<ListAccountsForParent>()
        .operation::<ListChildren>()
        .operation::<ListCreateAccountStatus>()
        .operation::<ListOrganizationalUnitsForParent>()
        .operation::<ListParents>()
        .operation::<ListPolicies>()
        .operation::<ListPoliciesForTarget>()
        .operation::<ListRoots>()
        .operation::<ListTagsForResource>()
        .operation::<ListTargetsForPolicy>()
        .operation::<MoveAccount>()
        .operation::<RemoveAccountFromOrganization>()
        .operation::<TagResource>()
        .operation::<UntagResource>()
        .operation::<UpdateOrganizationalUnit>()
        .operation::<UpdatePolicy>()
        .resource_type(Account)
        .resource_type(Organization)
        .resource_type(OrganizationalUnit)
        .resource_type(Policy)
        .resources(facts::resources)
        .organization(facts::organization, facts::standing, facts::founded)
}
