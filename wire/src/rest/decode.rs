//! From a request to an operation and its input.

use super::{Api, At, Binding, BodyKind, Form, Member, RestError, RestRequest, Target};
use crate::{encoding, http_date, xml};
use http::HeaderMap;
use serde_json::{Map, Value};

const MAX_METADATA: usize = 1000;

/// A request whose path was taken apart.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `GET`, `PUT`, ...
    pub method: &'a str,
    /// The decoded bucket.
    pub bucket: Option<&'a str>,
    /// The decoded key.
    pub key: Option<&'a str>,
    /// The query string, undecoded.
    pub query: &'a str,
    /// All headers.
    pub headers: &'a HeaderMap,
}

impl Request<'_> {
    fn target(&self) -> Target {
        match (self.bucket, self.key) {
            (None, _) => Target::Service,
            (Some(_), None) => Target::Bucket,
            (Some(_), Some(_)) => Target::Object,
        }
    }
}

/// Finds the operation and reads the members that lie outside the body.
pub fn decode(api: &Api, request: Request<'_>) -> Result<RestRequest, RestError> {
    let mut query = Vec::new();
    for (name, value) in encoding::query_pairs(request.query) {
        match (String::from_utf8(name), String::from_utf8(value)) {
            (Ok(name), Ok(value)) => query.push((name, value)),
            _ => return Err(RestError::invalid("InvalidURI", "Couldn't parse the specified URI.")),
        }
    }
    let binding = find(api, request, &query)?;
    let presigned = query.iter().any(|(name, _)| name == "X-Amz-Signature");
    let mut input = Map::new();
    let mut body = BodyKind::None;
    for member in binding.members() {
        let text = match member.at {
            At::Bucket => request.bucket.map(str::to_owned),
            At::Key => request.key.map(str::to_owned),
            At::Query(name) => query.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone()),
            At::Header(name) => match header(request.headers, name)? {
                // Presigned requests may carry such headers as signed query parameters.
                None if presigned && name.starts_with("x-amz-") => {
                    query.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.clone())
                }
                found => found,
            },
            At::HeaderPrefix(prefix) => {
                let map = prefixed(request.headers, prefix)?;
                if !map.is_empty() {
                    input.insert(member.name.to_owned(), Value::Object(map));
                }
                None
            }
            At::XmlBody(root) => {
                body = BodyKind::Xml(member.name, root, member.required);
                None
            }
            At::TextBody => {
                body = BodyKind::Text(member.name);
                None
            }
            At::Stream => {
                body = BodyKind::Stream;
                None
            }
        };
        if let Some(value) = text.and_then(|text| read(member, text)) {
            input.insert(member.name.to_owned(), value);
        }
    }
    Ok(RestRequest { operation: binding.operation, input: Value::Object(input), body })
}

fn read(member: &Member, text: String) -> Option<Value> {
    match member.form {
        Form::Text => Some(Value::String(text)),
        // HTTP ignores a condition whose date cannot be read.
        Form::HttpDate => http_date::parse(&text).map(|date| Value::String(date.iso_millis())),
        Form::List => Some(text.split(',').map(|item| Value::from(item.trim())).collect()),
    }
}

fn header(headers: &HeaderMap, name: &str) -> Result<Option<String>, RestError> {
    let mut values = headers.get_all(name).iter();
    let Some(first) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(RestError::invalid("InvalidArgument", format!("The header '{name}' was given more than once")));
    }
    match std::str::from_utf8(first.as_bytes()) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(_) => Err(RestError::invalid("InvalidArgument", format!("The header '{name}' is not UTF-8"))),
    }
}

fn prefixed(headers: &HeaderMap, prefix: &str) -> Result<Map<String, Value>, RestError> {
    let mut map = Map::new();
    for name in headers.keys().filter(|n| n.as_str().len() > prefix.len() && n.as_str().starts_with(prefix)) {
        if map.len() >= MAX_METADATA {
            return Err(RestError::invalid("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size"));
        }
        let values: Result<Vec<&str>, _> = headers.get_all(name).iter().map(|v| std::str::from_utf8(v.as_bytes())).collect();
        let values = values.map_err(|_| RestError::invalid("InvalidArgument", format!("The header '{name}' is not UTF-8")))?;
        map.insert(name.as_str()[prefix.len()..].to_owned(), Value::String(values.join(",")));
    }
    Ok(map)
}

fn find(api: &Api, request: Request<'_>, query: &[(String, String)]) -> Result<&'static Binding, RestError> {
    let target = request.target();
    let markers: Vec<&str> = api.markers.iter().copied().filter(|marker| query.iter().any(|(name, _)| name == marker)).collect();
    let headers: Vec<&str> = api.header_markers.iter().copied().filter(|name| request.headers.contains_key(*name)).collect();
    let matches = |binding: &&Binding| {
        let has = |(name, value): &(&str, Option<&str>)| {
            query.iter().find(|(n, _)| n == name).is_some_and(|(_, v)| value.is_none_or(|wanted| wanted == v))
        };
        binding.method == request.method
            && binding.target == target
            && binding.query.iter().all(has)
            && markers.iter().all(|marker| binding.query.iter().any(|(name, _)| name == marker))
            && headers == binding.header.as_slice()
    };
    api.bindings.iter().flat_map(|group| group.iter()).find(matches).ok_or_else(|| {
        let mut operation = camel(&request.method.to_ascii_lowercase());
        operation.push_str(&format!("{target:?}"));
        markers.iter().chain(&headers).for_each(|marker| operation.push_str(&camel(marker)));
        RestError::NotImplemented { operation }
    })
}

fn camel(marker: &str) -> String {
    let part = |part: &str| part.chars().next().map(|first| first.to_uppercase().chain(part.chars().skip(1)).collect::<String>());
    marker
        .trim_start_matches("x-amz-")
        .split('-')
        .filter_map(part)
        .take(8)
        .collect::<String>()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(64)
        .collect()
}

/// Puts a body that was read whole into the input. Streams are none of its business.
pub fn finish_body(api: &Api, request: &mut RestRequest, body: &[u8]) -> Result<(), RestError> {
    let (member, value) = match request.body {
        BodyKind::None | BodyKind::Stream => return Ok(()),
        BodyKind::Text(member) => {
            let text = std::str::from_utf8(body).map_err(|_| RestError::invalid("InvalidRequest", "The request body is not UTF-8"))?;
            (member, Value::from(text))
        }
        BodyKind::Xml(_, root, required) if body.iter().all(u8::is_ascii_whitespace) => {
            return if required {
                Err(RestError::invalid("MissingRequestBodyError", format!("Request Body is empty; expected <{root}>")))
            } else {
                Ok(())
            };
        }
        BodyKind::Xml(member, root, _) => {
            (member, xml::read(body, root, api.names).map_err(|e| RestError::invalid("MalformedXML", e.to_string()))?)
        }
    };
    if let Value::Object(input) = &mut request.input {
        input.insert(member.to_owned(), value);
    }
    Ok(())
}
