use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeMap};
use std::{collections::BTreeMap, fmt};

/// The value of a condition key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ContextValue {
    /// A single-valued key.
    One(String),
    /// A multivalued key, such as `aws:TagKeys`; empty counts as missing.
    Many(Vec<String>),
}

impl ContextValue {
    /// The values, one or many.
    pub fn values(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
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

impl fmt::Display for ContextValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(value) => f.write_str(value),
            Self::Many(values) => write!(f, "[{}]", values.join(", ")),
        }
    }
}

/// The condition keys of a request. Keys are case-insensitive and kept in lowercase.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context(Vec<(Box<str>, ContextValue)>);

impl Context {
    /// A context without keys.
    pub fn new() -> Self {
        Self::default()
    }
    /// Sets a single-valued key; replaces what was there.
    pub fn set(&mut self, key: &str, value: impl Into<String>) -> &mut Self {
        self.put(key, ContextValue::One(value.into()))
    }
    /// Sets a multivalued key; replaces what was there.
    pub fn set_many<V: Into<String>>(&mut self, key: &str, values: impl IntoIterator<Item = V>) -> &mut Self {
        self.put(key, ContextValue::Many(values.into_iter().map(Into::into).collect()))
    }
    /// Sets a key of type Bool.
    pub fn set_bool(&mut self, key: &str, value: bool) -> &mut Self {
        self.set(key, if value { "true" } else { "false" })
    }
    /// Sets a key to a value of either form.
    pub fn put(&mut self, key: &str, value: ContextValue) -> &mut Self {
        let key = key.to_lowercase();
        match self.find(&key) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (key.into(), value)),
        }
        self
    }
    /// Removes a key.
    pub fn remove(&mut self, key: &str) -> Option<ContextValue> {
        let at = self.find(&key.to_lowercase()).ok()?;
        Some(self.0.remove(at).1)
    }
    /// The value of a key, in any case.
    pub fn get(&self, key: &str) -> Option<&ContextValue> {
        if key.bytes().any(|b| b.is_ascii_uppercase() || !b.is_ascii()) {
            return self.get_lower(&key.to_lowercase());
        }
        self.get_lower(key)
    }
    /// The keys, in lowercase and sorted, with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ContextValue)> {
        self.0.iter().map(|(key, value)| (&**key, value))
    }
    /// True without any key.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub(crate) fn get_lower(&self, key: &str) -> Option<&ContextValue> {
        self.find(key).ok().map(|at| &self.0[at].1)
    }
    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(have, _)| (**have).cmp(key))
    }
}

impl Serialize for Context {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in self.iter() {
            map.serialize_entry(key, value)?;
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
