use serde::Serialize;
use std::{cell::Cell, fmt};

/// The rule that a document breaks: services word it each in their own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Fault {
    /// The text is no JSON.
    Json,
    /// An element of another name, type or value than the language has.
    Syntax,
    /// An element is missing or empty.
    Missing(&'static str),
    /// An element that policies of the kind may not have.
    Prohibited(&'static str),
    /// A statement's id has characters that it may not have.
    Sid,
    /// Two statements have one id.
    DuplicateSid,
    /// An action; the message is IAM's.
    Action,
    /// A resource; the message is IAM's.
    Resource,
    /// A principal.
    Principal,
    /// A condition: its operator, key or value.
    Condition,
}

/// Why a policy document is not legal, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyError {
    /// The rule that it breaks.
    pub fault: Fault,
    /// What is wrong and what to write instead.
    pub message: String,
    /// The element: `Statement[0].Condition`; empty for the whole document.
    pub path: String,
    /// Line of the text, from 1.
    pub line: usize,
    /// Character of the line, from 1.
    pub column: usize,
}

impl PolicyError {
    pub(crate) fn new(text: &str, at: usize, path: &str, message: impl Into<String>) -> Self {
        let (line, column) = place(text, at);
        Self { fault: Fault::Syntax, message: message.into(), path: path.to_owned(), line, column }
    }
    pub(crate) fn of(self, fault: Fault) -> Self {
        Self { fault, ..self }
    }
}

/// Line and column, from 1, of a byte offset.
pub(crate) fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |n| n + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}

/// Lines and columns of a text's places, which are asked for in their order: a file may hold many policies.
pub(crate) struct Places<'t> {
    text: &'t str,
    /// The last place that was asked for: its offset, line and column.
    last: Cell<(usize, usize, usize)>,
}

impl<'t> Places<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, last: Cell::new((0, 1, 1)) }
    }
    pub(crate) fn of(&self, at: usize) -> (usize, usize) {
        let (from, line, column) = self.last.get();
        let found = match self.text.get(from..at) {
            None => place(self.text, at),
            Some(between) => match place(between, between.len()) {
                (1, more) => (line, column + more - 1),
                (more, column) => (line + more - 1, column),
            },
        };
        self.last.set((at, found.0, found.1));
        found
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{} (line {}, column {})", self.message, self.line, self.column)
    }
}
impl std::error::Error for PolicyError {}
