//! What can go wrong with a sandbox.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Level;

/// Why a sandbox could not be started or waited for.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The [`crate::Spec`] itself is wrong: what, and what is expected.
    Spec(String),
    /// The kernel does not let this process isolate as much as is demanded.
    Refused {
        /// The least that is acceptable.
        minimum: Level,
        /// What was found to work.
        found: Level,
        /// Why the better levels do not work.
        reason: String,
    },
    /// A step of making the sandbox failed; the program did not run.
    Setup {
        /// What was being done.
        step: String,
        /// What the kernel answered.
        reason: String,
    },
    /// The helper process could not be started, or ended without an answer.
    Helper(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Spec(what) => write!(f, "the sandbox cannot be started as specified: {what}"),
            Error::Refused { minimum, found, reason } => write!(
                f,
                "this machine cannot isolate programs as demanded: level {minimum} is the minimum, {found} is what \
                 works ({reason}). `sekisho doctor` tells how to get there (user namespaces, or root); or lower the minimum \
                 with --min-isolation, or run workloads unconfined if you trust them"
            ),
            Error::Setup { step, reason } => {
                write!(f, "the sandbox could not be made: {step}: {reason}")
            }
            Error::Helper(what) => write!(f, "the sandbox's helper process failed: {what}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Error::Setup { step: failure.step, reason: failure.reason }
    }
}

/// A failed step, as the helper reports it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) step: String,
    pub(crate) reason: String,
}

impl Failure {
    pub(crate) fn new(step: impl Into<String>, reason: impl fmt::Display) -> Self {
        Failure { step: step.into(), reason: reason.to_string() }
    }
}

/// Names the step at which a result failed.
pub(crate) trait At<T> {
    fn at(self, step: &str) -> Result<T, Failure>;
    fn at_with(self, step: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T, E: fmt::Display> At<T> for Result<T, E> {
    fn at(self, step: &str) -> Result<T, Failure> {
        self.map_err(|e| Failure::new(step, e))
    }

    fn at_with(self, step: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|e| Failure::new(step(), e))
    }
}
