use std::fmt;

use yaml::{Error as Yaml, Fault, Said, at, suggest};

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
const NOT_SUPPORTED: &[(&str, &str)] = &[("build-fanout", "use a build-list, one entry for each part of the tests")];

impl From<Fault> for Error {
    fn from(Fault { message, help, line, column }: Fault) -> Self {
        Self { message, line, column, help }
    }
}

/// The path of keys that was being read, as far as it is known.
pub(crate) fn place(path: &yaml::Path) -> String {
    match path.to_string().as_str() {
        "." | "?" => String::new(),
        keys => keys.to_owned(),
    }
}

/// What is said of buildspecs alone.
pub(crate) fn explain(error: &Yaml, place: &str) -> Option<Said> {
    let said = |message: &str, help: &str| Some((at(place, message), Some(help.to_owned())));
    match error {
        Yaml::SerdeUnknownField { field, expected, .. } => Some(unknown_key(field, expected, place)),
        Yaml::SerdeUnknownVariant { variant, .. } if variant == "powershell.exe" || variant == "cmd.exe" => {
            said(&format!("`{variant}` is a shell of Windows, which is not there"), "use bash or /bin/sh")
        }
        Yaml::SerdeUnknownVariant { variant, .. } if variant == "0.1" => {
            said("version 0.1 is not supported", "write `version: 0.2`; it runs all commands in one shell")
        }
        Yaml::Unexpected { expected: "string scalar", .. } => {
            said("expected a text", "put quotes around a command or value with `: ` in it, or write it as a block after `- |`")
        }
        _ => None,
    }
}

fn unknown_key(key: &str, known: &[&str], place: &str) -> Said {
    if let Some((_, instead)) = NOT_SUPPORTED.iter().find(|(name, _)| *name == key) {
        return (format!("the key `{place}` is not supported"), Some((*instead).to_owned()));
    }
    (format!("unknown key `{place}`"), Some(suggest(key, known.iter().copied())))
}
