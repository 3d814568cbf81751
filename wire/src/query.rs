//! The query protocol: forms in, XML out.

use crate::{Decoded, encoding, xml};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fmt};

const MAX_PARAMETERS: usize = 10_000;
const MAX_DEPTH: usize = 24;

/// Why a form was refused; always status 400.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueryError {
    /// AWS's code.
    pub code: &'static str,
    /// For people.
    pub message: String,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
impl std::error::Error for QueryError {}

/// Whether a request is of this protocol: a form in its body, or an `Action` in its query string.
pub fn is_query(headers: &http::HeaderMap, query: &str) -> bool {
    let form =
        headers.get("content-type").is_some_and(|v| v.as_bytes().to_ascii_lowercase().starts_with(b"application/x-www-form-urlencoded"));
    form || encoding::query_pairs(query).any(|(name, _)| name == b"Action")
}

/// A form that was read, before its service is known.
#[derive(Clone, PartialEq, Debug)]
pub struct Form {
    /// `Action`.
    pub operation: String,
    /// `Version`: the date of the service's API.
    pub version: String,
    /// The members; all leaves are text.
    pub input: Value,
}

impl Form {
    /// Reads a form: the request's body, or its query string if the body is empty.
    pub fn read(text: &[u8]) -> Result<Self, QueryError> {
        let malformed = |message: &str| QueryError { code: "MalformedInput", message: message.to_owned() };
        let text = std::str::from_utf8(text).map_err(|_| malformed("The form is not UTF-8"))?;
        let (mut operation, mut version) = (None, None);
        let mut root = Node::default();
        for (count, (name, value)) in encoding::query_pairs(text).enumerate() {
            if count >= MAX_PARAMETERS {
                return Err(malformed("The form has too many parameters"));
            }
            let (Ok(name), Ok(value)) = (String::from_utf8(name), String::from_utf8(value)) else {
                return Err(malformed("The form is not UTF-8"));
            };
            let place = match name.as_str() {
                "Action" => &mut operation,
                "Version" => &mut version,
                // A presigned request's signature is not of the input.
                _ if name.starts_with("X-Amz-") => continue,
                _ => {
                    root.insert(&name, value)?;
                    continue;
                }
            };
            if place.replace(value).is_some() {
                return Err(malformed(&format!("'{name}' was given more than once")));
            }
        }
        let operation =
            operation.filter(|name| !name.is_empty() && name.len() <= 128 && name.bytes().all(|b| b.is_ascii_alphanumeric())).ok_or_else(
                || QueryError { code: "MissingAction", message: "The request must contain a valid parameter Action".to_owned() },
            )?;
        Ok(Self { operation, version: version.unwrap_or_default(), input: Value::Object(root.members()) })
    }
    /// The same as a request to `service`.
    pub fn to(self, service: &str) -> Decoded {
        Decoded { service: service.to_owned(), operation: self.operation, input: self.input }
    }
}

#[derive(Default)]
struct Node {
    text: Option<String>,
    branches: BTreeMap<String, Node>,
    /// Names in the order they came.
    order: Vec<String>,
}

impl Node {
    fn insert(&mut self, path: &str, text: String) -> Result<(), QueryError> {
        let malformed = |why: &str| QueryError { code: "MalformedInput", message: format!("The parameter '{path}' {why}") };
        let mut node = self;
        for (depth, name) in path.split('.').enumerate() {
            if depth >= MAX_DEPTH || name.is_empty() {
                return Err(malformed("is too deep or has an empty part"));
            }
            if !node.branches.contains_key(name) {
                node.order.push(name.to_owned());
            }
            node = node.branches.entry(name.to_owned()).or_default();
            if node.text.is_some() {
                return Err(malformed("was given twice, or both as a value and as a structure"));
            }
        }
        if !node.branches.is_empty() {
            return Err(malformed("was given both as a value and as a structure"));
        }
        node.text = Some(text);
        Ok(())
    }
    fn members(mut self) -> Map<String, Value> {
        let order = std::mem::take(&mut self.order);
        order.into_iter().filter_map(|name| self.branches.remove(&name).map(|node| (name, node.value()))).collect()
    }
    fn value(mut self) -> Value {
        if let Some(text) = self.text {
            return Value::String(text);
        }
        let indices: Option<BTreeMap<u32, String>> = self.order.iter().map(|name| Some((index(name)?, name.clone()))).collect();
        if let Some(indices) = indices {
            let items = indices.values().filter_map(|name| self.branches.remove(name));
            return Value::Array(items.map(Node::value).collect());
        }
        let mut members = self.members();
        if members.len() == 1 {
            // `A.member.1` and `A.entry.1.key`: the list and the map that the name stands for.
            if let Some(list @ Value::Array(_)) = members.get_mut("member") {
                return list.take();
            }
            if let Some(map) = members.get("entry").and_then(entries) {
                return Value::Object(map);
            }
        }
        Value::Object(members)
    }
}

/// A list's index, in its one spelling.
fn index(name: &str) -> Option<u32> {
    name.parse().ok().filter(|i: &u32| *i > 0 && i.to_string() == name)
}

fn entries(value: &Value) -> Option<Map<String, Value>> {
    let items = value.as_array()?;
    items
        .iter()
        .map(|item| {
            let key = item.get("key")?.as_str()?.to_owned();
            Some((key, item.get("value").cloned().unwrap_or(Value::String(String::new()))))
        })
        .collect()
}

/// The body of a success. Objects become elements, lists `<member>`s, `{"$map": {…}}` a map of `<entry>`s; nulls are left out.
/// An operation whose `result` is null has no result element.
pub fn response(operation: &str, xmlns: &str, result: &Value, request_id: &str) -> String {
    let mut out = format!("<{operation}Response xmlns=\"");
    xml::push_escaped(&mut out, xmlns);
    out.push_str("\">");
    if !result.is_null() {
        push(&mut out, &format!("{operation}Result"), result);
    }
    out.push_str("<ResponseMetadata>");
    xml::push_element(&mut out, "RequestId", request_id);
    out.push_str("</ResponseMetadata>");
    xml::close(&mut out, &format!("{operation}Response"));
    out
}

fn push(out: &mut String, name: &str, value: &Value) {
    if value.is_null() {
        return;
    }
    xml::open(out, name);
    match value {
        Value::Array(items) => items.iter().for_each(|item| push(out, "member", item)),
        Value::Object(members) => match members.get("$map") {
            Some(Value::Object(map)) if members.len() == 1 => {
                for (key, value) in map {
                    xml::open(out, "entry");
                    xml::push_element(out, "key", key);
                    push(out, "value", value);
                    xml::close(out, "entry");
                }
            }
            _ => members.iter().for_each(|(name, value)| push(out, name, value)),
        },
        scalar => xml::push_escaped(out, &xml::scalar(scalar).unwrap_or_default()),
    }
    xml::close(out, name);
}

/// The body of an error. `sender` tells whose fault it is: the caller's, or ours.
pub fn error(xmlns: &str, sender: bool, code: &str, message: &str, request_id: &str) -> String {
    let mut out = String::from("<ErrorResponse xmlns=\"");
    xml::push_escaped(&mut out, xmlns);
    out.push_str("\"><Error>");
    xml::push_element(&mut out, "Type", if sender { "Sender" } else { "Receiver" });
    xml::push_element(&mut out, "Code", code);
    xml::push_element(&mut out, "Message", message);
    out.push_str("</Error>");
    xml::push_element(&mut out, "RequestId", request_id);
    out.push_str("</ErrorResponse>");
    out
}

#[cfg(test)]
mod tests;
