//! Batches of builds.

use super::{
    Cache, Environment, LogsConfig, PhaseContext, ProjectSource, SourceVersion,
    answer::{BuildArtifacts, BuildPhase},
};
use base::{Arn, EpochTime};
use serde::{Deserialize, Serialize};

/// How batches of a project are made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BuildBatchConfig {
    /// The role that starts and stops the builds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_role: Option<Arn>,
    /// Whether the artifacts are put together in one place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub combine_artifacts: Option<bool>,
    /// What a batch may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restrictions: Option<BatchRestrictions>,
    /// How long a batch may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_in_mins: Option<u64>,
    /// How git hosts are told: `REPORT_INDIVIDUAL_BUILDS` or `REPORT_AGGREGATED_BATCH`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_report_mode: Option<String>,
}

/// What a batch may have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchRestrictions {
    /// Builds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_builds_allowed: Option<u64>,
    /// Sizes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compute_types_allowed: Vec<String>,
    /// Fleets, which are not there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fleets_allowed: Vec<String>,
}

/// Which build of which batch one is. Not a member of AWS's API, where batches start their builds unseen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchPart {
    /// The batch's id.
    pub batch: String,
    /// The build's identifier in it.
    pub identifier: String,
}

/// A batch of builds.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are AWS's own")]
pub struct BuildBatch {
    pub id: String,
    pub arn: Arn,
    pub start_time: EpochTime,
    pub end_time: Option<EpochTime>,
    pub current_phase: String,
    pub build_batch_status: String,
    pub source_version: Option<String>,
    pub resolved_source_version: Option<String>,
    pub project_name: String,
    pub phases: Vec<BuildPhase>,
    pub source: ProjectSource,
    pub secondary_sources: Vec<ProjectSource>,
    pub secondary_source_versions: Vec<SourceVersion>,
    pub artifacts: BuildArtifacts,
    pub secondary_artifacts: Vec<BuildArtifacts>,
    pub cache: Cache,
    pub environment: Environment,
    pub service_role: Arn,
    pub log_config: Option<LogsConfig>,
    pub build_timeout_in_minutes: u64,
    pub queued_timeout_in_minutes: u64,
    pub complete: bool,
    pub initiator: String,
    pub encryption_key: Arn,
    pub build_batch_number: u64,
    pub build_batch_config: BuildBatchConfig,
    pub build_groups: Vec<BuildGroup>,
    pub debug_session_enabled: bool,
    pub report_arns: Vec<Arn>,
}

/// One build of a batch, with those that it was before it was tried again.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are AWS's own")]
pub struct BuildGroup {
    pub identifier: String,
    pub depends_on: Vec<String>,
    pub ignore_failure: bool,
    pub current_build_summary: Option<BuildSummary>,
    pub prior_build_summary_list: Vec<BuildSummary>,
}

/// A build of a batch in short.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are AWS's own")]
pub struct BuildSummary {
    pub arn: Arn,
    pub requested_on: EpochTime,
    pub build_status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_artifact: Option<ResolvedArtifact>,
    #[serde(default)]
    pub secondary_artifacts: Vec<ResolvedArtifact>,
}

/// Where an artifact of a build of a batch is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the members are AWS's own")]
pub struct ResolvedArtifact {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
}

/// Why a batch is where it is.
pub(crate) fn context(code: &str, message: impl Into<String>) -> Vec<PhaseContext> {
    vec![PhaseContext::new(code, message)]
}
