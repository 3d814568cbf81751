//! Places as SARIF has them.

use super::super::lines::Texts;
use crate::Place;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// What relative paths are relative to; the name is the one that GitHub's own tools use.
pub(super) const BASE: &str = "%SRCROOT%";

/// What stands in the path of a URI as it is: RFC 3986, section 3.3, without `:`, which a first segment must not have.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/').remove(b'@').remove(b'+').remove(b',').remove(b'=');

/// A snippet of a longer region is left out.
const LONG: usize = 1000;

/// A file by its path.
pub(super) fn artifact(path: &str) -> Value {
    let encoded = utf8_percent_encode(path, PATH);
    if path.starts_with('/') {
        return json!({"uri": format!("file://{encoded}")});
    }
    let encoded = encoded.to_string();
    let inside = encoded.trim_start_matches("./");
    if inside.starts_with("../") { json!({"uri": inside}) } else { json!({"uri": inside, "uriBaseId": BASE}) }
}

/// A file and the region in it: the marked characters, or the rest of the line where only the beginning is known.
pub(super) fn physical(place: &Place, texts: &Texts<'_>) -> Value {
    let line = texts.get(&place.file).and_then(|lines| lines.line(place.line as usize));
    let column = u64::from(place.column.max(1));
    let rest = line.map_or(0, |line| (line.chars().count() as u64 + 1).saturating_sub(column));
    let length = if place.length > 0 { u64::from(place.length) } else { rest };
    let mut region = json!({
        "startLine": place.line.max(1),
        "startColumn": column,
        "endLine": place.line.max(1),
        "endColumn": column + length.max(1),
    });
    let marked = line.map(|line| &line[super::super::lines::span(line, place.column, u32::try_from(length).unwrap_or(u32::MAX))]);
    if let Some(marked) = marked.filter(|marked| !marked.is_empty() && marked.len() <= LONG) {
        region["snippet"] = json!({"text": marked});
    }
    json!({"artifactLocation": artifact(&place.file), "region": region})
}
