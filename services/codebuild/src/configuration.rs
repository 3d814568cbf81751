//! What a project is given, and whether Sekisho can do it: what would change the effect is refused by name.

use crate::{
    checks,
    error::invalid,
    model::{
        Cache, Environment, LogsConfig, ProjectArtifacts, ProjectSource, Rest, SourceVersion, Tag, answer::Project, batch::BuildBatchConfig,
    },
    state::ProjectRow,
};
use base::{Arn, Timestamp};
use gate::Error;
use serde::{Deserialize, Serialize};

/// A project, as CreateProject and UpdateProject take it; UpdateProject leaves what is not given.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are AWS's own, explained at their types")]
pub struct ProjectInput {
    pub name: String,
    pub description: Option<String>,
    pub source: Option<ProjectSource>,
    pub secondary_sources: Option<Vec<ProjectSource>>,
    pub source_version: Option<String>,
    pub secondary_source_versions: Option<Vec<SourceVersion>>,
    pub artifacts: Option<ProjectArtifacts>,
    pub secondary_artifacts: Option<Vec<ProjectArtifacts>>,
    pub cache: Option<Cache>,
    pub environment: Option<Environment>,
    pub service_role: Option<Arn>,
    pub timeout_in_minutes: Option<u64>,
    pub queued_timeout_in_minutes: Option<u64>,
    pub encryption_key: Option<Arn>,
    pub tags: Option<Vec<Tag>>,
    pub logs_config: Option<LogsConfig>,
    pub build_batch_config: Option<BuildBatchConfig>,
    pub concurrent_build_limit: Option<i64>,
    pub auto_retry_limit: Option<u64>,
    /// Other members: refused.
    #[serde(flatten)]
    pub rest: Rest,
}

/// The project.
#[derive(Debug, Clone, Serialize)]
pub struct ProjectOutput {
    /// The project.
    pub project: Project,
}

/// The most builds of a project at once that it may be given as its own limit.
const MAX_CONCURRENT: i64 = 10_000;
const MAX_AUTO_RETRIES: u64 = 10;

/// A limit of builds at once; none, where it is taken away by -1 or 0.
fn concurrent(limit: Option<i64>, before: Option<u64>) -> Result<Option<u64>, Error> {
    match limit {
        None => Ok(before),
        Some(-1 | 0) => Ok(None),
        Some(limit @ 1..=MAX_CONCURRENT) => Ok(limit.try_into().ok()),
        Some(limit) => {
            Err(invalid(format!("Invalid concurrentBuildLimit: {limit}; it must be between 1 and {MAX_CONCURRENT}, or -1 for none")))
        }
    }
}

impl ProjectInput {
    /// The project as it will be kept; `before`: the one that is changed.
    pub(crate) fn into_row(self, operation: &str, before: Option<ProjectRow>, now: Timestamp) -> Result<ProjectRow, Error> {
        checks::refuse_rest(operation, "", &self.rest)?;
        fn needed<T>(given: Option<T>, before: Option<T>, member: &str) -> Result<T, Error> {
            given.or(before).ok_or_else(|| {
                invalid(format!("1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must not be null"))
            })
        }
        let old = before.as_ref();
        if self.auto_retry_limit.is_some_and(|limit| limit > MAX_AUTO_RETRIES) {
            return Err(invalid(format!("Invalid autoRetryLimit: it must be between 0 and {MAX_AUTO_RETRIES}")));
        }
        let row = ProjectRow {
            description: self.description.or(old.and_then(|o| o.description.clone())),
            source: needed(self.source, old.map(|o| o.source.clone()), "source")?,
            secondary_sources: self.secondary_sources.or(old.map(|o| o.secondary_sources.clone())).unwrap_or_default(),
            source_version: self.source_version.or(old.and_then(|o| o.source_version.clone())),
            secondary_source_versions: self
                .secondary_source_versions
                .or(old.map(|o| o.secondary_source_versions.clone()))
                .unwrap_or_default(),
            artifacts: needed(self.artifacts, old.map(|o| o.artifacts.clone()), "artifacts")?,
            secondary_artifacts: self.secondary_artifacts.or(old.map(|o| o.secondary_artifacts.clone())).unwrap_or_default(),
            cache: self.cache.or(old.and_then(|o| o.cache.clone())),
            environment: needed(self.environment, old.map(|o| o.environment.clone()), "environment")?,
            service_role: needed(self.service_role, old.map(|o| o.service_role.clone()), "serviceRole")?,
            timeout_in_minutes: checks::check_timeout(self.timeout_in_minutes.or(old.map(|o| o.timeout_in_minutes)).unwrap_or(60))?,
            queued_timeout_in_minutes: checks::check_queued_timeout(
                self.queued_timeout_in_minutes.or(old.map(|o| o.queued_timeout_in_minutes)).unwrap_or(480),
            )?,
            encryption_key: self.encryption_key.or(old.and_then(|o| o.encryption_key.clone())),
            logs_config: self.logs_config.or(old.and_then(|o| o.logs_config.clone())),
            build_batch_config: self.build_batch_config.or(old.and_then(|o| o.build_batch_config.clone())),
            concurrent_build_limit: concurrent(self.concurrent_build_limit, old.and_then(|o| o.concurrent_build_limit))?,
            auto_retry_limit: self.auto_retry_limit.or(old.and_then(|o| o.auto_retry_limit)),
            tags: self.tags.or(old.map(|o| o.tags.clone())).unwrap_or_default(),
            cache_generation: old.map_or(0, |o| o.cache_generation),
            webhook: old.and_then(|o| o.webhook.clone()),
            created: old.map_or(now, |o| o.created),
            last_modified: now,
        };
        check(operation, &row)?;
        Ok(row)
    }
}

/// What a project, or a build with its overrides, may have.
pub(crate) fn check(operation: &str, row: &ProjectRow) -> Result<(), Error> {
    checks::check_source(operation, &row.source)?;
    checks::check_secondary_sources(operation, &row.source, &row.secondary_sources, &row.secondary_source_versions)?;
    checks::check_artifacts(operation, &row.source, &row.artifacts)?;
    checks::check_secondary_artifacts(operation, &row.secondary_artifacts)?;
    checks::check_environment(operation, &row.environment)?;
    row.cache.as_ref().map_or(Ok(()), |cache| checks::check_cache(operation, cache))?;
    row.logs_config.as_ref().map_or(Ok(()), checks::check_logs)?;
    row.build_batch_config.as_ref().map_or(Ok(()), checks::check_batch_config)?;
    checks::check_timeout(row.timeout_in_minutes)?;
    checks::check_queued_timeout(row.queued_timeout_in_minutes)?;
    if row.tags.len() > checks::MAX_TAGS {
        return Err(invalid(format!("{} tags were given; a project has at most {}", row.tags.len(), checks::MAX_TAGS)));
    }
    Ok(())
}
