//! What the resource types have in common.

use crate::{TagResource, UntagResource};
use gate::{Error, ResourceContext, ResourceTags};
use serde_json::{Value, json};

fn wrong(what: &str) -> Error {
    Error::new("ValidationError", format!("Properties validation failed: {what}"))
}

/// A required text.
pub(crate) fn text<'v>(properties: &'v Value, name: &str) -> Result<&'v str, Error> {
    properties.get(name).and_then(Value::as_str).ok_or_else(|| wrong(&format!("#: required key [{name}] not found")))
}

/// A list of texts; none if the property is not there.
pub(crate) fn texts(properties: &Value, name: &str) -> Result<Vec<String>, Error> {
    let items = match properties.get(name) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(items)) => items.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    items
        .iter()
        .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| wrong(&format!("#/{name}: expected a list of strings"))))
        .collect()
}

/// Brings the tags from `old` to `new`.
pub(crate) fn change_tags(context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<(), Error> {
    let (gone, set) = ResourceTags::change(old, new)?;
    if !gone.is_empty() {
        context.call_with::<UntagResource>(json!({"ResourceId": id, "TagKeys": gone}))?;
    }
    if !set.is_empty() {
        context.call_with::<TagResource>(json!({"ResourceId": id, "Tags": set.list("Key", "Value")}))?;
    }
    Ok(())
}

/// Something that is gone already is as good as deleted.
pub(crate) fn gone_is_fine<T>(result: Result<T, Error>, code: &str) -> Result<(), Error> {
    match result {
        Err(error) if error.code != code && error.code != "AWSOrganizationsNotInUseException" => Err(error),
        _ => Ok(()),
    }
}
