//! Projects and builds as answers show them.

use super::{
    Cache, Environment, LogsConfig, PhaseContext, ProjectArtifacts, ProjectSource, S3LogsConfig, SourceVersion, Tag,
    batch::BuildBatchConfig, epoch,
};
use crate::{
    names::Owner,
    state::{AutoRetry, BuildRow, PhaseRow, PlacedArtifact, ProjectRow},
    webhook::Webhook,
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
    pub secondary_sources: Vec<ProjectSource>,
    pub source_version: Option<String>,
    pub secondary_source_versions: Vec<SourceVersion>,
    pub artifacts: ProjectArtifacts,
    pub secondary_artifacts: Vec<ProjectArtifacts>,
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
    pub build_batch_config: Option<BuildBatchConfig>,
    pub concurrent_build_limit: Option<u64>,
    pub auto_retry_limit: Option<u64>,
    pub project_visibility: &'static str,
    pub webhook: Option<Webhook>,
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

pub(crate) fn no_cache() -> Cache {
    Cache { kind: "NO_CACHE".into(), ..Cache::default() }
}

impl Project {
    pub(crate) fn of(server: &str, owner: &Owner, name: &str, row: ProjectRow) -> Self {
        Self {
            webhook: row.webhook.map(|webhook| Webhook::of(server, owner, name, webhook, None)),
            name: name.into(),
            arn: owner.project_arn(name),
            encryption_key: row.encryption_key.clone().unwrap_or_else(|| default_key(owner)),
            description: row.description,
            source: row.source,
            secondary_sources: row.secondary_sources,
            source_version: row.source_version,
            secondary_source_versions: row.secondary_source_versions,
            artifacts: row.artifacts,
            secondary_artifacts: row.secondary_artifacts,
            cache: row.cache.unwrap_or_else(no_cache),
            environment: row.environment,
            service_role: row.service_role,
            timeout_in_minutes: row.timeout_in_minutes,
            queued_timeout_in_minutes: row.queued_timeout_in_minutes,
            tags: row.tags,
            created: epoch(row.created),
            last_modified: epoch(row.last_modified),
            badge: Badge { badge_enabled: false },
            logs_config: row.logs_config,
            build_batch_config: row.build_batch_config,
            concurrent_build_limit: row.concurrent_build_limit,
            auto_retry_limit: row.auto_retry_limit,
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
    pub secondary_sources: Vec<ProjectSource>,
    pub secondary_source_versions: Vec<SourceVersion>,
    pub artifacts: BuildArtifacts,
    pub secondary_artifacts: Vec<BuildArtifacts>,
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
    pub report_arns: Vec<Arn>,
    pub build_batch_arn: Option<Arn>,
    pub auto_retry_config: Option<AutoRetry>,
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
#[allow(missing_docs, reason = "the members are AWS's own")]
pub struct BuildArtifacts {
    pub location: String,
    pub sha256sum: Option<String>,
    pub md5sum: Option<String>,
    pub override_artifact_name: Option<bool>,
    pub encryption_disabled: Option<bool>,
    pub artifact_identifier: Option<String>,
    pub bucket_owner_access: Option<String>,
}

impl BuildArtifacts {
    pub(crate) fn of(to: &ProjectArtifacts, placed: Option<PlacedArtifact>) -> Self {
        let placed = placed.unwrap_or_default();
        Self {
            location: placed.location,
            sha256sum: placed.sha256,
            md5sum: placed.md5,
            override_artifact_name: to.override_artifact_name,
            encryption_disabled: to.encryption_disabled,
            artifact_identifier: to.artifact_identifier.clone(),
            bucket_owner_access: to.bucket_owner_access.clone(),
        }
    }
}

/// Where a build's log lies.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are AWS's own")]
pub struct LogsLocation {
    pub group_name: Option<String>,
    pub stream_name: Option<String>,
    pub deep_link: Option<String>,
    pub s3_deep_link: Option<String>,
    pub cloud_watch_logs_arn: Option<Arn>,
    pub s3_logs_arn: Option<Arn>,
    pub s3_logs: Option<S3LogsConfig>,
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
    let region = &owner.region;
    // The console writes `$` as `$25` and `/` as `$252F` in the names of its own addresses.
    let coded = |name: &str| name.replace('$', "$2524").replace('/', "$252F");
    let link = |(group, stream): &(String, String)| {
        let place = format!("logsV2:log-groups/log-group/{}/log-events/{}", coded(group), coded(stream));
        format!("https://console.aws.amazon.com/cloudwatch/home?region={region}#{place}")
    };
    let arn = |(group, stream): &(String, String)| {
        Arn::new("logs", region, owner.account.as_str(), &format!("log-group:{group}:log-stream:{stream}"))
    };
    if row.log.is_none() && row.s3_log.is_none() {
        return None;
    }
    let object = row.s3_log_object.as_ref();
    Some(LogsLocation {
        deep_link: row.log.as_ref().map(link),
        cloud_watch_logs_arn: row.log.as_ref().map(arn),
        group_name: row.log.as_ref().map(|(group, _)| group.clone()),
        stream_name: row.log.as_ref().map(|(_, stream)| stream.clone()),
        s3_deep_link: object.map(|(bucket, key)| format!("https://s3.console.aws.amazon.com/s3/object/{bucket}/{key}?region={region}")),
        s3_logs_arn: object.map(|(bucket, key)| Arn::new("s3", "", "", &format!("{bucket}/{key}"))),
        s3_logs: row.s3_log.clone(),
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
            secondary_sources: row.secondary_sources,
            secondary_source_versions: row.secondary_source_versions,
            secondary_artifacts: row
                .secondary_artifacts
                .iter()
                .map(|to| BuildArtifacts::of(to, row.secondary_placed.get(to.artifact_identifier.as_deref().unwrap_or_default()).cloned()))
                .collect(),
            artifacts: BuildArtifacts::of(&row.artifacts, row.placed),
            cache: row.cache.unwrap_or_else(no_cache),
            environment: row.environment,
            service_role: row.service_role,
            timeout_in_minutes: row.timeout_in_minutes,
            queued_timeout_in_minutes: row.queued_timeout_in_minutes,
            initiator: row.initiator,
            exported_environment_variables: row.exported.into_iter().map(|(name, value)| ExportedVariable { name, value }).collect(),
            report_arns: row.reports,
            build_batch_arn: row.part.as_ref().map(|part| owner.batch_arn(&part.batch)),
            auto_retry_config: row.auto_retry,
        }
    }
}
