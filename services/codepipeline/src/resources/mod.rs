//! The service's CloudFormation resource types.

pub(crate) mod pipeline;
