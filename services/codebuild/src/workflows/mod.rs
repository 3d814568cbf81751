pub(crate) mod batch;
pub(crate) mod build;
