//! The filter patterns of CloudWatch Logs, as FilterLogEvents, live tail, metric filters and subscription filters use them:
//! terms, JSON and space-delimited columns, each with regular expressions.
//!
//! Must not know events, groups or streams: text in, whether it matches and what it holds out.
//! Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>

mod columns;
mod cursor;
mod expression;
mod json;
mod operand;
mod terms;

use columns::Columns;
use cursor::Cursor;
use expression::Expression;
use std::{collections::BTreeMap, fmt};
use terms::Terms;

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidPattern(pub(crate) String);

impl fmt::Display for InvalidPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for InvalidPattern {}

pub(crate) fn invalid<T>(message: impl Into<String>) -> Result<T, InvalidPattern> {
    Err(InvalidPattern(message.into()))
}

/// A pattern.
#[derive(Debug)]
pub struct Pattern(Kind);

#[derive(Debug)]
enum Kind {
    Everything,
    Terms(Terms),
    Json(Expression<json::Check>),
    Columns(Columns),
}

impl Pattern {
    /// Characters.
    pub const LONGEST: usize = 1024;

    /// Reads a pattern; an empty one matches everything.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, InvalidPattern> {
        if text.chars().count() > Self::LONGEST {
            return invalid(format!("Invalid filter pattern: it has more than {} characters", Self::LONGEST));
        }
        let text = text.trim();
        let cursor = Cursor::new(text);
        Ok(Self(match text.chars().next() {
            None => Kind::Everything,
            Some('{') => Kind::Json(json::parse(cursor)?),
            Some('[') => Kind::Columns(Columns::parse(cursor)?),
            Some(_) => Kind::Terms(Terms::parse(cursor)?),
        }))
    }

    /// Whether a message matches.
    pub fn matches(&self, message: &str) -> bool {
        match &self.0 {
            Kind::Everything => true,
            Kind::Terms(terms) => terms.match_text(message),
            Kind::Json(expression) => json::document(message).is_some_and(|document| json::holds(expression, &document)),
            Kind::Columns(columns) => columns.match_text(message),
        }
    }

    /// What a message that matches holds for the names in the pattern: `$.selector` of JSON, `$column` of columns. None: it does
    /// not match.
    pub fn extract(&self, message: &str) -> Option<BTreeMap<String, String>> {
        match &self.0 {
            Kind::Everything => Some(BTreeMap::new()),
            Kind::Terms(terms) => terms.match_text(message).then(BTreeMap::new),
            Kind::Json(expression) => {
                let document = json::document(message)?;
                json::holds(expression, &document).then(|| json::values(expression, &document))
            }
            Kind::Columns(columns) => columns.extract(message),
        }
    }
}

#[cfg(test)]
mod tests;
