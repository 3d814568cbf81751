pub(crate) mod event_bus;
pub(crate) mod event_bus_policy;
pub(crate) mod rule;

use serde_json::Value;

fn given<'v>(properties: &'v Value, name: &str) -> Option<&'v Value> {
    properties.get(name).filter(|value| !value.is_null())
}

fn text(properties: &Value, name: &str) -> Option<String> {
    given(properties, name).and_then(Value::as_str).map(str::to_owned)
}

/// A document given as an object or as its text.
fn document(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
