//! Parameter Store's long work.

pub(crate) mod keeper;
