//! From a [`Value`] to an operation's typed input, forgiving about spelling: protocols without types write numbers,
//! flags and lists as text, and what the input's type asks for decides how a value is read.

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
    value::StrDeserializer,
};
use serde_json::{Map, Value};
use std::fmt;

mod known;

use known::Watch;
pub use known::from_known;

/// Why an input was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DecodeError {
    /// Where: `Tags[0].Key`; empty for the input itself.
    pub path: String,
    /// Why.
    pub message: String,
    /// Whether the member at `path` was required and is not there.
    pub missing: bool,
    /// Whether the input has the wrong shape, such as a list for a string, rather than a value that is not allowed.
    pub misshapen: bool,
    /// Whether the input has a member at `path` that its type does not know.
    pub unknown: bool,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "Value at '{path}': {}", self.message),
        }
    }
}
impl std::error::Error for DecodeError {}

impl DecodeError {
    fn shape(message: String) -> Self {
        Self { path: String::new(), message, missing: false, misshapen: true, unknown: false }
    }
    fn within(mut self, outer: &str) -> Self {
        let separator = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{outer}{separator}{}", self.path);
        self
    }
}

impl de::Error for DecodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { path: String::new(), message: message.to_string(), missing: false, misshapen: false, unknown: false }
    }
    fn missing_field(field: &'static str) -> Self {
        Self { path: field.to_owned(), message: "it is required".to_owned(), missing: true, misshapen: false, unknown: false }
    }
    // serde's own texts quote the value, which may be a secret.
    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::shape(format!("expected {expected}, found {}", kind_of(found)))
    }
    fn invalid_value(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let expected = expected.to_string();
        // What serde calls numbers are names of Rust's types, which say nothing to a client.
        let number = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "usize", "isize"].contains(&expected.as_str());
        Self::custom(if number { "the number is out of range".to_owned() } else { format!("expected {expected}") })
    }
    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::shape(format!("unknown field `{}`, expected one of {}", field.escape_debug(), expected.join(", ")))
    }
    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(format!("Member must satisfy enum value set: [{}]", expected.join(", ")))
    }
}

fn kind_of(found: de::Unexpected<'_>) -> &'static str {
    match found {
        de::Unexpected::Bool(_) => "a boolean",
        de::Unexpected::Unsigned(_) | de::Unexpected::Signed(_) | de::Unexpected::Float(_) => "a number",
        de::Unexpected::Str(_) | de::Unexpected::Char(_) => "a string",
        de::Unexpected::Seq => "a list",
        de::Unexpected::Map => "a structure",
        _ => "something else",
    }
}

/// Reads a typed value. Members that the type does not know are ignored.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, DecodeError> {
    T::deserialize(Lenient(&value, None))
}

/// A value, and what watches over members that nobody knows.
#[derive(Clone, Copy)]
struct Lenient<'a>(&'a Value, Option<&'a Watch>);

impl<'a> Lenient<'a> {
    fn wrong<T>(self, expected: &str) -> Result<T, DecodeError> {
        let found = match self.0 {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "a structure",
        };
        Err(DecodeError::shape(format!("expected {expected}, found {found}")))
    }
    fn items(self) -> Result<&'a [Value], DecodeError> {
        match self.0 {
            Value::Array(items) => Ok(items),
            // How the query protocol and XML write an empty list.
            Value::String(text) if text.is_empty() => Ok(&[]),
            Value::Object(members) if members.len() == 1 => match members.get("member") {
                Some(Value::Array(items)) => Ok(items),
                _ => self.wrong("a list"),
            },
            _ => self.wrong("a list"),
        }
    }
    fn text(self) -> Option<String> {
        crate::xml::scalar(self.0)
    }
    /// A whole number, however it is written; `1.0` is one.
    fn integer(self) -> Result<i128, DecodeError> {
        let whole = |f: f64| (f.fract() == 0.0 && f.abs() < 9.0e15).then_some(f as i128);
        let found = match self.0 {
            Value::Number(n) => n.as_i64().map(i128::from).or_else(|| n.as_u64().map(i128::from)).or_else(|| n.as_f64().and_then(whole)),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        found.map_or_else(|| self.wrong("an integer"), Ok)
    }
}

macro_rules! integers {
    ($($method:ident)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            let number = self.integer()?;
            if let Ok(number) = i64::try_from(number) {
                visitor.visit_i64(number)
            } else if let Ok(number) = u64::try_from(number) {
                visitor.visit_u64(number)
            } else {
                Err(de::Error::custom("the number is out of range"))
            }
        }
    )* };
}

impl<'de> Deserializer<'de> for Lenient<'_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if let Some(watch) = self.1 {
            watch.taken_as_it_is();
        }
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(*flag),
            Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
                (Some(n), ..) => visitor.visit_i64(n),
                (_, Some(n), _) => visitor.visit_u64(n),
                (.., Some(n)) => visitor.visit_f64(n),
                _ => self.wrong("a number"),
            },
            Value::String(text) => visitor.visit_str(text),
            Value::Array(items) => visit_items(items, self.1, visitor),
            Value::Object(members) => visitor.visit_map(Members { members: members.iter(), value: None, watch: self.1 }),
        }
    }
    integers! { deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 }
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let found = match self.0 {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok().filter(|f: &f64| f.is_finite()),
            _ => None,
        };
        found.map_or_else(|| self.wrong("a number"), |f| visitor.visit_f64(f))
    }
    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_f64(visitor)
    }
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.0 {
            Value::Bool(flag) => visitor.visit_bool(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => visitor.visit_bool(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => visitor.visit_bool(false),
            _ => self.wrong("true or false"),
        }
    }
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.text() {
            Some(text) => visitor.visit_string(text),
            None => self.wrong("a string"),
        }
    }
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }
    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }
    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }
    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }
    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.1.is_some() && known::asks_something(self.0) {
            return Err(DecodeError::unknown());
        }
        visitor.visit_unit()
    }
    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visit_items(self.items()?, self.1, visitor)
    }
    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_seq(visitor)
    }
    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_seq(visitor)
    }
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.0 {
            Value::Object(members) => visitor.visit_map(Members { members: members.iter(), value: None, watch: self.1 }),
            // How the query protocol and XML write an empty structure.
            Value::String(text) if text.is_empty() => {
                let none = Map::new();
                visitor.visit_map(Members { members: none.iter(), value: None, watch: None })
            }
            _ => self.wrong("a structure"),
        }
    }
    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_map(visitor)
    }
    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, DecodeError> {
        match self.0 {
            Value::Object(members) => match members.iter().next() {
                Some((name, value)) if members.len() == 1 => visitor.visit_enum(Variant { name, value: Some(Lenient(value, self.1)) }),
                _ => self.wrong("a structure with exactly one member"),
            },
            _ => match self.text() {
                Some(text) => visitor.visit_enum(Variant { name: &text, value: None }),
                None => self.wrong("a string"),
            },
        }
    }
    serde::forward_to_deserialize_any! { i128 u128 }
}

fn visit_items<'de, V: Visitor<'de>>(items: &[Value], watch: Option<&Watch>, visitor: V) -> Result<V::Value, DecodeError> {
    let mut access = Items { items: items.iter().enumerate(), watch };
    let value = visitor.visit_seq(&mut access)?;
    match access.items.len() {
        0 => Ok(value),
        more => Err(de::Error::custom(format!("the list has {more} items too many"))),
    }
}

struct Items<'a> {
    items: std::iter::Enumerate<std::slice::Iter<'a, Value>>,
    watch: Option<&'a Watch>,
}

impl<'de> SeqAccess<'de> for &mut Items<'_> {
    type Error = DecodeError;
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, DecodeError> {
        let Some((index, item)) = self.items.next() else { return Ok(None) };
        seed.deserialize(Lenient(item, self.watch)).map(Some).map_err(|e| e.within(&format!("[{index}]")))
    }
    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Members<'a> {
    members: serde_json::map::Iter<'a>,
    value: Option<(&'a String, &'a Value)>,
    watch: Option<&'a Watch>,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = DecodeError;
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        // A null member is as good as none, so that a default applies to it.
        self.value = self.members.find(|(_, value)| !value.is_null());
        self.value.map(|(name, _)| seed.deserialize(Key(name))).transpose()
    }
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        let (name, value) = self.value.take().ok_or_else(|| <DecodeError as de::Error>::custom("a value was read before its name"))?;
        let watch = self.watch.filter(|watch| watch.minds(name));
        seed.deserialize(Lenient(value, watch)).map_err(|e| e.within(name))
    }
}

/// A member's name, which may be a number in a map with such keys.
struct Key<'a>(&'a str);

macro_rules! numeric_keys {
    ($($method:ident)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            match self.0.parse() {
                Ok(number) => visitor.visit_i64(number),
                Err(_) => Err(de::Error::custom("a member's name is not a number")),
            }
        }
    )* };
}

impl<'de> Deserializer<'de> for Key<'_> {
    type Error = DecodeError;
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_str(self.0)
    }
    numeric_keys! { deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 }
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }
    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_enum(Variant { name: self.0, value: None })
    }
    serde::forward_to_deserialize_any! {
        bool i128 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Variant<'a> {
    name: &'a str,
    value: Option<Lenient<'a>>,
}

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = DecodeError;
    type Variant = Content<'a>;
    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content<'a>), DecodeError> {
        let name: StrDeserializer<'_, DecodeError> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, Content { name: self.name, value: self.value }))
    }
}

struct Content<'a> {
    name: &'a str,
    value: Option<Lenient<'a>>,
}

impl<'a> Content<'a> {
    fn value(&self) -> Result<Lenient<'a>, DecodeError> {
        self.value.ok_or_else(|| de::Error::custom(format!("'{}' needs a value", self.name)))
    }
}

impl<'de> VariantAccess<'de> for Content<'_> {
    type Error = DecodeError;
    fn unit_variant(self) -> Result<(), DecodeError> {
        Ok(())
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DecodeError> {
        seed.deserialize(self.value()?).map_err(|e| e.within(self.name))
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DecodeError> {
        self.value()?.deserialize_seq(visitor).map_err(|e| e.within(self.name))
    }
    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, DecodeError> {
        self.value()?.deserialize_map(visitor).map_err(|e| e.within(self.name))
    }
}

#[cfg(test)]
mod tests;
