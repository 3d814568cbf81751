//! The tags that a resource's properties give, in whatever form a service takes them.

use crate::Error;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The property `Tags` of a resource: a list of `Key` and `Value`, or a map.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResourceTags(BTreeMap<String, String>);

fn scalar(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        flag_or_number @ (Value::Bool(_) | Value::Number(_)) => Some(flag_or_number.to_string()),
        _ => None,
    }
}

impl ResourceTags {
    /// The tags of these properties.
    ///
    /// # Errors
    /// A tag is not a key with a value.
    pub fn of(properties: &Value) -> Result<Self, Error> {
        let wrong = || Error::new("ValidationError", "Properties validation failed: #/Tags: a tag has a Key and a Value");
        let pairs = match properties.get("Tags") {
            None | Some(Value::Null) => return Ok(Self::default()),
            Some(Value::Array(list)) => list.iter().map(|tag| Some((scalar(tag.get("Key"))?, scalar(tag.get("Value"))?))).collect(),
            Some(Value::Object(map)) => map.iter().map(|(key, value)| Some((key.clone(), scalar(Some(value))?))).collect(),
            Some(_) => None,
        };
        pairs.map(Self).ok_or_else(wrong)
    }
    /// As an operation takes them: objects with these two members.
    pub fn list(&self, key: &str, value: &str) -> Value {
        let object =
            |(k, v): (&String, &String)| Map::from_iter([(key.to_owned(), k.as_str().into()), (value.to_owned(), v.as_str().into())]);
        self.0.iter().map(object).collect()
    }
    /// As an operation takes them: a map.
    pub fn map(&self) -> &BTreeMap<String, String> {
        &self.0
    }
    /// What brings the tags of `old` to those of `new`: the keys to take away, and the tags to set.
    ///
    /// # Errors
    /// A tag is not a key with a value.
    pub fn change(old: &Value, new: &Value) -> Result<(Vec<String>, Self), Error> {
        let (old, mut new) = (Self::of(old)?, Self::of(new)?);
        let gone = old.0.keys().filter(|key| !new.0.contains_key(*key)).cloned().collect();
        new.0.retain(|key, value| old.0.get(key) != Some(value));
        Ok((gone, new))
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
