//! From text to the file's shape, with the place of each value; nothing is looked up yet.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_path_to_error::Segment;
use serde_saphyr::{Error as Yaml, Location, Spanned};

use crate::Diagnostic;

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
    let options = serde_saphyr::options! {
        with_snippet: false,
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 10_000 },
    };
    let mut place = String::new();
    let read = serde_saphyr::with_deserializer_from_str_with_options(text, options, |yaml| {
        let mut track = serde_path_to_error::Track::new();
        let tracked = serde_path_to_error::Deserializer::new(yaml, &mut track);
        let read = RawDelivery::deserialize(tracked);
        if read.is_err() {
            place = keys(&track.path());
        }
        read
    });
    read.map_err(|error| {
        let (message, help) = explain(error.without_snippet(), &place);
        Diagnostic::new(&message, file, error.location().unwrap_or(Location::UNKNOWN).into(), help)
    })
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

fn explain(error: &Yaml, place: &str) -> (String, Option<String>) {
    let at = |message: String| {
        if place.is_empty() { message } else { format!("`{place}`: {message}") }
    };
    let help = |text: &str| Some(text.to_owned());
    match error {
        Yaml::SerdeUnknownField { field, expected, .. } => {
            (format!("unknown key `{field}`"), Some(suggest(field, expected.iter().copied())))
        }
        Yaml::SerdeMissingField { field, .. } => (at(format!("the key `{field}` is missing")), None),
        Yaml::SerdeInvalidType { expected, .. } => (at(format!("expected {expected}")), None),
        Yaml::DuplicateMappingKey { key, .. } => {
            (format!("the key `{}` is there twice", key.as_deref().unwrap_or("?")), help("keep one of them"))
        }
        Yaml::NullIntoString { .. } => (at("expected a text, found nothing".to_owned()), help("write a value after the key")),
        Yaml::Unexpected { expected: "string scalar", .. } => {
            (at("expected a text".to_owned()), help("put quotes around a value with `: ` in it"))
        }
        Yaml::Unexpected { expected: "sequence start", .. } => {
            (at("expected a list".to_owned()), help("write each item on a line of its own after `- `"))
        }
        Yaml::Unexpected { expected: "mapping start", .. } => {
            (at("expected a mapping".to_owned()), help("write `key: value` lines, indented below the key"))
        }
        other => {
            let text = other.to_string();
            let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
            let help = text.starts_with("tabs").then(|| "indent with spaces".to_owned());
            (text.to_owned(), help)
        }
    }
}

/// The nearest of the known words, or all of them if none is near.
pub(crate) fn suggest<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let lower = word.to_lowercase();
    // Comparing takes time by the product of the lengths, and both come from the file.
    let comparable = |text: &str| text.len() <= 128;
    let near = known
        .clone()
        .take(200)
        .filter(|candidate| comparable(&lower) && comparable(candidate))
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4);
    match near {
        Some((_, candidate)) => format!("did you mean `{candidate}`?"),
        None => format!("one of: {}", known.take(20).collect::<Vec<_>>().join(", ")),
    }
}
