use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Visitor};

/// The most retries that a buildspec may ask for.
pub const MAX_RETRIES: u32 = 100;
const DEFAULT_RETRIES: u32 = 3;

/// What a failing command means for the build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// The build ends.
    Abort,
    /// The next phase runs.
    Continue,
    /// The build ends and is made again, so many times at most.
    Retry {
        /// How often.
        count: u32,
        /// A regular expression that the error's message has to match; None: every message.
        pattern: Option<String>,
    },
}

/// `RETRY`, `RETRY-count`, `RETRY-regex` or `RETRY-count-regex`, after the word itself.
fn retry(rest: &str) -> Result<OnFailure, String> {
    let Some(rest) = rest.strip_prefix('-') else {
        return if rest.is_empty() { Ok(OnFailure::Retry { count: DEFAULT_RETRIES, pattern: None }) } else { Err(String::new()) };
    };
    let (first, after) = rest.split_once('-').map_or((rest, None), |(first, after)| (first, Some(after)));
    let counted = !first.is_empty() && first.bytes().all(|b| b.is_ascii_digit());
    let (count, pattern) = match (counted, after) {
        (true, after) => (first.parse().unwrap_or(u32::MAX), after.map(str::to_owned)),
        (false, _) => (DEFAULT_RETRIES, Some(rest.to_owned())),
    };
    if count > MAX_RETRIES {
        return Err(format!("`{first}` is no count of retries: 0 to {MAX_RETRIES}"));
    }
    Ok(OnFailure::Retry { count, pattern: pattern.filter(|pattern| !pattern.is_empty()) })
}

struct Word;

impl Visitor<'_> for Word {
    type Value = OnFailure;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("ABORT, CONTINUE or RETRY")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<OnFailure, E> {
        match text {
            "ABORT" => Ok(OnFailure::Abort),
            "CONTINUE" => Ok(OnFailure::Continue),
            other => match other.strip_prefix("RETRY").or_else(|| other.strip_prefix("Retry")).map(retry) {
                Some(Ok(retry)) => Ok(retry),
                Some(Err(why)) if !why.is_empty() => Err(E::custom(why)),
                _ => Err(E::unknown_variant(text, &["ABORT", "CONTINUE", "RETRY"])),
            },
        }
    }
}

impl<'de> Deserialize<'de> for OnFailure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Word)
    }
}
