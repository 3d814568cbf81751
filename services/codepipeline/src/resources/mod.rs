//! The service's CloudFormation resource types.

pub(crate) mod custom_action_type;
pub(crate) mod pipeline;
pub(crate) mod webhook;
