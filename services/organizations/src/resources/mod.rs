pub(crate) mod account;
pub(crate) mod organization;
pub(crate) mod organizational_unit;
pub(crate) mod policy;
mod properties;
