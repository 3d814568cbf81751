//! From an operation's output to an answer.

use super::{Api, At, Form, Member, OutputBody};
use crate::{encoding, xml};
use base::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};
use std::fmt;

/// An answer's body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RestBody {
    /// All of it.
    Bytes(Vec<u8>),
    /// The object, which the caller streams.
    Stream,
}

/// An answer.
#[derive(Clone, PartialEq, Debug)]
pub struct RestResponse {
    /// HTTP status.
    pub status: u16,
    /// Headers, the content type among them.
    pub headers: HeaderMap,
    /// The body.
    pub body: RestBody,
}

/// An output that cannot be written: a fault of ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EncodeError(pub String);

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the answer cannot be written: {}", self.0)
    }
}
impl std::error::Error for EncodeError {}

/// Writes the output of `operation`.
pub fn encode(api: &Api, operation: &str, output: &Value) -> Result<RestResponse, EncodeError> {
    let binding = api.binding(operation).ok_or_else(|| EncodeError(format!("{operation} has no binding")))?;
    let none = Map::new();
    let members = output.as_object().unwrap_or(&none);
    let mut headers = HeaderMap::new();
    let in_headers = |name: &str| binding.output.headers.iter().flat_map(|g| g.iter()).find(|m| m.name == name);
    for (name, value) in members {
        if let Some(member) = in_headers(name) {
            write_header(&mut headers, member, value)?;
        }
    }
    let url = members.get("EncodingType").and_then(Value::as_str) == Some("url");
    let writer = Writer { api, url };
    let text = |name: &str| members.get(name).and_then(xml::scalar).unwrap_or_default();
    let document = match binding.output.body {
        OutputBody::None => None,
        OutputBody::Stream => return Ok(RestResponse { status: binding.output.status, headers, body: RestBody::Stream }),
        OutputBody::Text(name) => {
            headers.insert("content-type", HeaderValue::from_static("application/json"));
            return Ok(RestResponse { status: binding.output.status, headers, body: RestBody::Bytes(text(name).into_bytes()) });
        }
        OutputBody::Xml(root) => Some(writer.document(root, |out| {
            members.iter().filter(|(name, _)| in_headers(name).is_none()).for_each(|(name, value)| writer.push(out, name, value));
        })),
        OutputBody::XmlMember(name) => Some(writer.document(name, |out| writer.content(out, members.get(name).unwrap_or(&Value::Null)))),
        OutputBody::XmlText(root, name) => Some(writer.document(root, |out| xml::push_escaped(out, &text(name)))),
    };
    if document.is_some() {
        headers.insert("content-type", HeaderValue::from_static("application/xml"));
    }
    Ok(RestResponse { status: binding.output.status, headers, body: RestBody::Bytes(document.unwrap_or_default().into_bytes()) })
}

fn write_header(headers: &mut HeaderMap, member: &Member, value: &Value) -> Result<(), EncodeError> {
    let wrong = |what: &str| EncodeError(format!("{} {what}", member.name));
    let mut add = |name: &str, text: &str| {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong("has a name that no header can have"))?;
        let value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| wrong("has a letter that no header can hold"))?;
        headers.append(name, value);
        Ok(())
    };
    match (member.at, value) {
        (_, Value::Null) => Ok(()),
        (At::HeaderPrefix(prefix), Value::Object(map)) => {
            map.iter().try_for_each(|(name, value)| add(&format!("{prefix}{name}"), &xml::scalar(value).unwrap_or_default()))
        }
        (At::Header(name), value) => {
            let text = xml::scalar(value).ok_or_else(|| wrong("is no text"))?;
            match member.form {
                Form::HttpDate => add(name, &Timestamp::parse_iso(&text).ok_or_else(|| wrong("is no time"))?.http()),
                Form::Text | Form::List => add(name, &text),
            }
        }
        _ => Err(wrong("does not belong into a header")),
    }
}

struct Writer<'a> {
    api: &'a Api,
    url: bool,
}

impl Writer<'_> {
    fn document(&self, root: &str, content: impl FnOnce(&mut String)) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml::open(&mut out, &format!("{root} xmlns=\"{}\"", self.api.xmlns));
        content(&mut out);
        xml::close(&mut out, root);
        out
    }

    fn push(&self, out: &mut String, name: &str, value: &Value) {
        match value {
            Value::Null => {}
            Value::Array(items) => {
                let list = self.api.names.lists.iter().find(|l| l.member == name);
                let element = list.map_or(name, |l| l.element);
                if let Some(item) = list.and_then(|l| l.item) {
                    xml::open(out, element);
                    items.iter().for_each(|value| self.element(out, item, value));
                    xml::close(out, element);
                } else {
                    items.iter().for_each(|value| self.element(out, element, value));
                }
            }
            Value::String(text) if self.url && self.api.url_encoded.contains(&name) => {
                xml::push_element(out, name, &encoding::encode_path(text.as_bytes()));
            }
            value => {
                let element = self.api.names.renamed.iter().find(|(member, _)| *member == name).map_or(name, |(_, element)| element);
                self.element(out, element, value);
            }
        }
    }

    fn element(&self, out: &mut String, name: &str, value: &Value) {
        // A grantee's kind is an attribute.
        match value.get("Type").and_then(Value::as_str) {
            Some(kind) if name == "Grantee" => {
                out.push_str("<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"");
                xml::push_escaped(out, kind);
                out.push_str("\">");
            }
            _ => {
                xml::open(out, name);
                self.content(out, value);
                return xml::close(out, name);
            }
        }
        value.as_object().into_iter().flatten().filter(|(name, _)| *name != "Type").for_each(|(name, value)| self.push(out, name, value));
        xml::close(out, name);
    }

    fn content(&self, out: &mut String, value: &Value) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, value)| self.push(out, name, value)),
            value => xml::push_escaped(out, &xml::scalar(value).unwrap_or_default()),
        }
    }
}
