//! One file for each operation.

pub(crate) mod create_backup;
pub(crate) mod describe_work;
pub(crate) mod rotate_root_key;
