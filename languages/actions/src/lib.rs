//! What AWS says of its actions: their resource types, condition keys and dependent actions. Pure.
//!
//! The tables in `data/` are generated (`generate.py`) from AWS's Service Authorization Reference, for the services that are
//! here and those whose actions stand in the policies of the deliveries that run here. Each table is read when it is first
//! asked for. Of all other services the names alone are known.
//! Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html>

mod keys;
mod names;
mod operations;
mod read;
mod table;

pub use keys::{KeyType, global_key, global_keys, key_type};
pub use names::{ServiceName, service_name, services};
pub use operations::action_of;
pub use table::{AccessLevel, Action, ConditionKey, On, ResourceType, Service, action, service, tables};
