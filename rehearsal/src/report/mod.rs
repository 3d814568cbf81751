//! What a rehearsal gives, and how it is told: to people, to programs, to code scanning, to a pull request, to a build server.
//!
//! Text in, text out: whether a terminal has colours, and what day it is, is the caller's to know.

mod access;
mod baseline;
mod diff;
mod excerpt;
mod form;
mod harmless;
mod json;
mod junit;
mod lines;
mod markdown;
mod matrix;
mod sarif;
mod summary;
mod text;
mod verdict;

pub use baseline::{Acceptance, Baseline};
pub use diff::{Diff, Hunk};
pub use form::Form;
pub use matrix::Row;
pub use text::Style;
pub use verdict::{FailOn, Judged, Remark};

use crate::{Files, Finding, Layer, Severity};
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
    /// Who does what to which resource.
    pub matrix: Vec<Row>,
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
    /// What was rehearsed, by name, as the subjects of findings begin: account and stack; account and pipeline.
    pub subjects: Vec<Subject>,
}

/// A stack that was deployed, or a pipeline that ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// A stack is of the deployment, a pipeline of the run.
    pub layer: Layer,
    /// The account's name, and the stack's or pipeline's.
    pub path: Vec<String>,
}

impl Report {
    /// The gravest severity among the findings. None: it is clean.
    pub fn gravest(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}
