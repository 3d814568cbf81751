//! REST bindings as data: which request is which operation, and where the members of inputs and outputs lie.

mod decode;
mod encode;

pub use decode::{Request, decode, finish_body};
pub use encode::{EncodeError, RestBody, RestResponse, encode};

use crate::{Decoded, xml::Names};
use serde_json::Value;
use std::fmt;

/// What a path addresses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// `/`.
    Service,
    /// `/bucket`.
    Bucket,
    /// `/bucket/key`.
    Object,
}

/// Where a member lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum At {
    /// The path's bucket.
    Bucket,
    /// The path's key.
    Key,
    /// A query parameter.
    Query(&'static str),
    /// A header.
    Header(&'static str),
    /// All headers with this prefix, as a map of what follows it.
    HeaderPrefix(&'static str),
    /// The body as XML with this root element.
    XmlBody(&'static str),
    /// The body as text.
    TextBody,
    /// The body as it is, not held in memory.
    Stream,
}

/// How a header or parameter is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// As text.
    Text,
    /// As HTTP's date; ISO 8601 in the value.
    HttpDate,
    /// Items between commas.
    List,
}

/// One member of an input or output.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// AWS's name.
    pub name: &'static str,
    /// Where it lies.
    pub at: At,
    /// How it is written there.
    pub form: Form,
    /// Whether a request without it is refused (bodies only; operations know about the rest).
    pub required: bool,
}

/// What an answer's body is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OutputBody {
    /// Nothing.
    None,
    /// XML: a root element with all members that are not in headers.
    Xml(&'static str),
    /// XML: this member is the root element.
    XmlMember(&'static str),
    /// XML: a root element whose text is this member.
    XmlText(&'static str, &'static str),
    /// This member's text.
    Text(&'static str),
    /// The object itself, which this crate does not see.
    Stream,
}

/// How an answer is written.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// HTTP status of success.
    pub status: u16,
    /// Members in headers, in groups that operations share.
    pub headers: &'static [&'static [Member]],
    /// The body.
    pub body: OutputBody,
}

/// One operation of a REST service.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// AWS's name.
    pub operation: &'static str,
    /// HTTP method.
    pub method: &'static str,
    /// What the path addresses.
    pub target: Target,
    /// Query parameters that make it this operation, with the value if that matters.
    pub query: &'static [(&'static str, Option<&'static str>)],
    /// A header that makes it this operation.
    pub header: Option<&'static str>,
    /// The input's members, in groups that operations share.
    pub members: &'static [&'static [Member]],
    /// The answer.
    pub output: Output,
}

impl Binding {
    /// The input's members.
    pub fn members(&self) -> impl Iterator<Item = &'static Member> {
        self.members.iter().flat_map(|group| group.iter())
    }
}

/// A whole service.
#[derive(Clone, Copy, Debug)]
pub struct Api {
    /// The operations, in groups.
    pub bindings: &'static [&'static [Binding]],
    /// Query parameters that always choose the operation: a request with one that its binding does not name is none of ours.
    pub markers: &'static [&'static str],
    /// Headers that always choose the operation, as the markers do.
    pub header_markers: &'static [&'static str],
    /// How lists and renamed members are written.
    pub names: Names,
    /// Members that are percent-encoded in answers when `EncodingType` is `url`.
    pub url_encoded: &'static [&'static str],
    /// The namespace of answers.
    pub xmlns: &'static str,
}

impl Api {
    /// The binding of an operation.
    pub fn binding(&self, operation: &str) -> Option<&'static Binding> {
        self.bindings.iter().flat_map(|group| group.iter()).find(|b| b.operation == operation)
    }
    /// The names of all operations.
    pub fn operations(&self) -> impl Iterator<Item = &'static str> {
        self.bindings.iter().flat_map(|group| group.iter()).map(|b| b.operation)
    }
}

/// What a request's body is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BodyKind {
    /// Nothing is read.
    None,
    /// XML: the member that it becomes, its root element, and whether it must be there.
    Xml(&'static str, &'static str, bool),
    /// Text: the member that it becomes.
    Text(&'static str),
    /// Streamed to the operation, beside its input.
    Stream,
}

/// A request, decoded but for its body.
#[derive(Clone, PartialEq, Debug)]
pub struct RestRequest {
    /// AWS's name of the operation.
    pub operation: &'static str,
    /// The members that lie outside the body.
    pub input: Value,
    /// What to do with the body.
    pub body: BodyKind,
}

impl RestRequest {
    /// The same in the shape that all protocols come to, once its body was put in.
    pub fn to(self, service: &str) -> Decoded {
        Decoded { service: service.to_owned(), operation: self.operation.to_owned(), input: self.input }
    }
}

/// Why a request was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RestError {
    /// No operation of the table: its name as AWS would form it.
    NotImplemented {
        /// `GetBucketCors`.
        operation: String,
    },
    /// The request cannot be read.
    Invalid {
        /// AWS's code.
        code: &'static str,
        /// For people.
        message: String,
    },
}

impl RestError {
    pub(crate) fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { code, message: message.into() }
    }
    /// AWS's code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotImplemented { .. } => "NotImplemented",
            Self::Invalid { code, .. } => code,
        }
    }
    /// HTTP status.
    pub fn status(&self) -> u16 {
        if matches!(self, Self::NotImplemented { .. }) { 501 } else { 400 }
    }
}

impl fmt::Display for RestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotImplemented { operation } => {
                write!(f, "The operation {operation} is not implemented. It was refused without any effect.")
            }
            Self::Invalid { message, .. } => f.write_str(message),
        }
    }
}
impl std::error::Error for RestError {}
