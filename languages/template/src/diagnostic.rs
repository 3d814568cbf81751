//! What is wrong with a template, where, and what to do.

use std::fmt;

use crate::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The template cannot be used.
    Error,
    /// The template works, but probably not as its author thinks.
    Warning,
}

/// One finding, in AWS's words where AWS has words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    pub(crate) fn error(span: &Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Error, message: message.into(), span: span.clone(), help: None }
    }

    pub(crate) fn warning(span: &Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(span, message) }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn maybe_help(mut self, help: Option<String>) -> Diagnostic {
        self.help = help;
        self
    }

    /// The finding with the line it is about and a mark under the place.
    pub fn render(&self, source: &str) -> String {
        let mut text = format!("{}: {}", self.span, self.message);
        if let Some(line) = source.lines().nth(self.span.line.saturating_sub(1) as usize) {
            let number = self.span.line.to_string();
            let gutter = " ".repeat(number.len());
            let (line, before, marked) = excerpt(line, self.span.column, self.span.width());
            text.push_str(&format!("\n{gutter} |\n{number} | {line}\n{gutter} | {before}{}", "^".repeat(marked)));
        }
        if let Some(help) = &self.help {
            text.push_str("\n  help: ");
            text.push_str(help);
        }
        text
    }
}

/// The visible part of a line, what stands under it before the mark (tabs kept, so that they align), and the mark's width.
fn excerpt(line: &str, column: u32, width: Option<u32>) -> (String, String, usize) {
    const SHOWN: usize = 160;
    let column = column.saturating_sub(1) as usize;
    let skipped = column.saturating_sub(SHOWN / 2);
    let shown: String = line.chars().skip(skipped).take(SHOWN).collect();
    let before = shown.chars().take(column - skipped).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    let rest = shown.chars().count().saturating_sub(column - skipped).max(1);
    let marked = width.map_or(rest, |width| (width as usize).clamp(1, rest));
    (shown, before, marked)
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.span, self.message)?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Diagnostic {}

/// Collects findings, up to a number that a person can still read.
#[derive(Default)]
pub(crate) struct Findings {
    list: Vec<Diagnostic>,
    errors: bool,
}

impl Findings {
    const MOST: usize = 100;

    pub(crate) fn push(&mut self, finding: Diagnostic) {
        if self.list.contains(&finding) {
            // A loop and an alias repeat what is wrong in them.
            return;
        }
        self.errors |= finding.severity == Severity::Error;
        if self.list.len() < Self::MOST || (self.errors && self.list.iter().all(|f| f.severity == Severity::Warning)) {
            self.list.push(finding);
        }
    }

    /// Whether one of them is an error.
    pub(crate) fn has_errors(&self) -> bool {
        self.errors
    }

    /// Whether another one would be left out: then it need not be worded.
    pub(crate) fn is_full(&self) -> bool {
        self.errors && self.list.len() >= Self::MOST
    }

    pub(crate) fn extend(&mut self, findings: impl IntoIterator<Item = Diagnostic>) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }

    /// All errors, taken out.
    pub(crate) fn take_errors(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.list).into_iter().filter(|finding| finding.severity == Severity::Error).collect()
    }

    /// The value with the warnings, or everything when there is an error.
    pub(crate) fn finish<T>(mut self, value: Option<T>) -> Result<(T, Vec<Diagnostic>), Vec<Diagnostic>> {
        match value {
            Some(value) if !self.errors => Ok((value, self.list)),
            _ => Err(self.take_errors()),
        }
    }
}
