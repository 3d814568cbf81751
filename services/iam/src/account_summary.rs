//! How many of each kind an account has.
//! Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html>

use crate::{
    Iam, documents,
    entity::{self, Entity},
    holding::MOST_ATTACHED,
    membership::MOST_GROUPS,
    oidc::PROVIDERS,
    operations::{create_access_key::MOST_KEYS, create_policy_version::MOST_VERSIONS},
    state::{GroupRow, POLICIES, ProfileRow, RoleRow, UserRow},
};
use gate::{Error, View};

/// What there is, and AWS's quotas where Sekisho holds to them. There are no root credentials, certificates or MFA devices.
pub(crate) fn counts(view: &mut View<'_, Iam>) -> Result<Vec<(&'static str, usize)>, Error> {
    let account = view.account()?;
    let policies = view.scan(&POLICIES, &[account.as_str()])?;
    Ok(vec![
        ("AccessKeysPerUserQuota", MOST_KEYS),
        ("AccountAccessKeysPresent", 0),
        ("AccountMFAEnabled", 0),
        ("AccountPasswordPresent", 0),
        ("AccountSigningCertificatesPresent", 0),
        ("AssumeRolePolicySizeQuota", documents::TRUST),
        ("AttachedPoliciesPerGroupQuota", MOST_ATTACHED),
        ("AttachedPoliciesPerRoleQuota", MOST_ATTACHED),
        ("AttachedPoliciesPerUserQuota", MOST_ATTACHED),
        ("GlobalEndpointTokenVersion", 2),
        ("GroupPolicySizeQuota", GroupRow::INLINE_QUOTA),
        ("Groups", entity::all::<GroupRow>(view, None)?.len()),
        ("GroupsPerUserQuota", MOST_GROUPS),
        ("InstanceProfiles", entity::all::<ProfileRow>(view, None)?.len()),
        ("MFADevices", 0),
        ("MFADevicesInUse", 0),
        ("Policies", policies.len()),
        ("PolicySizeQuota", documents::MANAGED),
        ("PolicyVersionsInUse", policies.iter().map(|(_, row)| row.versions.len()).sum()),
        ("Providers", view.scan(&PROVIDERS, &[account.as_str()])?.len()),
        ("RolePolicySizeQuota", RoleRow::INLINE_QUOTA),
        ("Roles", entity::all::<RoleRow>(view, None)?.len()),
        ("ServerCertificates", 0),
        ("UserPolicySizeQuota", UserRow::INLINE_QUOTA),
        ("Users", entity::all::<UserRow>(view, None)?.len()),
        ("VersionsPerPolicyQuota", MOST_VERSIONS),
    ])
}
