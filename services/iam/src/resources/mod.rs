//! IAM's resource types of CloudFormation.

pub(crate) mod managed_policy;
pub(crate) mod oidc_provider;
pub(crate) mod policy;
pub(crate) mod properties;
pub(crate) mod role;
