//! What a rehearsal gives.

use crate::{Files, Finding, Severity};
use serde::Serialize;

/// The outcome of a rehearsal.
#[derive(Debug, Clone)]
pub struct Report {
    /// What was found, in the order in which a user would meet it.
    pub findings: Vec<Finding>,
    /// What was rehearsed.
    pub summary: Summary,
    /// The texts that findings point into.
    pub files: Files,
}

/// What was rehearsed, in figures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Accounts.
    pub accounts: usize,
    /// Stacks that were deployed.
    pub stacks: usize,
    /// Pipelines that ran to their end.
    pub pipelines: usize,
    /// Calls that were decided.
    pub calls: usize,
    /// Those of them that were denied.
    pub denied: usize,
    /// Where a rehearsal could not go on, in words: what lies behind is not known.
    pub not_rehearsed: Vec<String>,
}

impl Report {
    /// The gravest severity among the findings. None: it is clean.
    pub fn gravest(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}
