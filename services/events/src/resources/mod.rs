pub(crate) mod event_bus;
pub(crate) mod event_bus_policy;
pub(crate) mod rule;

use crate::{TagResource, UntagResource};
use gate::{Error, ResourceContext, ResourceTags};
use serde_json::{Value, json};

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

/// Brings a resource's tags from what they were to what they are to be.
fn set_tags(context: &mut ResourceContext<'_>, arn: &str, old: &Value, new: &Value) -> Result<(), Error> {
    let (gone, set) = ResourceTags::change(old, new)?;
    if !gone.is_empty() {
        context.call_with::<UntagResource>(json!({"ResourceARN": arn, "TagKeys": gone}))?;
    }
    if !set.is_empty() {
        context.call_with::<TagResource>(json!({"ResourceARN": arn, "Tags": set.list("Key", "Value")}))?;
    }
    Ok(())
}
