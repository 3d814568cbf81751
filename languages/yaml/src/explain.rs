use crate::{Error, suggest};

/// A message, and what to do about it.
pub type Said = (String, Option<String>);

/// A message with the path of keys that it is about, where that is known.
pub fn at(place: &str, message: impl AsRef<str>) -> String {
    let message = message.as_ref();
    if place.is_empty() { message.to_owned() } else { format!("`{place}`: {message}") }
}

/// What is said for all languages.
pub(crate) fn explain(error: &Error, place: &str) -> Said {
    let help = |text: &str| Some(text.to_owned());
    let (message, help) = match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            return (format!("unknown key `{field}`"), Some(suggest(field, expected.iter().copied())));
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            (format!("`{variant}` is not known"), Some(suggest(variant, expected.iter().copied())))
        }
        Error::SerdeMissingField { field, .. } => (format!("the key `{field}` is missing"), None),
        Error::SerdeInvalidType { unexpected, expected, .. } => (format!("expected {expected}, found {unexpected}"), None),
        Error::DuplicateMappingKey { key, .. } => {
            (format!("the key `{}` is there twice", key.as_deref().unwrap_or("?")), help("keep one of them"))
        }
        Error::NullIntoString { .. } => ("expected a text, found nothing".to_owned(), help("write \"\" for an empty text")),
        Error::Unexpected { expected: "string scalar", .. } => {
            ("expected a text".to_owned(), help("put quotes around a value with `: ` in it"))
        }
        Error::Unexpected { expected: "sequence start", .. } => {
            ("expected a list".to_owned(), help("write each item on a line of its own after `- `"))
        }
        Error::Unexpected { expected: "mapping start", .. } => {
            ("expected a mapping".to_owned(), help("write `key: value` lines, indented below the key"))
        }
        other => {
            let text = other.to_string();
            let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
            (text.to_owned(), text.starts_with("tabs").then(|| "indent with spaces".to_owned()))
        }
    };
    (at(place, message), help)
}
