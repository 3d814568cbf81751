use std::fmt;

use serde_saphyr::Error as Yaml;

/// What is wrong with a buildspec, and where. Lines and columns count from one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What was found and what was expected, with the place's keys.
    pub message: String,
    /// The line.
    pub line: u64,
    /// The column, in characters.
    pub column: u64,
    /// What to do about it.
    pub help: Option<String>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// Keys of AWS's buildspec that are not carried out here, with what to do instead.
const NOT_SUPPORTED: &[(&str, &str)] = &[
    ("batch", "start one build for each of its parts"),
    ("proxy", "set HTTP_PROXY and HTTPS_PROXY under env/variables"),
    ("fallback-keys", "a cache has paths only"),
    ("key", "a cache has paths only"),
    ("action", "a cache has paths only"),
];

impl Error {
    /// `place` is the path of keys that was being read, as far as it is known.
    pub(crate) fn from_yaml(error: &Yaml, place: &str) -> Self {
        let location = error.location();
        let (message, help) = explain(error.without_snippet(), place);
        Self {
            // Names from the file go to a terminal or a log.
            message: message.replace(char::is_control, "\u{fffd}"),
            line: location.map_or(1, |location| location.line().max(1)),
            column: location.map_or(1, |location| location.column().max(1)),
            help,
        }
    }
}

fn explain(error: &Yaml, place: &str) -> (String, Option<String>) {
    let at = |message: String| {
        if matches!(place, "" | "." | "?") { message } else { format!("`{place}`: {message}") }
    };
    let help = |text: &str| Some(text.to_owned());
    match error {
        Yaml::SerdeUnknownField { field, expected, .. } => unknown_key(field, expected, place),
        Yaml::SerdeUnknownVariant { variant, .. } if variant.starts_with("RETRY") => {
            (at(format!("`{variant}` is not supported")), help("use ABORT or CONTINUE"))
        }
        Yaml::SerdeUnknownVariant { variant, .. } if variant == "0.1" => {
            (at("version 0.1 is not supported".to_owned()), help("write `version: 0.2`; it runs all commands in one shell"))
        }
        Yaml::SerdeUnknownVariant { variant, expected, .. } => (at(format!("`{variant}` is not known")), Some(suggest(variant, expected))),
        Yaml::SerdeMissingField { field, .. } => (at(format!("the key `{field}` is missing")), None),
        Yaml::SerdeInvalidType { unexpected, expected, .. } => (at(format!("expected {expected}, found {unexpected}")), None),
        Yaml::DuplicateMappingKey { key, .. } => {
            (at(format!("the key `{}` is there twice", key.as_deref().unwrap_or("?"))), help("keep one of them"))
        }
        Yaml::NullIntoString { .. } => (at("expected a text, found nothing".to_owned()), help("write \"\" for an empty text")),
        Yaml::Unexpected { expected: "string scalar", .. } => (
            at("expected a text".to_owned()),
            help("put quotes around a command or value with `: ` in it, or write it as a block after `- |`"),
        ),
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
            (at(text.to_owned()), help)
        }
    }
}

fn unknown_key(key: &str, known: &[&str], place: &str) -> (String, Option<String>) {
    if let Some((_, instead)) = NOT_SUPPORTED.iter().find(|(name, _)| *name == key) {
        return (format!("the key `{place}` is not supported"), Some((*instead).to_owned()));
    }
    (format!("unknown key `{place}`"), Some(suggest(key, known)))
}

/// The nearest of the known words, or all of them if none is near.
fn suggest(word: &str, known: &[&str]) -> String {
    let word = word.to_lowercase();
    let near = known
        .iter()
        .filter(|_| word.len() <= 128)
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4);
    match near {
        Some((_, candidate)) => format!("did you mean `{candidate}`?"),
        None => format!("one of: {}", known.join(", ")),
    }
}
