//! Whether a report fails a run.

use super::{Acceptance, Report};
use crate::{Finding, Severity};

/// From which severity on findings fail a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FailOn {
    /// All findings do.
    Note,
    /// Warnings and errors do.
    Warning,
    /// Errors do.
    #[default]
    Error,
    /// None does.
    Never,
}

impl FailOn {
    /// All of them, with what `--fail-on` calls them.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Note, "note"), (Self::Warning, "warning"), (Self::Error, "error"), (Self::Never, "never")];

    fn least(self) -> Option<Severity> {
        match self {
            Self::Note => Some(Severity::Note),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
            Self::Never => None,
        }
    }
}

/// What a baseline says that is not so any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// In words.
    pub text: String,
    /// The line in the baseline's file.
    pub line: u64,
    /// The column.
    pub column: u64,
}

/// A report in the light of a baseline: what every form of it is written from.
#[derive(Debug, Clone)]
pub struct Judged<'a> {
    pub(super) report: &'a Report,
    /// What accepts each finding.
    accepted: Vec<Option<&'a Acceptance>>,
    /// What accepts each entry of what was not rehearsed.
    passed: Vec<Option<&'a Acceptance>>,
    /// The baseline's path, if there is one.
    pub(super) baseline: Option<&'a str>,
    pub(super) remarks: Vec<Remark>,
}

impl<'a> Judged<'a> {
    /// A report that is taken as it is.
    pub fn plain(report: &'a Report) -> Self {
        Self {
            report,
            accepted: vec![None; report.findings.len()],
            passed: vec![None; report.summary.not_rehearsed.len()],
            baseline: None,
            remarks: Vec::new(),
        }
    }

    pub(super) fn by(report: &'a Report, path: &'a str, remarks: Vec<Remark>, accept: impl Fn(&str) -> Option<&'a Acceptance>) -> Self {
        let accepted = report.findings.iter().map(|finding| accept(&finding.id)).collect();
        let passed = report.summary.not_rehearsed.iter().map(|what| accept(&not_rehearsed_id(what))).collect();
        Self { report, accepted, passed, baseline: Some(path), remarks }
    }

    /// The report.
    pub fn report(&self) -> &'a Report {
        self.report
    }

    /// All findings, with what accepts them.
    pub fn findings(&self) -> impl Iterator<Item = (&'a Finding, Option<&'a Acceptance>)> {
        self.report.findings.iter().zip(self.accepted.iter().copied())
    }

    /// The findings that nothing accepts.
    pub fn open(&self) -> impl Iterator<Item = &'a Finding> {
        self.findings().filter(|(_, accepted)| accepted.is_none()).map(|(finding, _)| finding)
    }

    /// Where the rehearsal could not go on, and the user has not accepted that.
    pub fn not_rehearsed(&self) -> impl Iterator<Item = &'a str> {
        let all = self.report.summary.not_rehearsed.iter().zip(&self.passed);
        all.filter(|(_, accepted)| accepted.is_none()).map(|(what, _)| what.as_str())
    }

    /// How many findings the baseline accepts.
    pub fn accepted(&self) -> usize {
        self.accepted.iter().flatten().count()
    }

    /// Whether the run fails: by a finding of that severity, or by what could not be rehearsed, since nothing is known of it.
    pub fn fails(&self, on: FailOn) -> bool {
        on.least().is_some_and(|least| self.open().any(|finding| finding.severity >= least) || self.not_rehearsed().next().is_some())
    }

    /// The exit code: 0 clean, 1 findings. (2 is for input that cannot be used: then there is no report.)
    pub fn exit_code(&self, on: FailOn) -> u8 {
        u8::from(self.fails(on))
    }
}

/// How a baseline names what was not rehearsed.
pub(super) fn not_rehearsed_id(what: &str) -> String {
    format!("not-rehearsed:{what}")
}
