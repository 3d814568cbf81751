//! IAM's resource types of CloudFormation.

pub(crate) mod access_key;
pub(crate) mod group;
pub(crate) mod group_policy;
mod holders;
pub(crate) mod instance_profile;
pub(crate) mod managed_policy;
pub(crate) mod oidc_provider;
pub(crate) mod policy;
pub(crate) mod properties;
pub(crate) mod role;
pub(crate) mod role_policy;
pub(crate) mod user;
pub(crate) mod user_policy;
pub(crate) mod user_to_group_addition;
