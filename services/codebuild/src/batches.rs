//! Batches of builds: their rows, and what is told of them.

use crate::{
    CodeBuild, StartBuildInput,
    model::{
        answer::{BuildArtifacts, default_key, no_cache},
        batch::{BuildBatch, BuildBatchConfig, BuildGroup, BuildSummary, ResolvedArtifact},
        epoch,
    },
    names::Owner,
    state::{BUILDS, BuildRow, PhaseRow, ProjectRow},
};
use base::{Arn, Timestamp};
use gate::{Error, Scope, Table};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A batch, with all of its project that it was started with.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct BatchRow {
    pub(crate) number: u64,
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) started: Timestamp,
    pub(crate) ended: Option<Timestamp>,
    pub(crate) phases: Vec<PhaseRow>,
    pub(crate) project: ProjectRow,
    pub(crate) config: BuildBatchConfig,
    /// What each build is started with.
    pub(crate) start: StartBuildInput,
    pub(crate) initiator: String,
    pub(crate) fast_fail: bool,
    pub(crate) stopping: bool,
    pub(crate) late: bool,
    pub(crate) groups: Vec<GroupState>,
}

/// One build of a batch.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct GroupState {
    pub(crate) task: TaskRow,
    pub(crate) build: Option<String>,
    /// Those before it was tried again.
    pub(crate) prior: Vec<String>,
    /// Why it could not be started.
    pub(crate) refused: Option<String>,
}

/// What a build of a batch has otherwise than the project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TaskRow {
    pub(crate) identifier: String,
    pub(crate) depends_on: Vec<String>,
    pub(crate) ignore_failure: bool,
    pub(crate) buildspec: Option<String>,
    pub(crate) compute_type: Option<String>,
    pub(crate) image: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) privileged: Option<bool>,
    pub(crate) variables: BTreeMap<String, String>,
}

/// Account, region, `project:uuid`.
pub(crate) static BATCHES: Table<CodeBuild, BatchRow> = Table::new("batches");
/// Account, region, UUID by time: the batch's id.
pub(crate) static BATCHES_BY_TIME: Table<CodeBuild, String> = Table::new("batches-by-time");
/// Account, region, project: the number of its last batch.
pub(crate) static BATCH_NUMBERS: Table<CodeBuild, u64> = Table::new("batch-numbers");

impl From<buildspec::Task> for TaskRow {
    fn from(task: buildspec::Task) -> Self {
        Self {
            identifier: task.identifier,
            depends_on: task.depend_on,
            ignore_failure: task.ignore_failure,
            buildspec: task.buildspec,
            compute_type: task.env.compute_type,
            image: task.env.image,
            kind: task.env.kind,
            privileged: task.env.privileged_mode,
            variables: task.env.variables,
        }
    }
}

impl GroupState {
    pub(crate) fn of(task: TaskRow) -> Self {
        Self { task, build: None, prior: Vec::new(), refused: None }
    }
}

impl BatchRow {
    pub(crate) fn enter(&mut self, phase: &str, now: Timestamp) {
        self.leave("SUCCEEDED", Vec::new(), now);
        self.phases.push(PhaseRow { kind: phase.into(), status: None, start: now, end: None, contexts: Vec::new() });
    }
    pub(crate) fn leave(&mut self, status: &str, contexts: Vec<crate::model::PhaseContext>, now: Timestamp) {
        if let Some(open) = self.phases.last_mut().filter(|phase| phase.end.is_none()) {
            (open.end, open.status, open.contexts) = (Some(now), Some(status.into()), contexts);
        }
    }
    /// Ends the batch.
    pub(crate) fn complete(&mut self, status: &str, contexts: Vec<crate::model::PhaseContext>, now: Timestamp) {
        self.leave(status, contexts, now);
        let last = if ["SUCCEEDED", "STOPPED"].contains(&status) { status } else { "FAILED" };
        self.phases.push(PhaseRow { kind: last.into(), status: Some(status.into()), start: now, end: Some(now), contexts: Vec::new() });
        (self.status, self.ended) = (status.into(), Some(now));
    }
}

fn artifact(kind: &str, location: Option<String>, identifier: &str) -> ResolvedArtifact {
    ResolvedArtifact { kind: kind.into(), location, identifier: Some(identifier.into()) }
}

fn summary(owner: &Owner, id: &str, identifier: &str, row: &BuildRow) -> BuildSummary {
    let placed = |placed: &crate::state::PlacedArtifact| Some(placed.location.clone());
    BuildSummary {
        arn: owner.build_arn(id),
        requested_on: epoch(row.started),
        build_status: row.status.clone(),
        primary_artifact: Some(artifact(&row.artifacts.kind, row.placed.as_ref().and_then(placed), identifier)),
        secondary_artifacts: row.secondary_placed.iter().map(|(name, at)| artifact("S3", placed(at), name)).collect(),
    }
}

/// A batch as answers show it, with what its builds are now.
pub(crate) fn answer(scope: &mut Scope<'_, CodeBuild>, owner: &Owner, id: &str, row: BatchRow) -> Result<BuildBatch, Error> {
    let (mut groups, mut reports, mut resolved) = (Vec::new(), Vec::<Arn>::new(), None);
    for group in &row.groups {
        let identifier = &group.task.identifier;
        let mut told = |id: &String| -> Result<Option<BuildSummary>, Error> {
            let Some(build) = scope.get(&BUILDS, &owner.row(id))? else { return Ok(None) };
            resolved = resolved.take().or_else(|| build.resolved_source_version.clone());
            reports.extend(build.reports.iter().cloned());
            Ok(Some(summary(owner, id, identifier, &build)))
        };
        let current = group.build.as_ref().map(&mut told).transpose()?.flatten();
        let prior: Result<Vec<_>, Error> = group.prior.iter().map(&mut told).collect();
        groups.push(BuildGroup {
            identifier: identifier.clone(),
            depends_on: group.task.depends_on.clone(),
            ignore_failure: group.task.ignore_failure,
            current_build_summary: current,
            prior_build_summary_list: prior?.into_iter().flatten().collect(),
        });
    }
    let project = row.project;
    Ok(BuildBatch {
        id: id.into(),
        arn: owner.batch_arn(id),
        start_time: epoch(row.started),
        end_time: row.ended.map(epoch),
        current_phase: row.phases.last().map(|phase| phase.kind.clone()).unwrap_or_default(),
        build_batch_status: row.status,
        source_version: row.start.source_version.or(project.source_version),
        resolved_source_version: resolved,
        project_name: row.name,
        phases: row.phases.into_iter().map(Into::into).collect(),
        source: project.source,
        secondary_sources: project.secondary_sources,
        secondary_source_versions: project.secondary_source_versions,
        artifacts: BuildArtifacts::of(&project.artifacts, None),
        secondary_artifacts: project.secondary_artifacts.iter().map(|to| BuildArtifacts::of(to, None)).collect(),
        cache: project.cache.unwrap_or_else(no_cache),
        environment: project.environment,
        service_role: project.service_role,
        log_config: project.logs_config,
        build_timeout_in_minutes: project.timeout_in_minutes,
        queued_timeout_in_minutes: project.queued_timeout_in_minutes,
        complete: row.ended.is_some(),
        initiator: row.initiator,
        encryption_key: project.encryption_key.unwrap_or_else(|| default_key(owner)),
        build_batch_number: row.number,
        build_batch_config: row.config,
        build_groups: groups,
        debug_session_enabled: false,
        report_arns: reports,
    })
}
