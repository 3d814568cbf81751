//! The service's own resource types.

pub(crate) mod stack;
