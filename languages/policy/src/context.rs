//! The condition keys of a request: a few dozen short texts, made for every decision, so all of them share one buffer.

use crate::{
    key::{Key, KeyText, hash},
    pattern::same,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeMap};
use std::{borrow::Borrow, collections::BTreeMap, fmt};

/// The value of a condition key, owned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ContextValue {
    /// A single-valued key.
    One(String),
    /// A multivalued key, such as `aws:TagKeys`; empty counts as missing.
    Many(Vec<String>),
}

impl From<&str> for ContextValue {
    fn from(value: &str) -> Self {
        Self::One(value.into())
    }
}
impl From<String> for ContextValue {
    fn from(value: String) -> Self {
        Self::One(value)
    }
}
impl From<&String> for ContextValue {
    fn from(value: &String) -> Self {
        Self::One(value.clone())
    }
}
impl From<bool> for ContextValue {
    fn from(value: bool) -> Self {
        Self::One(value.to_string())
    }
}
impl From<&base::Arn> for ContextValue {
    fn from(value: &base::Arn) -> Self {
        Self::One(value.to_string())
    }
}
impl From<Vec<String>> for ContextValue {
    fn from(values: Vec<String>) -> Self {
        Self::Many(values)
    }
}

/// A stretch of the buffer.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    from: usize,
    to: usize,
}

impl Stretch {
    fn of(self, text: &str) -> &str {
        text.get(self.from..self.to).unwrap_or_default()
    }
}

/// The value of a condition key, as a context holds it.
#[derive(Debug, Clone, Copy)]
pub enum ValueRef<'c> {
    /// A single-valued key.
    One(&'c str),
    /// A multivalued key: stretches of a text.
    Many(&'c str, &'c [Stretch]),
}

impl<'c> ValueRef<'c> {
    /// The values, one or many.
    pub fn values(self) -> impl Iterator<Item = &'c str> + Clone {
        let (one, text, many) = match self {
            Self::One(value) => (Some(value), "", &[][..]),
            Self::Many(text, many) => (None, text, many),
        };
        one.into_iter().chain(many.iter().map(move |stretch| stretch.of(text)))
    }
    pub(crate) fn is_empty(self) -> bool {
        matches!(self, Self::Many(_, []))
    }
    pub(crate) fn one(self) -> Option<&'c str> {
        match self {
            Self::One(value) => Some(value),
            Self::Many(..) => None,
        }
    }
}

impl fmt::Display for ValueRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(value) => f.write_str(value),
            Self::Many(..) => write!(f, "[{}]", self.values().collect::<Vec<_>>().join(", ")),
        }
    }
}

impl Serialize for ValueRef<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(value) => serializer.serialize_str(value),
            Self::Many(..) => serializer.collect_seq(self.values()),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Name {
    Known(&'static str),
    Here(Stretch),
}

#[derive(Debug, Clone, Copy)]
enum Value {
    Known(&'static str),
    One(Stretch),
    /// A stretch of `many`.
    Many(Stretch),
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    hash: u32,
    name: Name,
    value: Value,
}

/// The condition keys of a request. Keys are case-insensitive and kept in lowercase.
#[derive(Clone, Default)]
pub struct Context {
    entries: Vec<Entry>,
    /// Names that are not known at compile time, and values.
    text: String,
    /// The values of multivalued keys.
    many: Vec<Stretch>,
    /// A bit for each key's hash: most keys that policies ask for and requests lack are found out by it.
    filter: u64,
}

/// Room for the keys of an ordinary request.
const USUAL_KEYS: usize = 32;
const USUAL_TEXT: usize = 768;

impl Context {
    /// A context without keys.
    pub fn new() -> Self {
        Self::default()
    }
    /// A context without keys, with room for those of an ordinary request.
    pub fn with_room() -> Self {
        Self { entries: Vec::with_capacity(USUAL_KEYS), text: String::with_capacity(USUAL_TEXT), ..Self::default() }
    }
    /// Sets a single-valued key; replaces what was there.
    pub fn set(&mut self, key: &str, value: impl AsRef<str>) -> &mut Self {
        self.set_under("", key, value)
    }
    /// Sets a key of two parts, such as `aws:PrincipalTag/` and a tag's key.
    pub fn set_under(&mut self, prefix: &str, name: &str, value: impl AsRef<str>) -> &mut Self {
        let name = self.name(prefix, name);
        let value = Value::One(self.push(value.as_ref()));
        self.keep(name, value)
    }
    /// Sets a multivalued key; replaces what was there.
    pub fn set_many<V: AsRef<str>>(&mut self, key: &str, values: impl IntoIterator<Item = V>) -> &mut Self {
        let name = self.name("", key);
        let value = self.push_many(values);
        self.keep(name, value)
    }
    /// Sets a single-valued key that is known at compile time.
    pub fn set_key(&mut self, key: Key, value: &str) -> &mut Self {
        let value = Value::One(self.push(value));
        self.keep((key.hash, Name::Known(key.text)), value)
    }
    /// Sets a multivalued key that is known at compile time.
    pub fn set_key_many<V: AsRef<str>>(&mut self, key: Key, values: impl IntoIterator<Item = V>) -> &mut Self {
        let value = self.push_many(values);
        self.keep((key.hash, Name::Known(key.text)), value)
    }
    /// Sets a key of type Bool that is known at compile time.
    pub fn set_key_bool(&mut self, key: Key, value: bool) -> &mut Self {
        self.keep((key.hash, Name::Known(key.text)), Value::Known(if value { "true" } else { "false" }))
    }
    /// Sets a key of type Bool.
    pub fn set_bool(&mut self, key: &str, value: bool) -> &mut Self {
        let name = self.name("", key);
        self.keep(name, Value::Known(if value { "true" } else { "false" }))
    }
    /// Sets a key to a value of either form.
    pub fn put(&mut self, key: &str, value: impl Borrow<ContextValue>) -> &mut Self {
        match value.borrow() {
            ContextValue::One(value) => self.set(key, value),
            ContextValue::Many(values) => self.set_many(key, values),
        }
    }
    /// Removes a key.
    pub fn remove(&mut self, key: &str) {
        let key = KeyText::new(key);
        if let Some(at) = self.position(key.hash, &key.text) {
            self.entries.remove(at);
        }
    }
    /// The value of a key, in any case.
    pub fn get(&self, key: &str) -> Option<ValueRef<'_>> {
        self.get_key(&KeyText::new(key))
    }
    /// The keys, in lowercase and sorted, with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, ValueRef<'_>)> {
        let mut all: Vec<_> = self.entries.iter().map(|entry| (self.name_of(entry), self.value_of(entry))).collect();
        all.sort_unstable_by_key(|(name, _)| *name);
        all.into_iter()
    }
    /// True without any key.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn get_key(&self, key: &KeyText) -> Option<ValueRef<'_>> {
        self.position(key.hash, &key.text).map(|at| self.value_of(&self.entries[at]))
    }
    /// How many keys begin with a text in lowercase.
    pub(crate) fn count_under(&self, prefix: &str) -> usize {
        self.entries.iter().filter(|entry| self.name_of(entry).starts_with(prefix)).count()
    }

    fn name_of(&self, entry: &Entry) -> &str {
        match entry.name {
            Name::Known(text) => text,
            Name::Here(stretch) => stretch.of(&self.text),
        }
    }
    fn value_of(&self, entry: &Entry) -> ValueRef<'_> {
        match entry.value {
            Value::Known(text) => ValueRef::One(text),
            Value::One(stretch) => ValueRef::One(stretch.of(&self.text)),
            Value::Many(Stretch { from, to }) => ValueRef::Many(&self.text, self.many.get(from..to).unwrap_or_default()),
        }
    }
    fn position(&self, hash: u32, lower: &str) -> Option<usize> {
        if self.filter & bit(hash) == 0 {
            return None;
        }
        self.entries.iter().position(|entry| entry.hash == hash && same(self.name_of(entry).as_bytes(), lower.as_bytes()))
    }
    fn push(&mut self, text: &str) -> Stretch {
        let from = self.text.len();
        self.text.push_str(text);
        Stretch { from, to: self.text.len() }
    }
    fn push_many<V: AsRef<str>>(&mut self, values: impl IntoIterator<Item = V>) -> Value {
        let from = self.many.len();
        for value in values {
            let stretch = self.push(value.as_ref());
            self.many.push(stretch);
        }
        Value::Many(Stretch { from, to: self.many.len() })
    }
    fn name(&mut self, prefix: &str, name: &str) -> (u32, Name) {
        let from = self.text.len();
        self.text.push_str(prefix);
        self.text.push_str(name);
        if prefix.is_ascii() && name.is_ascii() {
            self.text[from..].make_ascii_lowercase();
        } else {
            let lower = self.text[from..].to_lowercase();
            self.text.truncate(from);
            self.text.push_str(&lower);
        }
        (hash(&self.text.as_bytes()[from..]), Name::Here(Stretch { from, to: self.text.len() }))
    }
    fn keep(&mut self, (hash, name): (u32, Name), value: Value) -> &mut Self {
        let entry = Entry { hash, name, value };
        match self.position(hash, self.name_of(&entry)) {
            Some(at) => self.entries[at] = entry,
            None => self.entries.push(entry),
        }
        self.filter |= bit(hash);
        self
    }
}

fn bit(hash: u32) -> u64 {
    1 << (hash & 63)
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(key, value)| (key, value.to_string()))).finish()
    }
}

impl Serialize for Context {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.entries.len()))?;
        for (key, value) in self.iter() {
            map.serialize_entry(key, &value)?;
        }
        map.end()
    }
}
impl<'de> Deserialize<'de> for Context {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut context = Self::new();
        for (key, value) in BTreeMap::<String, ContextValue>::deserialize(deserializer)? {
            context.put(&key, value);
        }
        Ok(context)
    }
}
