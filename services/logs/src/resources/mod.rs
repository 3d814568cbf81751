pub(crate) mod log_group;
pub(crate) mod log_stream;
pub(crate) mod resource_policy;

use gate::ResourceContext;
use serde_json::Value;

/// A property's text.
fn text<'v>(properties: &'v Value, name: &str) -> Option<&'v str> {
    properties.get(name).and_then(Value::as_str)
}

/// The name that the template gives, or one made up of the stack's.
fn name_or_generated(context: &ResourceContext<'_>, properties: &Value, name: &str) -> String {
    text(properties, name).map_or_else(|| context.generated_name(512), str::to_owned)
}

/// A document given as an object or as its text.
fn document(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
