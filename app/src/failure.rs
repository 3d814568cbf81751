use std::fmt;

/// Why a command failed, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    pub(crate) code: u8,
}

/// The delivery itself failed, or a check did not hold.
pub(crate) const FAILED: u8 = 1;
/// What was given cannot be used.
pub(crate) const UNUSABLE: u8 = 2;

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, code: FAILED }
    }
    pub(crate) fn unusable(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, code: UNUSABLE }
    }
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(e: std::io::Error) -> Self {
        Self::new(e.to_string())
    }
}
impl From<gate::Error> for Failure {
    fn from(e: gate::Error) -> Self {
        Self::new(e.to_string())
    }
}
impl From<store::StoreError> for Failure {
    fn from(e: store::StoreError) -> Self {
        Self::new(e.to_string())
    }
}
