//! From text to the file's shape, with the place of each value; nothing is looked up yet.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_path_to_error::Segment;
use serde_saphyr::Spanned;
use yaml::{Error as Yaml, Fault, Said, at};

use crate::{Diagnostic, Position};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping of accounts, stacks, …")]
pub(crate) struct RawDelivery {
    pub accounts: Spanned<Pairs<Spanned<String>>>,
    pub region: Option<Spanned<String>>,
    #[serde(default)]
    pub stacks: Vec<RawStack>,
    #[serde(default)]
    pub pipelines: Vec<RawPipeline>,
    #[serde(default)]
    pub sources: Vec<RawSource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawStack {
    pub name: Spanned<String>,
    pub account: Spanned<String>,
    pub template: Spanned<String>,
    #[serde(default)]
    pub parameters: Pairs<Spanned<RawParameter>>,
    #[serde(default)]
    pub capabilities: Vec<Spanned<String>>,
    #[serde(default)]
    pub tags: Pairs<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPipeline {
    pub account: Spanned<String>,
    pub file: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSource {
    pub account: Spanned<String>,
    pub repository: Spanned<String>,
    pub branch: Option<Spanned<String>>,
    pub from: Spanned<String>,
}

/// A mapping with free keys, in the file's order, with the keys' places. The parser refuses a key that comes twice.
pub(crate) struct Pairs<T>(pub Vec<(Spanned<String>, T)>);

impl<T> Default for Pairs<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Pairs<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Pairs<T>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a mapping")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<T>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Entries(PhantomData))
    }
}

pub(crate) enum RawParameter {
    Text(String),
    /// A number or a boolean, whose text is the source's: 1.10 is not 1.1, and 007 is not 7.
    AsWritten,
    Output(Spanned<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOutput {
    output: Spanned<String>,
}

impl<'de> Deserialize<'de> for RawParameter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Value;

        impl<'de> Visitor<'de> for Value {
            type Value = RawParameter;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a text or `{ output: account/stack.Key }`")
            }

            fn visit_str<E>(self, text: &str) -> Result<RawParameter, E> {
                Ok(RawParameter::Text(text.to_owned()))
            }

            fn visit_bool<E>(self, _: bool) -> Result<RawParameter, E> {
                Ok(RawParameter::AsWritten)
            }

            fn visit_i64<E>(self, _: i64) -> Result<RawParameter, E> {
                Ok(RawParameter::AsWritten)
            }

            fn visit_i128<E>(self, _: i128) -> Result<RawParameter, E> {
                Ok(RawParameter::AsWritten)
            }

            fn visit_u64<E>(self, _: u64) -> Result<RawParameter, E> {
                Ok(RawParameter::AsWritten)
            }

            fn visit_u128<E>(self, _: u128) -> Result<RawParameter, E> {
                Ok(RawParameter::AsWritten)
            }

            fn visit_f64<E>(self, _: f64) -> Result<RawParameter, E> {
                Ok(RawParameter::AsWritten)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawParameter, A::Error> {
                RawOutput::deserialize(MapAccessDeserializer::new(map)).map(|raw| RawParameter::Output(raw.output))
            }
        }

        deserializer.deserialize_any(Value)
    }
}

pub(crate) fn read(text: &str, file: &str) -> Result<RawDelivery, Diagnostic> {
    yaml::read(text, keys, explain)
        .map_err(|Fault { message, help, line, column }| Diagnostic::new(&message, file, Position { line, column }, help))
}

/// The keys that lead to a place, without those that stand for a value with its span.
fn keys(path: &serde_path_to_error::Path) -> String {
    let mut keys = String::new();
    for segment in path {
        match segment {
            Segment::Map { key } if key != "value" => {
                if !keys.is_empty() {
                    keys.push('.');
                }
                keys.push_str(key);
            }
            Segment::Seq { index } => keys.push_str(&format!("[{index}]")),
            _ => {}
        }
    }
    keys
}

/// What is said of delivery files alone.
fn explain(error: &Yaml, place: &str) -> Option<Said> {
    match error {
        // What was found may be a part of a value that may have either of two shapes.
        Yaml::SerdeInvalidType { expected, .. } => Some((at(place, format!("expected {expected}")), None)),
        Yaml::NullIntoString { .. } => Some((at(place, "expected a text, found nothing"), Some("write a value after the key".to_owned()))),
        _ => None,
    }
}
