//! Reading properties of templates.

use gate::Error;
use serde::Serialize;
use serde_json::{Map, Value};

fn wrong(what: &str) -> Error {
    Error::new("ValidationError", format!("Properties validation failed: {what}"))
}

/// A document's text: templates give it as an object or as text.
pub(crate) fn document(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A list of texts; none if the property is not there.
pub(crate) fn texts(properties: &Value, name: &str) -> Result<Vec<String>, Error> {
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(|| wrong(&format!("#/{name}: expected a list of strings")));
    match properties.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => items.iter().map(text).collect(),
        Some(one) => Ok(vec![text(one)?]),
    }
}

/// A required text.
pub(crate) fn text<'v>(properties: &'v Value, name: &str) -> Result<&'v str, Error> {
    properties.get(name).and_then(Value::as_str).ok_or_else(|| wrong(&format!("#: required key [{name}] not found")))
}

/// A required document's text.
pub(crate) fn required_document(properties: &Value, name: &str) -> Result<String, Error> {
    properties.get(name).filter(|v| !v.is_null()).map(document).ok_or_else(|| wrong(&format!("#: required key [{name}] not found")))
}

/// The input of a call: `from` properties under the same names, where they are given, and `more`.
pub(crate) fn input(properties: &Value, from: &[&str], more: Value) -> Value {
    let mut input: Map<String, Value> = from
        .iter()
        .filter_map(|name| properties.get(*name).map(|value| ((*name).to_owned(), value.clone())))
        .filter(|(_, v)| !v.is_null())
        .collect();
    if let Value::Object(more) = more {
        input.extend(more);
    }
    Value::Object(input)
}

/// The `Path`, which is `/` where none is given.
pub(crate) fn path(properties: &Value) -> &str {
    properties.get("Path").and_then(Value::as_str).unwrap_or("/")
}

/// A member of an operation's answer: `/Group/Arn`.
pub(crate) fn member(answer: &impl Serialize, pointer: &str) -> Result<Value, Error> {
    let answer = serde_json::to_value(answer).map_err(Error::internal)?;
    answer.pointer(pointer).cloned().ok_or_else(|| Error::internal(format_args!("an answer has no {pointer}")))
}

/// Something that is gone already is as good as deleted.
pub(crate) fn gone_is_fine<T>(result: Result<T, Error>) -> Result<(), Error> {
    match result {
        Err(error) if error.code != "NoSuchEntity" => Err(error),
        _ => Ok(()),
    }
}
