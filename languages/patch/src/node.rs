//! The tree of a document, with the places of its values.

use crate::Step;
use serde_json::{Map, Value, json};

/// The deepest nesting. Everything after the parsers may recurse because of it.
pub(crate) const MAX_DEPTH: usize = 100;

/// A value and where it stands, in bytes.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Where its tag or anchor begins, or the value itself.
    pub outer: usize,
    /// Where the value begins.
    pub start: usize,
    /// The byte after its last one. Of a block: after its last value.
    pub end: usize,
    pub kind: Kind,
    /// The anchor that it defines, among the tree's.
    pub anchor: Option<usize>,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    /// As it is written.
    Number(String),
    Text(String, Quote),
    List(Layout, Vec<Node>),
    Map(Layout, Vec<Entry>),
    /// A short form: the function's long name and its argument. The argument's `outer` is its `start`.
    Call(String, Box<Node>),
    /// Of the tree's anchor with this number.
    Alias(usize),
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Always a text.
    pub key: Node,
    pub value: Node,
}

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quote {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
}

/// How a collection is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// By indentation.
    Block,
    /// Between brackets.
    Flow,
    /// In a way that is read and never changed: `[key: value]`, `? key`.
    Odd,
}

/// A name for a place that others refer to.
#[derive(Debug, Clone)]
pub(crate) struct Anchor {
    pub name: String,
    /// Where the aliases stand.
    pub aliases: Vec<usize>,
}

#[derive(Debug, Clone)]
pub(crate) struct Tree {
    pub root: Node,
    pub anchors: Vec<Anchor>,
}

impl Entry {
    pub(crate) fn name(&self) -> &str {
        self.key.text().unwrap_or_default()
    }
}

impl Node {
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text, _) => Some(text),
            _ => None,
        }
    }

    /// It has no text: `key:` with nothing behind.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self.kind, Kind::Null) && self.outer == self.end
    }

    pub(crate) fn layout(&self) -> Option<Layout> {
        match &self.kind {
            Kind::List(layout, _) | Kind::Map(layout, _) => Some(*layout),
            Kind::Call(_, argument) => argument.layout(),
            _ => None,
        }
    }

    pub(crate) fn describe(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::Text(..) => "a text",
            Kind::List(..) => "a list",
            Kind::Map(..) => "a mapping",
            Kind::Call(..) => "a function's short form",
            Kind::Alias(_) => "an alias",
        }
    }

    /// Its places are in order and say what they should: a parser that is misled by odd texts may tell them wrong.
    pub(crate) fn is_sound(&self, text: &str) -> bool {
        let Some(own) = text.get(self.start..self.end) else { return false };
        let brackets = match &self.kind {
            Kind::List(Layout::Flow, _) => own.len() > 1 && own.starts_with('[') && own.ends_with(']'),
            Kind::Map(Layout::Flow, _) => own.len() > 1 && own.starts_with('{') && own.ends_with('}'),
            Kind::Text(_, Quote::Single) => own.len() > 1 && own.starts_with('\'') && own.ends_with('\''),
            Kind::Text(_, Quote::Double) => own.len() > 1 && own.starts_with('"') && own.ends_with('"'),
            Kind::Text(_, Quote::Literal) => own.starts_with('|'),
            Kind::Text(_, Quote::Folded) => own.starts_with('>'),
            _ => true,
        };
        let inner = if self.layout() == Some(Layout::Flow) && !matches!(self.kind, Kind::Call(..)) { 1 } else { 0 };
        let mut at = self.start + inner;
        let last = self.end - inner.min(own.len());
        let mut follows = |node: &Node| {
            let fits = at <= node.outer && node.end <= last && node.is_sound(text);
            at = node.end;
            fits
        };
        let parts = match &self.kind {
            Kind::Map(_, entries) => entries.iter().all(|entry| follows(&entry.key) && follows(&entry.value)),
            Kind::List(_, items) => items.iter().all(follows),
            Kind::Call(_, argument) => follows(argument),
            _ => true,
        };
        self.outer <= self.start && text.is_char_boundary(self.outer) && brackets && parts
    }

    /// The values in it, each with the step to it.
    pub(crate) fn children(&self) -> Vec<(Step, &Node)> {
        match &self.kind {
            Kind::List(_, items) => items.iter().enumerate().map(|(index, item)| (Step::Index(index), item)).collect(),
            Kind::Map(_, entries) => entries.iter().map(|entry| (Step::from(entry.name()), &entry.value)).collect(),
            Kind::Call(function, argument) => vec![(Step::from(function.as_str()), argument)],
            _ => Vec::new(),
        }
    }

    /// The value. What has no place in JSON is an object with one member, whose name is in brackets: `(number)`, as written,
    /// where JSON would write it otherwise, and `(alias)`.
    pub(crate) fn value(&self, anchors: &[Anchor]) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(text) => match serde_json::from_str::<serde_json::Number>(text) {
                Ok(number) if number.to_string() == *text => Value::Number(number),
                _ => json!({ "(number)": text }),
            },
            Kind::Text(text, _) => Value::String(text.clone()),
            Kind::List(_, items) => Value::Array(items.iter().map(|item| item.value(anchors)).collect()),
            Kind::Map(_, entries) => one_form(entries.iter().map(|entry| (entry.name().to_owned(), entry.value.value(anchors))).collect()),
            Kind::Call(function, argument) => one_form(Map::from_iter([(function.clone(), argument.value(anchors))])),
            Kind::Alias(number) => json!({ "(alias)": anchors.get(*number).map(|anchor| &anchor.name) }),
        }
    }
}

/// `Fn::GetAtt` with its text in the place of its list: they mean the same.
fn one_form(mut map: Map<String, Value>) -> Value {
    if map.len() == 1
        && let Some(Value::Array(names)) = map.get("Fn::GetAtt")
        && let Some(names) = names.iter().map(Value::as_str).collect::<Option<Vec<_>>>()
    {
        map = Map::from_iter([("Fn::GetAtt".to_owned(), Value::String(names.join(".")))]);
    }
    Value::Object(map)
}

/// The same for a value that comes from outside.
pub(crate) fn normal(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(normal).collect()),
        Value::Object(map) => one_form(map.iter().map(|(key, value)| (key.clone(), normal(value))).collect()),
        other => other.clone(),
    }
}
