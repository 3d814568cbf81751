//! Evaluated values with their places.

use std::fmt;

use serde_json::Value;

use crate::node::{Kind, Node, shorten};
use crate::{Part, Span, span::Ruler};

/// A value and where its text was written.
///
/// A value that passed through `Ref` of a parameter, `If`, `Select` or `FindInMap` keeps the place where its text stands,
/// and `via` names the places it passed. A composed value (`Sub`, `Join`) keeps its own place, and `parts` says where
/// each stretch of it was written.
#[derive(Clone, PartialEq)]
pub struct Located {
    /// The value.
    pub value: LocatedValue,
    /// Where it was written.
    pub span: Span,
    /// The functions it passed through, the outermost first.
    pub via: Vec<Span>,
    /// For a composed string or a literal block: where each stretch of it was written. Empty when `span` says it all.
    pub parts: Vec<Part>,
    /// It holds a `NoEcho` parameter or a resolved secret, so it is kept out of logs and of `Debug`.
    pub secret: bool,
}

/// What a value is. Numbers keep the text they were written with.
#[derive(Clone, PartialEq)]
pub enum LocatedValue {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number's text.
    Number(String),
    /// A string.
    String(String),
    /// A list.
    List(Vec<Located>),
    /// An object, in the template's order.
    Map(Vec<(String, Located)>),
}

impl Located {
    /// A value that was written at one place.
    pub fn new(value: LocatedValue, span: Span) -> Located {
        Located { value, span, via: Vec::new(), parts: Vec::new(), secret: false }
    }

    /// A value that has no text in the template, such as a resource's attribute, at the place that asks for it.
    pub fn from_json(value: Value, span: &Span) -> Located {
        let value = match value {
            Value::Null => LocatedValue::Null,
            Value::Bool(value) => LocatedValue::Bool(value),
            Value::Number(number) => LocatedValue::Number(number.to_string()),
            Value::String(text) => LocatedValue::String(text),
            Value::Array(items) => LocatedValue::List(items.into_iter().map(|item| Located::from_json(item, span)).collect()),
            Value::Object(map) => LocatedValue::Map(map.into_iter().map(|(key, value)| (key, Located::from_json(value, span))).collect()),
        };
        Located::new(value, span.clone())
    }

    /// The member of an object.
    pub fn get(&self, key: &str) -> Option<&Located> {
        match &self.value {
            LocatedValue::Map(members) => members.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn items(&self) -> Option<&[Located]> {
        match &self.value {
            LocatedValue::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value under a JSON pointer.
    pub fn pointer(&self, pointer: &str) -> Option<&Located> {
        pointer.split('/').skip(1).try_fold(self, |value, step| match &value.value {
            LocatedValue::List(items) => items.get(step.parse::<usize>().ok()?),
            _ => value.get(&step.replace("~1", "/").replace("~0", "~")),
        })
    }

    /// The text of a scalar; a number's as written.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            LocatedValue::Bool(true) => Some("true"),
            LocatedValue::Bool(false) => Some("false"),
            LocatedValue::Number(text) | LocatedValue::String(text) => Some(text),
            LocatedValue::Null | LocatedValue::List(_) | LocatedValue::Map(_) => None,
        }
    }

    /// Where the byte `offset` of this string was written: for a policy that is written as text, a statement's line.
    pub fn place(&self, offset: usize) -> Span {
        let Some(text) = self.text() else {
            return self.span.clone();
        };
        let end = text[offset.min(text.len())..].chars().next().map_or(offset, |c| offset + c.len_utf8());
        match slice_parts(text, &self.parts, &self.span, offset, end).into_iter().next() {
            Some(part) => part.span,
            None => self.span.clone(),
        }
    }

    /// The value as JSON. A number becomes a JSON number only if JSON writes it the same way; otherwise it stays text.
    pub fn to_json(&self) -> Value {
        match &self.value {
            LocatedValue::Null => Value::Null,
            LocatedValue::Bool(value) => Value::Bool(*value),
            LocatedValue::Number(text) => match serde_json::from_str::<serde_json::Number>(text) {
                Ok(number) if number.to_string() == *text => Value::Number(number),
                _ => Value::String(text.clone()),
            },
            LocatedValue::String(text) => Value::String(text.clone()),
            LocatedValue::List(items) => Value::Array(items.iter().map(Located::to_json).collect()),
            LocatedValue::Map(members) => members.iter().map(|(key, value)| (key.clone(), value.to_json())).collect(),
        }
    }

    /// The place of every value in this one, by JSON pointer, in order; the first is the whole, under the empty pointer.
    pub fn origins(&self) -> Vec<(String, Span)> {
        let mut list = Vec::new();
        self.collect(&mut String::new(), &mut list);
        list
    }

    fn collect(&self, pointer: &mut String, list: &mut Vec<(String, Span)>) {
        list.push((pointer.clone(), self.span.clone()));
        let length = pointer.len();
        match &self.value {
            LocatedValue::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    pointer.push_str(&format!("/{index}"));
                    item.collect(pointer, list);
                    pointer.truncate(length);
                }
            }
            LocatedValue::Map(members) => {
                for (key, value) in members {
                    pointer.push('/');
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                    value.collect(pointer, list);
                    pointer.truncate(length);
                }
            }
            LocatedValue::String(text) => self.collect_written(text, pointer, list),
            _ => {}
        }
    }

    /// The places within a text that is a policy.
    fn collect_written(&self, text: &str, pointer: &mut String, list: &mut Vec<(String, Span)>) {
        const LONGEST: usize = 64 * 1024;
        if text.len() > LONGEST || !text.trim_start().starts_with('{') || !text.contains("Statement") {
            return;
        }
        let Ok(root) = crate::json::parse(text, &"".into(), &mut crate::diagnostic::Findings::default()) else { return };
        // Byte offsets of characters, and the first character of each line.
        let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let lines: Vec<usize> =
            std::iter::once(0).chain(text.chars().enumerate().filter(|(_, c)| *c == '\n').map(|(at, _)| at + 1)).collect();
        let mut slicer = self.slicer();
        let mut place = |at: &Span| {
            let number = lines.get(at.line as usize - 1).map(|line| line + at.column as usize - 1);
            let (from, to) = number.map_or((0, 0), |number| {
                let offset = |number: usize| offsets.get(number).copied().unwrap_or(text.len());
                (offset(number), offset(number + 1))
            });
            slicer.slice(from, to).into_iter().next().map_or_else(|| self.span.clone(), |part| part.span)
        };
        collect_nodes(&root, pointer, &mut place, list);
    }

    /// Its text for a message: cut to a readable length, and hidden when it is a secret.
    pub(crate) fn shown(&self) -> String {
        match self.secret {
            true => "****".to_owned(),
            false => shorten(self.text().unwrap_or_default()),
        }
    }

    /// Its size in memory, roughly.
    pub(crate) fn weight(&self) -> usize {
        const EACH: usize = 64;
        EACH + match &self.value {
            LocatedValue::List(items) => items.iter().map(Located::weight).sum(),
            LocatedValue::Map(members) => members.iter().map(|(key, value)| key.len() + value.weight()).sum(),
            _ => self.text().map_or(0, str::len) + self.parts.len() * EACH,
        }
    }

    /// Notes that the value passed through a function at `span`.
    pub(crate) fn through(mut self, span: &Span) -> Located {
        self.via.insert(0, span.clone());
        self
    }

    /// The parts of its text, one at least.
    pub(crate) fn all_parts(&self) -> Vec<Part> {
        self.text().map(|text| slice_parts(text, &self.parts, &self.span, 0, text.len())).unwrap_or_default()
    }

    /// The bytes `from..to` of a string, with their places.
    pub(crate) fn slice(&self, from: usize, to: usize) -> Located {
        self.cut(&mut self.slicer(), from, to)
    }

    /// What cuts this string into slices.
    pub(crate) fn slicer(&self) -> Slicer<'_> {
        Slicer::new(self.text().unwrap_or_default(), &self.parts, &self.span)
    }

    /// As `slice`, with one slicer for all slices.
    pub(crate) fn cut(&self, slicer: &mut Slicer<'_>, from: usize, to: usize) -> Located {
        let text = self.text().unwrap_or_default();
        let parts = slicer.slice(from, to);
        let value = LocatedValue::String(text[from..to].to_owned());
        let (span, parts) = match <[Part; 1]>::try_from(parts) {
            Ok([part]) => (part.span, Vec::new()),
            Err(parts) => (self.span.clone(), parts),
        };
        Located { value, span, parts, via: self.via.clone(), secret: self.secret }
    }
}

/// The parts that make up the bytes `from..to` of a text, counted from `from`.
pub(crate) fn slice_parts(text: &str, parts: &[Part], span: &Span, from: usize, to: usize) -> Vec<Part> {
    Slicer::new(text, parts, span).slice(from, to)
}

/// Cuts a text into slices that know their places. Going forward costs no more than the text's length.
pub(crate) struct Slicer<'t> {
    text: &'t str,
    parts: &'t [Part],
    span: &'t Span,
    /// The ruler of the part with this number.
    ruler: Option<(usize, Ruler<'t>)>,
}

impl<'t> Slicer<'t> {
    pub(crate) fn new(text: &'t str, parts: &'t [Part], span: &'t Span) -> Slicer<'t> {
        Slicer { text, parts, span, ruler: None }
    }

    /// The parts that make up the bytes `from..to`, counted from `from`.
    pub(crate) fn slice(&mut self, from: usize, to: usize) -> Vec<Part> {
        if self.parts.is_empty() {
            let (text, span) = (self.text, self.span);
            let (_, ruler) = self.ruler.get_or_insert_with(|| (0, Ruler::new(text, span)));
            return vec![Part { start: 0, end: to - from, span: ruler.narrow(from, to) }];
        }
        // Parts are in order, so the first one that matters is found by halving.
        let first = self.parts.partition_point(|part| part.end <= from);
        let mut found = Vec::new();
        for (number, part) in self.parts.iter().enumerate().skip(first).take_while(|(_, part)| part.start < to.max(from + 1)) {
            let Some(within) = self.text.get(part.start..part.end) else { continue };
            if self.ruler.as_ref().is_none_or(|(known, _)| *known != number) {
                self.ruler = Some((number, Ruler::new(within, &part.span)));
            }
            let (start, end) = (part.start.max(from), part.end.min(to));
            if let Some((_, ruler)) = &mut self.ruler {
                let span = ruler.narrow(start - part.start, end.max(start) - part.start);
                found.push(Part { start: start - from, end: end.max(start) - from, span });
            }
        }
        found
    }
}

/// The places of what stands within a node.
fn collect_nodes(node: &Node, pointer: &mut String, place: &mut dyn FnMut(&Span) -> Span, list: &mut Vec<(String, Span)>) {
    let length = pointer.len();
    let mut within = |step: &str, node: &Node| {
        pointer.push('/');
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        list.push((pointer.clone(), place(&node.span)));
        collect_nodes(node, pointer, place, list);
        pointer.truncate(length);
    };
    match &node.kind {
        Kind::List(items) => items.iter().enumerate().for_each(|(index, item)| within(&index.to_string(), item)),
        Kind::Map(entries) => entries.iter().for_each(|entry| within(&entry.key.text, &entry.value)),
        _ => {}
    }
}

/// Whether a value, or one within it, is kept out of sight.
pub(crate) fn any_secret(value: &Located) -> bool {
    match &value.value {
        LocatedValue::List(items) => items.iter().any(any_secret),
        LocatedValue::Map(members) => members.iter().any(|(_, value)| any_secret(value)),
        _ => value.secret,
    }
}

/// A string under construction.
#[derive(Default)]
pub(crate) struct Composed {
    pub text: String,
    parts: Vec<Part>,
    secret: bool,
}

impl Composed {
    pub(crate) fn push(&mut self, text: &str, parts: &[Part]) {
        let offset = self.text.len();
        self.parts.extend(parts.iter().filter(|part| part.end > part.start).map(|part| Part {
            start: part.start + offset,
            end: part.end + offset,
            span: part.span.clone(),
        }));
        self.text.push_str(text);
    }

    pub(crate) fn push_value(&mut self, text: &str, value: &Located) {
        self.secret |= value.secret;
        self.push(text, &value.all_parts());
    }

    /// The text of a value as JSON, each scalar at its place. What stands between them is at the place of what it belongs to.
    pub(crate) fn push_json(&mut self, value: &Located) {
        match &value.value {
            LocatedValue::List(items) => {
                self.push_at("[", &value.span);
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.push_at(",", &value.span);
                    }
                    self.push_json(item);
                }
                self.push_at("]", &value.span);
            }
            LocatedValue::Map(members) => {
                self.push_at("{", &value.span);
                for (index, (key, member)) in members.iter().enumerate() {
                    let comma = if index > 0 { "," } else { "" };
                    self.push_at(&format!("{comma}{}:", Value::from(key.as_str())), &member.span);
                    self.push_json(member);
                }
                self.push_at("}", &value.span);
            }
            _ => {
                let text = value.to_json().to_string();
                let own = value.text().unwrap_or_default();
                self.secret |= value.secret;
                match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
                    // Without an escape in it, each stretch of the text keeps its place.
                    Some(inner) if inner == own => {
                        self.push_at("\"", &value.span);
                        self.push(own, &value.all_parts());
                        self.push_at("\"", &value.span);
                    }
                    _ => self.push_at(&text, &value.span),
                }
            }
        }
    }

    /// A text of one place.
    fn push_at(&mut self, text: &str, span: &Span) {
        match self.parts.last_mut() {
            Some(last) if last.end == self.text.len() && last.span == *span => {
                last.end += text.len();
                self.text.push_str(text);
            }
            _ => self.push(text, &[Part { start: 0, end: text.len(), span: span.clone() }]),
        }
    }

    pub(crate) fn into_parts(self) -> (String, Vec<Part>) {
        (self.text, self.parts)
    }

    pub(crate) fn finish(self, span: &Span) -> Located {
        Located { parts: self.parts, secret: self.secret, ..Located::new(LocatedValue::String(self.text), span.clone()) }
    }
}

impl fmt::Debug for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.secret && !matches!(self.value, LocatedValue::List(_) | LocatedValue::Map(_)) {
            return write!(f, "*** @ {:?}", self.span);
        }
        write!(f, "{:?} @ {:?}", self.value, self.span)
    }
}

impl fmt::Debug for LocatedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LocatedValue::Null => f.write_str("null"),
            LocatedValue::Bool(value) => write!(f, "{value}"),
            LocatedValue::Number(text) => f.write_str(text),
            LocatedValue::String(text) => write!(f, "{text:?}"),
            LocatedValue::List(items) => f.debug_list().entries(items).finish(),
            LocatedValue::Map(members) => f.debug_map().entries(members.iter().map(|(key, value)| (key, value))).finish(),
        }
    }
}
