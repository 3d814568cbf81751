//! What the analyses look at.

use crate::{
    Cause, Certainty, Finding, Kind, Layer, Place, Severity,
    repairs::calls::{Look, Needed},
};
use policy::PolicyKind;
use serde_json::Value;

/// A policy document, and whose it is.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// The id of the account that it is in.
    pub(crate) account: String,
    /// The ARNs of the roles, users, buckets or keys that it hangs on.
    pub(crate) owners: Vec<String>,
    /// Where it hangs.
    pub(crate) kind: PolicyKind,
    /// What people call it: the policy's name, or its owner's.
    pub(crate) name: String,
    /// Account, stack and resource.
    pub(crate) subject: Vec<String>,
    /// Its text.
    pub(crate) text: String,
    /// The services that its owners trust.
    pub(crate) trusting: Vec<String>,
    /// Why calls that need it may not be known.
    pub(crate) unsure: Option<String>,
    /// All calls of its owners are known: what none of them needs is told.
    pub(crate) exercised: bool,
}

/// The documents, and where their parts were written.
pub(crate) struct Documents<'a> {
    /// The documents.
    pub(crate) list: Vec<Document>,
    /// The place of an element (`Action/0`, `Principal`) of a statement of a document.
    pub(crate) place: &'a dyn Fn(usize, usize, &str) -> Option<Place>,
    /// The ARNs of all that the estate has.
    pub(crate) things: Vec<String>,
}

/// A document, read.
pub(super) struct Read<'a> {
    pub of: &'a Document,
    pub statements: Vec<Statement>,
    index: usize,
    pub things: &'a [String],
    place: &'a dyn Fn(usize, usize, &str) -> Option<Place>,
}

/// A statement, read.
pub(super) struct Statement {
    pub index: usize,
    pub sid: Option<String>,
    /// Its conditions, as they stand.
    pub condition: Option<Value>,
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
    /// What it is called.
    pub fn called(&self) -> String {
        self.sid.as_ref().map_or_else(|| format!("statement {}", self.index + 1), |sid| format!("the statement {sid}"))
    }

    /// Whether its conditions hold for a call.
    pub fn holds(&self, call: &Needed) -> bool {
        let look = Look { action: None, resource: None, condition: self.condition.as_ref() };
        self.condition.is_none() || look.matches(call)
    }

    /// Whether a condition chooses among the resources: by a tag, or by a key's alias.
    pub fn chooses(&self) -> bool {
        let by_tag = |key: &str| key.contains(":resourcetag/");
        self.conditions.iter().any(|(_, key, _)| by_tag(key)) || self.has_key(&["kms:resourcealiases", "kms:requestalias"])
    }

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
        Some(Read { of, statements, index, things: &self.things, place: self.place })
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
        let Document { subject, name, .. } = self.of;
        Finding {
            id: format!("{}:{}:{name}:{about}", kind.name(), subject.join("/")),
            kind,
            severity,
            layer: Layer::Grants,
            subject: subject.clone(),
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
        sid: value.get("Sid").and_then(Value::as_str).map(str::to_owned),
        condition: value.get("Condition").cloned(),
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
