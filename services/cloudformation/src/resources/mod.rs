pub(crate) mod wait_condition;
pub(crate) mod wait_condition_handle;
