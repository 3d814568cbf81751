//! The tree of a document, before it is understood as a template. JSON and YAML both become this.

use crate::diagnostic::Diagnostic;
use crate::{Part, Span, located::Located};

/// The largest template.
pub(crate) const MAX_BYTES: usize = 1024 * 1024;
/// The deepest nesting. Everything after the parsers may recurse because of it.
pub(crate) const MAX_DEPTH: usize = 100;
/// The most values, those that aliases expand to included.
pub(crate) const MAX_NODES: usize = 600_000;

/// A value, as it is written.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub span: Span,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// The text as written: an account number's leading zero counts.
    Number(String),
    /// The parts say where each line of a literal block stands; empty for everything else.
    String(String, Vec<Part>),
    /// A list.
    List(Vec<Node>),
    /// An object, in the order of its text. A short form is one with the function's long name.
    Map(Vec<Entry>),
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub key: Name,
    /// Its value.
    pub value: Node,
}

/// A name and its place.
#[derive(Clone, Debug)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl Node {
    /// What a reader would call it.
    pub fn describe(&self) -> &'static str {
        match self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::String(..) => "a string",
            Kind::List(_) => "a list",
            Kind::Map(_) => "an object",
        }
    }

    /// The member of an object.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key.text == key).map(|entry| &entry.value)
    }

    /// The members of an object; none of anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a scalar.
    pub fn scalar(&self) -> Option<&str> {
        match &self.kind {
            Kind::Bool(true) => Some("true"),
            Kind::Bool(false) => Some("false"),
            Kind::Number(text) | Kind::String(text, _) => Some(text),
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// The scalar as a name.
    pub(crate) fn name(&self) -> Option<Name> {
        self.scalar().map(|text| Name { text: text.to_owned(), span: self.span.clone() })
    }

    /// The value as it stands, with nothing evaluated.
    pub fn literal(&self) -> Located {
        use crate::LocatedValue as V;
        let value = match &self.kind {
            Kind::Null => V::Null,
            Kind::Bool(value) => V::Bool(*value),
            Kind::Number(text) => V::Number(text.clone()),
            Kind::String(text, _) => V::String(text.clone()),
            Kind::List(items) => V::List(items.iter().map(Node::literal).collect()),
            Kind::Map(entries) => V::Map(entries.iter().map(|e| (e.key.text.clone(), e.value.literal())).collect()),
        };
        let parts = match &self.kind {
            Kind::String(_, parts) => parts.clone(),
            _ => Vec::new(),
        };
        Located { parts, ..Located::new(value, self.span.clone()) }
    }
}

/// What a plain (unquoted) scalar is.
pub(crate) fn plain(text: &str) -> Kind {
    match yaml::plain(text) {
        yaml::Plain::Null => Kind::Null,
        yaml::Plain::Bool(value) => Kind::Bool(value),
        yaml::Plain::Number => Kind::Number(text.to_owned()),
        yaml::Plain::Text => Kind::String(text.to_owned(), Vec::new()),
    }
}

/// Adds an entry to a map, refusing a key that is there already.
#[derive(Default)]
pub(crate) struct MapBuilder {
    pub entries: Vec<Entry>,
    seen: std::collections::HashMap<String, usize>,
}

impl MapBuilder {
    /// A map this small is searched by eye.
    const SMALL: usize = 8;

    pub(crate) fn insert(&mut self, key: Name, value: Node) -> Result<(), Diagnostic> {
        if self.entries.len() == Self::SMALL {
            self.seen = self.entries.iter().enumerate().map(|(i, e)| (e.key.text.clone(), i)).collect();
        }
        let earlier = if self.entries.len() < Self::SMALL {
            self.entries.iter().position(|e| e.key.text == key.text)
        } else {
            self.seen.insert(key.text.clone(), self.entries.len())
        };
        let result = match earlier {
            Some(earlier) => Err(Diagnostic::error(&key.span, format!("Template format error: Duplicate key '{}'", shorten(&key.text)))
                .help(format!("it is already at {}; keep one of the two", self.entries[earlier].key.span))),
            None => Ok(()),
        };
        self.entries.push(Entry { key, value });
        result
    }
}

/// Text from outside, cut to what a message can hold.
pub(crate) fn shorten(text: &str) -> String {
    const MOST: usize = 120;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
