use crate::{Context, Grant, Policy, Principal};

/// A policy and what it is called in reasons.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// The policy's ARN, or words such as "inline policy X of role R".
    pub name: &'a str,
    /// The policy.
    pub policy: &'a Policy,
}

/// One action on one resource by one caller.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Who calls.
    pub principal: Principal<'a>,
    /// The caller's account; None for services, web identities and unsigned requests.
    pub principal_account: Option<&'a str>,
    /// `service:Name`.
    pub action: &'a str,
    /// The resource's ARN, or `*` for an action without resource.
    pub resource: &'a str,
    /// The account that owns the resource.
    pub resource_account: &'a str,
    /// The condition keys.
    pub context: &'a Context,
}

/// All policies that bear on a request.
#[derive(Debug, Clone, Copy, Default)]
pub struct Policies<'a> {
    /// Of the user and its groups, of the role, or of the user behind a federated session.
    pub identity: &'a [Named<'a>],
    /// The permissions boundary of the user or role.
    pub boundary: Option<Named<'a>>,
    /// The session's policies, a union. `Some(&[])` allows nothing; None does not limit the session.
    /// Users and root users have none: only their Denies would count.
    pub session: Option<&'a [Named<'a>]>,
    /// The resource's policy: a bucket's, a key's, a role's trust policy.
    pub resource: Option<Named<'a>>,
    /// The levels above the caller's account, outermost first; empty for the management account.
    pub service_control: &'a [Vec<Named<'a>>],
    /// The levels above the resource's account, outermost first; empty for the management account.
    pub resource_control: &'a [Vec<Named<'a>>],
    /// The policy of the VPC endpoint the call came through.
    pub vpc_endpoint: Option<Named<'a>>,
    /// The KMS key's grants.
    pub grants: &'a [Grant],
    /// The bucket's (or its account's) RestrictPublicBuckets is on.
    pub block_public_access: bool,
}
