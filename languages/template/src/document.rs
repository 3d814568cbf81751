//! A document's tree with its places, before it is understood as a template: for those who put texts together.

pub use crate::node::{Entry, Kind, Name, Node};

use crate::diagnostic::{Diagnostic, Findings};
use std::sync::Arc;

/// Reads YAML, or JSON if the first character is `{` or `[`, with the bounds that templates have. What is merely doubtful (a key
/// that comes twice, a function that nobody knows) is left to [`Template::parse`](crate::Template::parse).
/// None: there is nothing in it.
pub fn read(source: &str, file: &str) -> Result<Option<Node>, Diagnostic> {
    let file: Arc<str> = file.into();
    if source.len() > crate::node::MAX_BYTES {
        let start = crate::Span::on_line(file, 1, 1, 1);
        return Err(Diagnostic::error(&start, "Template may not exceed 1048576 bytes in size."));
    }
    let text = source.trim_start_matches('\u{feff}');
    let mut findings = Findings::default();
    match text.trim_start().starts_with(['{', '[']) {
        true => crate::json::parse(text, &file, &mut findings).map(Some),
        false => crate::yaml::parse(text, &file, &mut findings),
    }
}
