//! The service's own resource types.

pub(crate) mod stack;
pub(crate) mod wait_condition;
pub(crate) mod wait_condition_handle;
