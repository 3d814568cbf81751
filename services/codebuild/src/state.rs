use crate::{
    CodeBuild,
    model::{
        Cache, Environment, LogsConfig, PhaseContext, PipelineArtifact, PipelineSource, ProjectArtifacts, ProjectSource, S3LogsConfig,
        SourceVersion, Tag,
        batch::{BatchPart, BuildBatchConfig},
    },
    webhook::WebhookRow,
};
use base::{Arn, Timestamp};
use gate::{StoredCaller, Table};
use provenance::Envelope;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ProjectRow {
    pub(crate) description: Option<String>,
    pub(crate) source: ProjectSource,
    pub(crate) source_version: Option<String>,
    pub(crate) artifacts: ProjectArtifacts,
    pub(crate) environment: Environment,
    pub(crate) service_role: Arn,
    pub(crate) timeout_in_minutes: u64,
    pub(crate) queued_timeout_in_minutes: u64,
    pub(crate) encryption_key: Option<Arn>,
    pub(crate) logs_config: Option<LogsConfig>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) created: Timestamp,
    pub(crate) last_modified: Timestamp,
    #[serde(default)]
    pub(crate) secondary_sources: Vec<ProjectSource>,
    #[serde(default)]
    pub(crate) secondary_source_versions: Vec<SourceVersion>,
    #[serde(default)]
    pub(crate) secondary_artifacts: Vec<ProjectArtifacts>,
    #[serde(default)]
    pub(crate) cache: Option<Cache>,
    #[serde(default)]
    pub(crate) build_batch_config: Option<BuildBatchConfig>,
    #[serde(default)]
    pub(crate) concurrent_build_limit: Option<u64>,
    #[serde(default)]
    pub(crate) auto_retry_limit: Option<u64>,
    /// Counted up where the cache is to be forgotten: part of its objects' keys.
    #[serde(default)]
    pub(crate) cache_generation: u64,
    #[serde(default)]
    pub(crate) webhook: Option<WebhookRow>,
}

/// Where an artifact was put, and the sums of its ZIP file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlacedArtifact {
    pub(crate) location: String,
    pub(crate) sha256: Option<String>,
    pub(crate) md5: Option<String>,
}

/// How often a build was tried again, and its neighbours in that.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are AWS's own")]
pub struct AutoRetry {
    pub auto_retry_limit: u64,
    pub auto_retry_number: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_auto_retry: Option<Arn>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_auto_retry: Option<Arn>,
}

/// A build, with all of its project that it was started with.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct BuildRow {
    pub(crate) project: String,
    pub(crate) number: u64,
    pub(crate) status: String,
    pub(crate) started: Timestamp,
    pub(crate) ended: Option<Timestamp>,
    pub(crate) phases: Vec<PhaseRow>,
    pub(crate) source: ProjectSource,
    pub(crate) source_version: Option<String>,
    pub(crate) resolved_source_version: Option<String>,
    pub(crate) artifacts: ProjectArtifacts,
    /// The primary artifact.
    #[serde(default)]
    pub(crate) placed: Option<PlacedArtifact>,
    pub(crate) environment: Environment,
    pub(crate) service_role: Arn,
    pub(crate) timeout_in_minutes: u64,
    pub(crate) queued_timeout_in_minutes: u64,
    pub(crate) encryption_key: Option<Arn>,
    /// Group and stream; None: the log is switched off.
    pub(crate) log: Option<(String, String)>,
    pub(crate) initiator: String,
    pub(crate) exported: Vec<(String, String)>,
    pub(crate) pipeline_sources: Vec<PipelineSource>,
    pub(crate) pipeline_artifacts: Vec<PipelineArtifact>,
    /// The pipeline, and its execution.
    #[serde(default)]
    pub(crate) pipeline: Option<String>,
    #[serde(default)]
    pub(crate) pipeline_execution: Option<String>,
    /// StopBuild was called.
    pub(crate) stopping: bool,
    /// How often it was begun: more than once after a crash.
    pub(crate) attempts: u32,
    #[serde(default)]
    pub(crate) secondary_sources: Vec<ProjectSource>,
    #[serde(default)]
    pub(crate) secondary_source_versions: Vec<SourceVersion>,
    #[serde(default)]
    pub(crate) secondary_artifacts: Vec<ProjectArtifacts>,
    /// The secondary artifacts by their identifiers.
    #[serde(default)]
    pub(crate) secondary_placed: BTreeMap<String, PlacedArtifact>,
    #[serde(default)]
    pub(crate) cache: Option<Cache>,
    #[serde(default)]
    pub(crate) cache_generation: u64,
    #[serde(default)]
    pub(crate) s3_log: Option<S3LogsConfig>,
    /// Bucket and key of the log in S3.
    #[serde(default)]
    pub(crate) s3_log_object: Option<(String, String)>,
    #[serde(default)]
    pub(crate) reports: Vec<Arn>,
    /// The batch that it belongs to.
    #[serde(default)]
    pub(crate) part: Option<BatchPart>,
    /// What it read for its batch: the batch of its buildspec.
    #[serde(default)]
    pub(crate) tasks: Option<Value>,
    #[serde(default)]
    pub(crate) auto_retry: Option<AutoRetry>,
    /// A phase failed that asks for another try: how often at most.
    #[serde(default)]
    pub(crate) retry_wanted: Option<u64>,
    /// It runs commands without a project, as the session that asked for them.
    #[serde(default)]
    pub(crate) session: Option<StoredCaller>,
}

/// What was started by an idempotency token.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct TokenRow {
    pub(crate) id: String,
    pub(crate) asked: String,
    pub(crate) when: Timestamp,
}

/// An idempotency token, and when it came.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct TokenTime {
    pub(crate) operation: String,
    pub(crate) token: String,
    pub(crate) when: Timestamp,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PhaseRow {
    pub(crate) kind: String,
    pub(crate) status: Option<String>,
    pub(crate) start: Timestamp,
    pub(crate) end: Option<Timestamp>,
    pub(crate) contexts: Vec<PhaseContext>,
}

pub(crate) const IN_PROGRESS: &str = "IN_PROGRESS";
pub(crate) const SUCCEEDED: &str = "SUCCEEDED";
pub(crate) const FAILED: &str = "FAILED";
pub(crate) const FAULT: &str = "FAULT";
pub(crate) const TIMED_OUT: &str = "TIMED_OUT";
pub(crate) const STOPPED: &str = "STOPPED";

impl BuildRow {
    /// Begins a phase; one that is open ends well.
    pub(crate) fn enter(&mut self, phase: &str, now: Timestamp) {
        self.leave(SUCCEEDED, Vec::new(), now);
        self.phases.push(PhaseRow { kind: phase.into(), status: None, start: now, end: None, contexts: Vec::new() });
    }
    /// Ends the open phase, if there is one.
    pub(crate) fn leave(&mut self, status: &str, contexts: Vec<PhaseContext>, now: Timestamp) {
        if let Some(open) = self.phases.last_mut().filter(|p| p.end.is_none()) {
            open.end = Some(now);
            open.status = Some(status.into());
            open.contexts = contexts;
        }
    }
    /// Ends the build. What it was first told is its end.
    pub(crate) fn complete(&mut self, status: &str, contexts: Vec<PhaseContext>, now: Timestamp) {
        if self.ended.is_none() {
            self.leave(status, contexts, now);
            self.phases.push(PhaseRow { kind: "COMPLETED".into(), status: None, start: now, end: None, contexts: Vec::new() });
            self.status = status.into();
            self.ended = Some(now);
        }
    }
}

/// Account, region, project, delivery: webhooks that came, and when.
pub(crate) static DELIVERIES: Table<CodeBuild, Timestamp> = Table::new("deliveries");
/// Account, region, name.
pub(crate) static PROJECTS: Table<CodeBuild, ProjectRow> = Table::new("projects");
/// Account, region, project: the number of its last build.
pub(crate) static NUMBERS: Table<CodeBuild, u64> = Table::new("numbers");
/// Account, region, project, id: those that have not ended.
pub(crate) static ACTIVE: Table<CodeBuild, Timestamp> = Table::new("active");
/// Account, region, operation, token: what was started by it.
pub(crate) static TOKENS: Table<CodeBuild, TokenRow> = Table::new("tokens");
/// Account, region, project, UUID by time: which tokens there are.
pub(crate) static TOKENS_BY_TIME: Table<CodeBuild, TokenTime> = Table::new("tokens-by-time");
/// Account, region, `project:uuid`.
pub(crate) static BUILDS: Table<CodeBuild, BuildRow> = Table::new("builds");
/// Account, region, `project:uuid`, part as ten digits: what was signed of the build's artifacts. It stays when the build is deleted.
pub(crate) static PROVENANCE: Table<CodeBuild, Envelope> = Table::new("provenance");
/// Account, region, SHA-256, `project:uuid`: the part that tells of an artifact.
pub(crate) static BY_DIGEST: Table<CodeBuild, u32> = Table::new("provenance-by-digest");
/// Account, region, UUID by time: the build's id.
pub(crate) static BUILDS_BY_TIME: Table<CodeBuild, String> = Table::new("builds-by-time");
/// Account, region, project, number as 20 digits: the build's id.
pub(crate) static BUILDS_BY_PROJECT: Table<CodeBuild, String> = Table::new("builds-by-project");
