use std::fmt;

use serde_saphyr::Location;

/// A place in the delivery file. Lines and columns count from one, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: u64,
    /// The column.
    pub column: u64,
}

/// What is wrong with a delivery file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What was found and what was expected.
    pub message: String,
    /// The file's name.
    pub file: String,
    /// The line, from one.
    pub line: u64,
    /// The column in characters, from one.
    pub column: u64,
    /// What to do about it.
    pub help: Option<String>,
}

/// Characters of a line that are shown; longer lines are cut around the place.
const WIDTH: usize = 100;

impl Diagnostic {
    /// Texts from the file lose their control characters: the file may be anyone's, and they go to a terminal.
    pub(crate) fn new(message: &str, file: &str, position: Position, help: Option<String>) -> Self {
        Self {
            message: message.replace(char::is_control, "\u{fffd}"),
            file: file.to_owned(),
            line: position.line,
            column: position.column,
            help: help.map(|help| help.replace(char::is_control, "\u{fffd}")),
        }
    }

    /// The diagnostic with the line it is about and a caret below the place. `source` is the file's text.
    pub fn render(&self, source: &str) -> String {
        let mut text = format!("error: {}\n --> {}:{}:{}\n", self.message, self.file, self.line, self.column);
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let line = usize::try_from(self.line).ok().and_then(|line| source.lines().nth(line.checked_sub(1)?));
        if let Some(line) = line {
            let column = usize::try_from(self.column).unwrap_or(usize::MAX).saturating_sub(1);
            let (shown, caret) = window(line, column);
            text.push_str(&format!("{margin} |\n{number} | {shown}\n{margin} | {}^\n", " ".repeat(caret)));
        }
        if let Some(help) = &self.help {
            text.push_str(&format!("{margin} = help: {help}\n"));
        }
        text
    }
}

impl From<Location> for Position {
    /// An unknown place is the file's start.
    fn from(at: Location) -> Self {
        Self { line: at.line().max(1), column: at.column().max(1) }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

/// The part of a line around a column, and the column in it. Control characters become spaces.
fn window(line: &str, column: usize) -> (String, usize) {
    let chars: Vec<char> = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let column = column.min(chars.len());
    let start = if chars.len() <= WIDTH { 0 } else { column.saturating_sub(WIDTH / 2) };
    let end = chars.len().min(start + WIDTH);
    let mut shown = String::new();
    let mut caret = column - start;
    if start > 0 {
        shown.push('…');
        caret += 1;
    }
    shown.extend(&chars[start..end]);
    if end < chars.len() {
        shown.push('…');
    }
    (shown, caret)
}
