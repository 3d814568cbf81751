use crate::{
    CodeBuild,
    model::{Environment, LogsConfig, PhaseContext, PipelineArtifact, PipelineSource, ProjectArtifacts, ProjectSource, Tag},
};
use base::{Arn, Timestamp};
use gate::Table;
use serde::{Deserialize, Serialize};

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
    pub(crate) artifact_location: Option<String>,
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
    /// StopBuild was called.
    pub(crate) stopping: bool,
    /// How often it was begun: more than once after a crash.
    pub(crate) attempts: u32,
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

/// Account, region, name.
pub(crate) static PROJECTS: Table<CodeBuild, ProjectRow> = Table::new("projects");
/// Account, region, project: the number of its last build.
pub(crate) static NUMBERS: Table<CodeBuild, u64> = Table::new("numbers");
/// Account, region, `project:uuid`.
pub(crate) static BUILDS: Table<CodeBuild, BuildRow> = Table::new("builds");
/// Account, region, UUID by time: the build's id.
pub(crate) static BUILDS_BY_TIME: Table<CodeBuild, String> = Table::new("builds-by-time");
/// Account, region, project, number as 20 digits: the build's id.
pub(crate) static BUILDS_BY_PROJECT: Table<CodeBuild, String> = Table::new("builds-by-project");
