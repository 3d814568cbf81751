//! Report files of test and coverage tools, read into cases and figures. What a build wrote is a stranger's: sizes, depths and
//! counts are bounded, entities and references to other files are not followed.
//! Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/test-reporting.html>

mod coverage;
mod cucumber;
mod junit;
mod nunit;
mod simplecov;
mod testng;
mod trx;
mod xml;

use crate::model::report::{CodeCoverage, TestCase, percentage};
use buildspec::FileFormat;
use xml::Node;

/// The largest file that is read.
pub(crate) const MAX_FILE: u64 = 32 << 20;
/// Names and messages are cut here.
const MAX_TEXT: usize = 4096;

/// What is in a file.
#[derive(Debug, PartialEq)]
pub(crate) enum Content {
    Tests(Vec<TestCase>),
    Coverage(Vec<CodeCoverage>),
}

/// The kind of report that a format makes: `TEST` or `CODE_COVERAGE`.
pub(crate) fn kind(format: FileFormat) -> &'static str {
    match format {
        FileFormat::CoberturaXml | FileFormat::JacocoXml | FileFormat::CloverXml | FileFormat::SimpleCov => "CODE_COVERAGE",
        _ => "TEST",
    }
}

/// Reads a file, or says why it is none of its format.
pub(crate) fn parse(format: FileFormat, text: &str) -> Result<Content, String> {
    let tests = |cases: Result<Vec<TestCase>, String>| cases.map(Content::Tests);
    let coverage = |files: Result<Vec<CodeCoverage>, String>| files.map(Content::Coverage);
    let node = || xml::read(text);
    match format {
        FileFormat::JunitXml => tests(node().and_then(|node| junit::cases(&node))),
        FileFormat::CucumberJson => tests(cucumber::cases(text)),
        FileFormat::TestngXml => tests(node().and_then(|node| testng::cases(&node))),
        FileFormat::NunitXml | FileFormat::Nunit3Xml => tests(node().and_then(|node| nunit::cases(&node))),
        FileFormat::VisualStudioTrx => tests(node().and_then(|node| trx::cases(&node))),
        FileFormat::CoberturaXml => coverage(node().and_then(|node| coverage::cobertura(&node))),
        FileFormat::JacocoXml => coverage(node().and_then(|node| coverage::jacoco(&node))),
        FileFormat::CloverXml => coverage(node().and_then(|node| coverage::clover(&node))),
        FileFormat::SimpleCov => coverage(simplecov::files(text)),
    }
}

/// A text of a report, no longer than it needs to be.
fn short(text: &str) -> String {
    let text = text.trim();
    let end = text.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= MAX_TEXT).last().unwrap_or(0);
    text[..end].to_owned()
}

/// Seconds as nanoseconds; what is no number, or below zero, is none. Some tools write `1,234.5`.
fn nanoseconds(seconds: &str) -> u64 {
    let seconds: f64 = seconds.replace(',', "").trim().parse().unwrap_or(0.0);
    // A float that is too large, or none, becomes the nearest whole number.
    (seconds * 1e9).max(0.0) as u64
}

/// The figures of a file.
fn file(path: &str, lines: (u64, u64), branches: (u64, u64)) -> CodeCoverage {
    CodeCoverage {
        file_path: short(path),
        line_coverage_percentage: percentage(lines.0, lines.1),
        lines_covered: lines.0,
        lines_missed: lines.1,
        branch_coverage_percentage: percentage(branches.0, branches.1),
        branches_covered: branches.0,
        branches_missed: branches.1,
    }
}

fn no_root(node: &Node, expected: &str) -> String {
    format!("its root element is <{}>, not {expected}", node.name)
}

#[cfg(test)]
mod tests;
