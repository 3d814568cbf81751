//! What the analyses look at.

use crate::{Cause, Certainty, Finding, Kind, Layer, Place, Severity};
use policy::PolicyKind;
use serde_json::Value;

/// A policy document, and whose it is.
#[derive(Debug, Clone)]
pub struct Document {
    /// The account that it is in.
    pub account: String,
    /// The ARN of the role, user, bucket or key that it hangs on.
    pub owner: String,
    /// Where it hangs.
    pub kind: PolicyKind,
    /// The policy's name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The documents, and where their parts were written.
pub struct Documents<'a> {
    /// The documents.
    pub list: Vec<Document>,
    /// The place of an element (`Action/0`, `Principal`) of a statement of a document.
    pub place: &'a dyn Fn(usize, usize, &str) -> Option<Place>,
}

/// A call that the delivery makes, or made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// The ARN of the caller's role or user, without a session's name.
    pub principal: String,
    /// The action, `service:Name`.
    pub action: String,
    /// The resource's ARN, or `*`.
    pub resource: String,
}

/// A document, read.
pub(super) struct Read<'a> {
    pub of: &'a Document,
    pub statements: Vec<Statement>,
    index: usize,
    place: &'a dyn Fn(usize, usize, &str) -> Option<Place>,
}

/// A statement, read.
pub(super) struct Statement {
    pub index: usize,
    pub allows: bool,
    /// None: it says NotAction.
    pub actions: Option<Vec<String>>,
    /// None: it says NotResource, or nothing.
    pub resources: Option<Vec<String>>,
    /// Kind (`AWS`, `Service`) and name.
    pub principals: Vec<(String, String)>,
    /// Operator, key in lower case, values.
    pub conditions: Vec<(String, String, Vec<String>)>,
}

impl Statement {
    pub fn has_key(&self, keys: &[&str]) -> bool {
        self.conditions.iter().any(|(_, key, _)| keys.contains(&key.as_str()))
    }
}

impl Documents<'_> {
    /// None: the text is no policy document.
    pub(super) fn read(&self, index: usize) -> Option<Read<'_>> {
        let of = self.list.get(index)?;
        let value: Value = serde_json::from_str(&of.text).ok()?;
        let statements = match value.get("Statement")? {
            Value::Array(list) => list.iter().enumerate().map(|(index, one)| statement(index, one)).collect(),
            one => vec![statement(0, one)],
        };
        Some(Read { of, statements, index, place: self.place })
    }
}

impl Read<'_> {
    /// A finding about an element of a statement. `about` tells it from others of the statement.
    pub fn finding(
        &self,
        kind: Kind,
        severity: Severity,
        (statement, element): (usize, &str),
        about: &str,
        title: String,
        why: String,
    ) -> Finding {
        let Document { account, owner, name, .. } = self.of;
        Finding {
            id: format!("{}:{owner}:{name}:{about}", kind.name()),
            kind,
            severity,
            layer: Layer::Deployment,
            subject: vec![account.clone(), owner.clone(), name.clone()],
            title,
            call: None,
            causes: vec![Cause { text: why, place: (self.place)(self.index, statement, element) }],
            notes: Vec::new(),
            certainty: Certainty::Certain,
            repairs: Vec::new(),
        }
    }
}

fn statement(index: usize, value: &Value) -> Statement {
    let principals = match value.get("Principal") {
        Some(Value::Object(kinds)) => {
            kinds.iter().flat_map(|(kind, names)| texts(names).into_iter().map(|name| (kind.clone(), name))).collect()
        }
        Some(Value::String(all)) => vec![("AWS".to_owned(), all.clone())],
        _ => Vec::new(),
    };
    let operators = value.get("Condition").and_then(Value::as_object).into_iter().flatten();
    let conditions = operators.flat_map(|(operator, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.map(|(key, values)| (operator.clone(), key.to_ascii_lowercase(), texts(values))).collect::<Vec<_>>()
    });
    Statement {
        index,
        allows: value.get("Effect").and_then(Value::as_str) == Some("Allow"),
        actions: value.get("Action").map(texts),
        resources: value.get("Resource").map(texts),
        principals,
        conditions: conditions.collect(),
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::String(text) => vec![text.clone()],
        _ => Vec::new(),
    }
}
