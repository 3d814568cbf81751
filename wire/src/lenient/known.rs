//! Inputs whose members are all known: what would be ignored is refused by its name.

use super::{DecodeError, Lenient};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::cell::Cell;

/// Watches over one input while it is read.
pub(super) struct Watch {
    /// Whether a part was taken as it is, to be sorted out by the type: flattened structures hide what they leave over.
    unsorted: Cell<bool>,
    /// Members that no type needs to know.
    idle: &'static [&'static str],
}

impl Watch {
    pub(super) fn taken_as_it_is(&self) {
        self.unsorted.set(true);
    }
    pub(super) fn minds(&self, member: &str) -> bool {
        !self.idle.contains(&member)
    }
}

impl DecodeError {
    pub(super) fn unknown() -> Self {
        Self { path: String::new(), message: "it is not known".to_owned(), missing: false, misshapen: false, unknown: true }
    }
}

/// Reads a typed input, of which nothing may be left over: a member that the type does not know is an error, unless it asks for
/// nothing (an empty list) or is one of the `idle` ones.
pub fn from_known<T: DeserializeOwned + Serialize>(value: &Value, idle: &'static [&'static str]) -> Result<T, DecodeError> {
    let watch = Watch { unsorted: Cell::new(false), idle };
    let typed = T::deserialize(Lenient(value, Some(&watch)))?;
    if watch.unsorted.get()
        && let Ok(kept) = serde_json::to_value(&typed)
        && let Some(path) = left_over(value, &kept, idle)
    {
        return Err(DecodeError { path, ..DecodeError::unknown() });
    }
    Ok(typed)
}

/// Whether a member changes anything where it is not known.
pub(super) fn asks_something(value: &Value) -> bool {
    match value {
        // What nobody knows is off, so a client that says so asks for nothing.
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty() && text != "false",
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(true) | Value::Number(_) => true,
    }
}

/// The first member that was given and not kept.
fn left_over(given: &Value, kept: &Value, idle: &[&str]) -> Option<String> {
    match (given, kept) {
        (Value::Object(given), Value::Object(kept)) => given.iter().find_map(|(name, value)| match kept.get(name) {
            None => (asks_something(value) && !idle.contains(&name.as_str())).then(|| name.clone()),
            Some(kept) => {
                let inner = left_over(value, kept, idle)?;
                Some(format!("{name}{}{inner}", if inner.starts_with('[') { "" } else { "." }))
            }
        }),
        (Value::Array(given), Value::Array(kept)) if given.len() == kept.len() => {
            given.iter().zip(kept).enumerate().find_map(|(at, (given, kept))| {
                let inner = left_over(given, kept, idle)?;
                Some(format!("[{at}]{}{inner}", if inner.starts_with('[') { "" } else { "." }))
            })
        }
        _ => None,
    }
}
