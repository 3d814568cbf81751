//! Where a value was written.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A place in a template: lines and columns count from 1, columns count characters, the end is exclusive.
///
/// Serialized as one short string (`file:line:column-line:column`), because spans are kept beside stored policies.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file's name, as it was given to [`Template::parse`](crate::Template::parse).
    pub file: Arc<str>,
    /// The first line.
    pub line: u32,
    /// The first column.
    pub column: u32,
    /// The last line.
    pub end_line: u32,
    /// The column after the last character.
    pub end_column: u32,
}

impl Span {
    /// A span within one line.
    pub fn on_line(file: Arc<str>, line: u32, column: u32, width: u32) -> Span {
        Span { file, line, column, end_line: line, end_column: column.saturating_add(width) }
    }

    /// The number of characters it covers, when it lies on one line.
    pub fn width(&self) -> Option<u32> {
        (self.line == self.end_line).then(|| self.end_column.saturating_sub(self.column))
    }

    /// The part of this span that shows the characters `from..to` of `text`, the value that was written here.
    ///
    /// Exact when the text stands here as it is (plain, or quoted without an escape); the whole span otherwise.
    pub(crate) fn narrow(&self, text: &str, from: usize, to: usize) -> Span {
        Ruler::new(text, self).narrow(from, to)
    }
}

/// Tells places within a text that was written at one place. Going forward, each character is counted once.
pub(crate) struct Ruler<'t> {
    text: &'t str,
    span: &'t Span,
    /// The column of its first character; nothing where places cannot be told.
    column: Option<u32>,
    /// Where the counting has come to, in bytes and in characters.
    at: usize,
    counted: u32,
}

impl<'t> Ruler<'t> {
    pub(crate) fn new(text: &'t str, span: &'t Span) -> Ruler<'t> {
        // A line of a literal block carries the line's end, which its span leaves out.
        let length = || text.trim_end_matches('\n').chars().count() as u32;
        let column = span.width().and_then(|width| match width.checked_sub(length()) {
            Some(0) => Some(span.column),
            Some(2) => Some(span.column + 1),
            _ => None,
        });
        Ruler { text, span, column, at: 0, counted: 0 }
    }

    /// The part of the span that shows the characters `from..to`.
    pub(crate) fn narrow(&mut self, from: usize, to: usize) -> Span {
        if from < self.at {
            (self.at, self.counted) = (0, 0);
        }
        let (Some(column), Some(before), Some(within)) = (self.column, self.text.get(self.at..from), self.text.get(from..to)) else {
            return self.span.clone();
        };
        self.counted += before.chars().count() as u32;
        self.at = from;
        let width = within.trim_end_matches('\n').chars().count() as u32;
        Span::on_line(self.span.file.clone(), self.span.line, column + self.counted, width)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}-{}:{}", self.end_line, self.end_column)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{self:?}"))
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        let text = String::deserialize(deserializer)?;
        read(&text).ok_or_else(|| D::Error::custom("a span is written file:line:column-line:column"))
    }
}

fn read(text: &str) -> Option<Span> {
    let (start, end) = text.rsplit_once('-')?;
    let (end_line, end_column) = end.split_once(':')?;
    let (start, column) = start.rsplit_once(':')?;
    let (file, line) = start.rsplit_once(':')?;
    Some(Span {
        file: file.into(),
        line: line.parse().ok()?,
        column: column.parse().ok()?,
        end_line: end_line.parse().ok()?,
        end_column: end_column.parse().ok()?,
    })
}

/// A stretch of a composed string and the place that its text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The first byte in the composed string.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    /// Where this stretch was written.
    pub span: Span,
}
