use std::fmt;

/// What the user asks for, as the command line has it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// A delivery's folder; or templates, pipelines and articles.
    pub paths: Vec<String>,
    /// `NAME=ID`, or `NAME=ID:TEMPLATE`: the template is deployed into that account.
    pub accounts: Vec<String>,
    /// `[TEMPLATE:]NAME=VALUE`.
    pub parameters: Vec<String>,
    /// `TEXT=VALUE`: a placeholder's value.
    pub bindings: Vec<String>,
    /// Files with what accounts hold.
    pub account_states: Vec<String>,
    /// CloudTrail's log files.
    pub trails: Vec<String>,
    /// The region, if it is said.
    pub region: Option<String>,
}

/// What there is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// Something that is not followed or read: a link within a folder, a socket.
    Other,
    /// Nothing.
    Nothing,
}

/// Reads files. Paths are the user's, with `/`.
pub trait Reader {
    /// What there is. The user's own paths may be links; what lies in a folder that is listed is not followed.
    fn held(&self, path: &str) -> Held;
    /// A file's content, of at most so many bytes.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    fn read(&self, path: &str, most: usize) -> Result<Vec<u8>, String>;
    /// A folder's names, in their order.
    ///
    /// # Errors
    /// Why it cannot be listed, in words.
    fn list(&self, folder: &str) -> Result<Vec<(String, Held)>, String>;
}

/// Why an input cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file; the option's name where it is none.
    pub file: String,
    /// The line, from 1; 0: the file as a whole.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// What was found and what was expected.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    pub(super) fn whole(file: &str, message: impl Into<String>) -> Self {
        Self { file: file.into(), line: 0, column: 0, message: shown(&message.into()), help: None }
    }
    pub(super) fn at(file: &str, line: u32, column: u32, message: impl Into<String>) -> Self {
        Self { line, column, ..Self::whole(file, message) }
    }
    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(shown(&help.into())), ..self }
    }
}

/// Texts from files go to a terminal.
fn shown(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.message)?,
            line => write!(f, "{}:{line}:{}: {}", self.file, self.column, self.message)?,
        }
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}
