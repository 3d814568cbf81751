//! Projects and builds as answers show them.

use super::{Cache, Environment, LogsConfig, PhaseContext, ProjectArtifacts, ProjectSource, Tag, epoch};
use crate::{
    names::Owner,
    state::{BuildRow, PhaseRow, ProjectRow},
};
use base::{Arn, EpochTime};
use serde::Serialize;

/// A project.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are AWS's own, as in the inputs")]
pub struct Project {
    pub name: String,
    pub arn: Arn,
    pub description: Option<String>,
    pub source: ProjectSource,
    pub source_version: Option<String>,
    pub artifacts: ProjectArtifacts,
    pub cache: Cache,
    pub environment: Environment,
    pub service_role: Arn,
    pub timeout_in_minutes: u64,
    pub queued_timeout_in_minutes: u64,
    pub encryption_key: Arn,
    pub tags: Vec<Tag>,
    pub created: EpochTime,
    pub last_modified: EpochTime,
    pub badge: Badge,
    pub logs_config: Option<LogsConfig>,
    pub project_visibility: &'static str,
}

/// Badges are not there.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Badge {
    badge_enabled: bool,
}

/// What encrypts where nothing else is said: AWS's own key for S3.
pub(crate) fn default_key(owner: &Owner) -> Arn {
    Arn::new("kms", &owner.region, owner.account.as_str(), "alias/aws/s3")
}

impl Project {
    pub(crate) fn of(owner: &Owner, name: &str, row: ProjectRow) -> Self {
        Self {
            name: name.into(),
            arn: owner.project_arn(name),
            encryption_key: row.encryption_key.clone().unwrap_or_else(|| default_key(owner)),
            description: row.description,
            source: row.source,
            source_version: row.source_version,
            artifacts: row.artifacts,
            cache: Cache { kind: "NO_CACHE".into(), ..Cache::default() },
            environment: row.environment,
            service_role: row.service_role,
            timeout_in_minutes: row.timeout_in_minutes,
            queued_timeout_in_minutes: row.queued_timeout_in_minutes,
            tags: row.tags,
            created: epoch(row.created),
            last_modified: epoch(row.last_modified),
            badge: Badge { badge_enabled: false },
            logs_config: row.logs_config,
            project_visibility: "PRIVATE",
        }
    }
}

/// A build.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are AWS's own")]
pub struct Build {
    pub id: String,
    pub arn: Arn,
    pub build_number: u64,
    pub start_time: EpochTime,
    pub end_time: Option<EpochTime>,
    pub current_phase: String,
    pub build_status: String,
    pub source_version: Option<String>,
    pub resolved_source_version: Option<String>,
    pub project_name: String,
    pub phases: Vec<BuildPhase>,
    pub source: ProjectSource,
    pub artifacts: BuildArtifacts,
    pub cache: Cache,
    pub environment: Environment,
    pub service_role: Arn,
    pub logs: Option<LogsLocation>,
    pub timeout_in_minutes: u64,
    pub queued_timeout_in_minutes: u64,
    pub build_complete: bool,
    pub initiator: String,
    pub encryption_key: Arn,
    pub exported_environment_variables: Vec<ExportedVariable>,
}

/// A phase of a build.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are AWS's own")]
pub struct BuildPhase {
    pub phase_type: String,
    pub phase_status: Option<String>,
    pub start_time: EpochTime,
    pub end_time: Option<EpochTime>,
    pub duration_in_seconds: Option<u64>,
    pub contexts: Vec<PhaseContext>,
}

/// Where a build's artifact went.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BuildArtifacts {
    location: String,
    encryption_disabled: Option<bool>,
}

/// Where a build's log lies.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are AWS's own")]
pub struct LogsLocation {
    pub group_name: String,
    pub stream_name: String,
    pub deep_link: String,
    pub cloud_watch_logs_arn: Arn,
}

/// A variable that a build hands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the members are AWS's own")]
pub struct ExportedVariable {
    pub name: String,
    pub value: String,
}

impl From<PhaseRow> for BuildPhase {
    fn from(row: PhaseRow) -> Self {
        Self {
            duration_in_seconds: row.end.map(|end| end.since(row.start).as_secs()),
            phase_type: row.kind,
            phase_status: row.status,
            start_time: epoch(row.start),
            end_time: row.end.map(epoch),
            contexts: row.contexts,
        }
    }
}

fn logs_of(owner: &Owner, row: &BuildRow) -> Option<LogsLocation> {
    let (group, stream) = row.log.clone()?;
    let region = &owner.region;
    // The console writes `$` as `$25` and `/` as `$252F` in the names of its own addresses.
    let coded = |name: &str| name.replace('$', "$2524").replace('/', "$252F");
    Some(LogsLocation {
        deep_link: format!(
            "https://console.aws.amazon.com/cloudwatch/home?region={region}#logsV2:log-groups/log-group/{}/log-events/{}",
            coded(&group),
            coded(&stream)
        ),
        cloud_watch_logs_arn: Arn::new("logs", region, owner.account.as_str(), &format!("log-group:{group}:log-stream:{stream}")),
        group_name: group,
        stream_name: stream,
    })
}

impl Build {
    pub(crate) fn of(owner: &Owner, id: &str, row: BuildRow) -> Self {
        Self {
            id: id.into(),
            arn: owner.build_arn(id),
            build_number: row.number,
            start_time: epoch(row.started),
            end_time: row.ended.map(epoch),
            current_phase: row.phases.last().map(|p| p.kind.clone()).unwrap_or_default(),
            logs: logs_of(owner, &row),
            build_complete: row.ended.is_some(),
            encryption_key: row.encryption_key.clone().unwrap_or_else(|| default_key(owner)),
            build_status: row.status,
            source_version: row.source_version,
            resolved_source_version: row.resolved_source_version,
            project_name: row.project,
            phases: row.phases.into_iter().map(BuildPhase::from).collect(),
            source: row.source,
            artifacts: BuildArtifacts {
                location: row.artifact_location.unwrap_or_default(),
                encryption_disabled: row.artifacts.encryption_disabled,
            },
            cache: Cache { kind: "NO_CACHE".into(), ..Cache::default() },
            environment: row.environment,
            service_role: row.service_role,
            timeout_in_minutes: row.timeout_in_minutes,
            queued_timeout_in_minutes: row.queued_timeout_in_minutes,
            initiator: row.initiator,
            exported_environment_variables: row.exported.into_iter().map(|(name, value)| ExportedVariable { name, value }).collect(),
        }
    }
}
