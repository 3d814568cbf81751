pub(crate) mod bucket;
pub(crate) mod bucket_policy;
mod configured;

use gate::Error;
use serde_json::Value;

pub(crate) fn missing(property: &str) -> Error {
    Error::new("ValidationError", format!("Properties validation failed: {property} is required"))
}

/// A property that is text.
pub(crate) fn text(properties: &Value, name: &str) -> Result<String, Error> {
    properties.get(name).and_then(Value::as_str).map(str::to_string).ok_or_else(|| missing(name))
}
