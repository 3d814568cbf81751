//! Report groups, reports, and what is in them.

use super::Tag;
use base::{Arn, EpochTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where reports go beside CodeBuild's own store.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportExportConfig {
    /// `S3` or `NO_EXPORT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export_config_type: Option<String>,
    /// The bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_destination: Option<S3ReportExportConfig>,
}

/// A bucket for reports' raw files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct S3ReportExportConfig {
    /// The bucket.
    pub bucket: String,
    /// Its owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket_owner: Option<String>,
    /// A folder in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// `NONE` or `ZIP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packaging: Option<String>,
    /// The key that seals the files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption_key: Option<String>,
    /// Whether they are written without a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption_disabled: Option<bool>,
}

/// A report group.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are AWS's own")]
pub struct ReportGroup {
    pub arn: Arn,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub export_config: ReportExportConfig,
    pub created: EpochTime,
    pub last_modified: EpochTime,
    pub tags: Vec<Tag>,
    pub status: String,
}

/// A report.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are AWS's own")]
pub struct Report {
    pub arn: Arn,
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    pub report_group_arn: Arn,
    pub execution_id: String,
    pub status: String,
    pub created: EpochTime,
    pub expired: EpochTime,
    pub export_config: ReportExportConfig,
    pub truncated: bool,
    pub test_summary: Option<TestReportSummary>,
    pub code_coverage_summary: Option<CodeCoverageReportSummary>,
}

/// A test report in figures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestReportSummary {
    /// Its cases.
    pub total: u64,
    /// Cases of each status.
    pub status_counts: BTreeMap<String, u64>,
    /// How long they took.
    pub duration_in_nano_seconds: u64,
}

/// A coverage report in figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CodeCoverageReportSummary {
    /// Of the lines.
    pub line_coverage_percentage: f64,
    /// Lines that ran.
    pub lines_covered: u64,
    /// Lines that did not.
    pub lines_missed: u64,
    /// Of the branches.
    pub branch_coverage_percentage: f64,
    /// Branches that were taken.
    pub branches_covered: u64,
    /// Branches that were not.
    pub branches_missed: u64,
}

/// A test case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestCase {
    /// The file it is from.
    #[serde(default)]
    pub test_raw_data_path: String,
    /// What stands before its name: a class, a feature.
    #[serde(default)]
    pub prefix: String,
    /// Its name.
    pub name: String,
    /// `SUCCEEDED`, `FAILED`, `ERROR`, `SKIPPED` or `UNKNOWN`.
    pub status: String,
    /// How long it took.
    #[serde(default)]
    pub duration_in_nano_seconds: u64,
    /// Why it failed.
    #[serde(default)]
    pub message: String,
    /// The suite it belongs to.
    #[serde(default)]
    pub test_suite_name: String,
}

/// The coverage of a file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CodeCoverage {
    /// The file.
    pub file_path: String,
    /// Of its lines.
    pub line_coverage_percentage: f64,
    /// Lines that ran.
    pub lines_covered: u64,
    /// Lines that did not.
    pub lines_missed: u64,
    /// Of its branches.
    pub branch_coverage_percentage: f64,
    /// Branches that were taken.
    pub branches_covered: u64,
    /// Branches that were not.
    pub branches_missed: u64,
}

/// Covered, of all; nothing to cover is covered wholly.
pub(crate) fn percentage(covered: u64, missed: u64) -> f64 {
    if covered + missed == 0 { 100.0 } else { (covered as f64 * 10_000.0 / (covered + missed) as f64).round() / 100.0 }
}

impl TestReportSummary {
    /// Counts cases in.
    pub(crate) fn add(&mut self, cases: &[TestCase]) {
        self.total += cases.len() as u64;
        for case in cases {
            *self.status_counts.entry(case.status.clone()).or_default() += 1;
            self.duration_in_nano_seconds = self.duration_in_nano_seconds.saturating_add(case.duration_in_nano_seconds);
        }
    }
    /// Whether no case failed.
    pub(crate) fn succeeded(&self) -> bool {
        ["FAILED", "ERROR"].iter().all(|bad| self.status_counts.get(*bad).is_none_or(|count| *count == 0))
    }
}

impl CodeCoverageReportSummary {
    /// Counts files in.
    pub(crate) fn add(&mut self, files: &[CodeCoverage]) {
        for file in files {
            self.lines_covered = self.lines_covered.saturating_add(file.lines_covered);
            self.lines_missed = self.lines_missed.saturating_add(file.lines_missed);
            self.branches_covered = self.branches_covered.saturating_add(file.branches_covered);
            self.branches_missed = self.branches_missed.saturating_add(file.branches_missed);
        }
        self.line_coverage_percentage = percentage(self.lines_covered, self.lines_missed);
        self.branch_coverage_percentage = percentage(self.branches_covered, self.branches_missed);
    }
}
