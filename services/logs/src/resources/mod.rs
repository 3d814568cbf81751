pub(crate) mod log_group;
