pub(crate) mod event_bus;
pub(crate) mod event_bus_policy;
pub(crate) mod rule;

use serde_json::{Value, json};
use std::collections::BTreeMap;

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

/// The resource's own tags over the stack's.
fn tags(properties: &Value, stack: &[(String, String)]) -> BTreeMap<String, String> {
    let own = given(properties, "Tags").and_then(Value::as_array).into_iter().flatten();
    stack.iter().cloned().chain(own.filter_map(|tag| Some((text(tag, "Key")?, text(tag, "Value")?)))).collect()
}

fn tag_list(tags: &BTreeMap<String, String>) -> Value {
    tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}
