//! What the targets share. Each target is a program of its own in `targets/`: a parser, and what must hold of its answers
//! beyond that there is one.

use base::{Secret, Timestamp};

/// The pieces of an input, which a NUL ends: text protocols have none.
pub fn pieces(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    data.split(|byte| *byte == 0)
}

/// A piece as text; what is none of it is replaced.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The time of all targets.
pub fn now() -> Timestamp {
    Timestamp::parse_basic("20261122T050000Z").expect("a time")
}

/// The secret that all targets sign with.
pub fn secret() -> Secret<String> {
    Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into())
}

/// Headers from lines of `name: value`; lines that are none are left out.
pub fn headers<'a>(lines: impl Iterator<Item = &'a [u8]>) -> http::HeaderMap {
    let mut map = http::HeaderMap::new();
    for line in lines.take(64) {
        let Some(colon) = line.iter().position(|b| *b == b':') else { continue };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (http::HeaderName::from_bytes(name), http::HeaderValue::from_bytes(value)) {
            map.append(name, value);
        }
    }
    map
}

/// Another hexadecimal digit in the place of one: the least change of a signature.
pub fn altered(signature: &str, at: usize) -> String {
    let at = at % signature.len().max(1);
    let change = |(i, c): (usize, char)| if i == at { if c == '0' { '1' } else { '0' } } else { c };
    signature.chars().enumerate().map(change).collect()
}
