//! What a project is given, and whether Sekisho can do it: what would change the effect is refused by name.

use crate::{
    error::invalid,
    model::{Cache, Environment, EnvironmentVariable, LogsConfig, ProjectArtifacts, ProjectSource, Rest, Tag, answer::Project},
    state::ProjectRow,
};
use base::{Arn, Timestamp};
use gate::Error;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A project, as CreateProject and UpdateProject take it; UpdateProject leaves what is not given.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are AWS's own, explained at their types")]
pub struct ProjectInput {
    pub name: String,
    pub description: Option<String>,
    pub source: Option<ProjectSource>,
    pub source_version: Option<String>,
    pub artifacts: Option<ProjectArtifacts>,
    pub cache: Option<Cache>,
    pub environment: Option<Environment>,
    pub service_role: Option<Arn>,
    pub timeout_in_minutes: Option<u64>,
    pub queued_timeout_in_minutes: Option<u64>,
    pub encryption_key: Option<Arn>,
    pub tags: Option<Vec<Tag>>,
    pub logs_config: Option<LogsConfig>,
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

const MAX_VARIABLES: usize = 1000;
const MAX_TAGS: usize = 50;
const TIMEOUT: std::ops::RangeInclusive<u64> = 5..=2160;
const QUEUED_TIMEOUT: std::ops::RangeInclusive<u64> = 5..=480;

/// Refuses the members that are not known, by name, unless they ask for nothing.
pub(crate) fn refuse_rest(operation: &str, within: &str, rest: &Rest) -> Result<(), Error> {
    let empty = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(n) => n.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty() || text == "false",
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(true) => false,
    };
    match rest.iter().find(|(_, value)| !empty(value)) {
        Some((name, _)) => Err(Error::not_implemented(&format!("codebuild:{operation} with {within}{name}"))),
        None => Ok(()),
    }
}

fn one_of(value: &str, member: &str, known: &[&str], refused: &[&str]) -> Result<(), Error> {
    if known.contains(&value) {
        Ok(())
    } else if refused.contains(&value) {
        Err(Error::not_implemented(&format!("codebuild with {member} {value}")))
    } else {
        Err(invalid(format!("Invalid {member}: '{value}'. Valid values are: {}", known.join(", "))))
    }
}

/// A buildspec that is given itself, not by its path.
pub(crate) fn inline_buildspec(text: &str) -> bool {
    text.contains('\n') || text.trim_start().starts_with('{')
}

pub(crate) fn check_source(operation: &str, source: &ProjectSource) -> Result<(), Error> {
    let others = ["BITBUCKET", "CODECOMMIT", "GITHUB", "GITHUB_ENTERPRISE", "GITLAB", "GITLAB_SELF_MANAGED"];
    one_of(&source.kind, "source type", &["CODEPIPELINE", "NO_SOURCE", "S3"], &others)?;
    refuse_rest(operation, "source.", &source.rest)?;
    let buildspec = source.buildspec.as_deref().unwrap_or_default();
    if buildspec.starts_with("arn:") || buildspec.starts_with("s3://") {
        return Err(Error::not_implemented(&format!("codebuild:{operation} with a buildspec in S3")));
    }
    if source.kind == "NO_SOURCE" && !inline_buildspec(buildspec) {
        return Err(invalid("Project source type NO_SOURCE requires the buildspec itself: source.buildspec must hold its text"));
    }
    if source.kind == "S3" {
        let (bucket, key) = source.location.as_deref().and_then(|l| l.split_once('/')).unwrap_or_default();
        if bucket.is_empty() || key.is_empty() {
            return Err(invalid("Invalid project source: location must be a valid S3 source: bucket/key of a ZIP file"));
        }
        if key.ends_with('/') {
            return Err(Error::not_implemented(&format!("codebuild:{operation} with a folder as source.location")));
        }
    }
    Ok(())
}

pub(crate) fn check_artifacts(operation: &str, source: &ProjectSource, artifacts: &ProjectArtifacts) -> Result<(), Error> {
    one_of(&artifacts.kind, "artifacts type", &["CODEPIPELINE", "NO_ARTIFACTS", "S3"], &[])?;
    refuse_rest(operation, "artifacts.", &artifacts.rest)?;
    if (source.kind == "CODEPIPELINE") != (artifacts.kind == "CODEPIPELINE") {
        return Err(invalid("Invalid artifacts: artifact type CODEPIPELINE goes with source type CODEPIPELINE, and with no other"));
    }
    if artifacts.kind == "S3" {
        if artifacts.location.as_deref().is_none_or(str::is_empty) {
            return Err(invalid("Invalid artifacts: location is required for S3 artifacts: the name of a bucket"));
        }
        one_of(artifacts.packaging.as_deref().unwrap_or("NONE"), "artifacts packaging", &["NONE", "ZIP"], &[])?;
        one_of(artifacts.namespace_type.as_deref().unwrap_or("NONE"), "artifacts namespace type", &["NONE", "BUILD_ID"], &[])?;
    }
    Ok(())
}

pub(crate) fn check_variables(variables: &[EnvironmentVariable]) -> Result<(), Error> {
    if variables.len() > MAX_VARIABLES {
        return Err(invalid(format!("{} environment variables were given; at most {MAX_VARIABLES} are taken", variables.len())));
    }
    for variable in variables {
        crate::variables::check_name(&variable.name).map_err(invalid)?;
        one_of(&variable.kind, "environment variable type", &["PARAMETER_STORE", "PLAINTEXT", "SECRETS_MANAGER"], &[])?;
        if variable.value.contains('\0') {
            return Err(invalid(format!("The environment variable {} has a NUL character", variable.name)));
        }
    }
    Ok(())
}

/// Bytes of memory of AWS's sizes.
pub(crate) fn memory(compute_type: &str) -> Option<u64> {
    let gib = match compute_type {
        "BUILD_GENERAL1_SMALL" => 3,
        "BUILD_GENERAL1_MEDIUM" => 7,
        "BUILD_GENERAL1_LARGE" => 15,
        "BUILD_GENERAL1_XLARGE" => 70,
        "BUILD_GENERAL1_2XLARGE" => 145,
        _ => return None,
    };
    Some(gib << 30)
}

/// Bytes of disk of AWS's sizes.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-compute-types.html>
pub(crate) fn disk(compute_type: &str) -> Option<u64> {
    let gib = match compute_type {
        "BUILD_GENERAL1_SMALL" => 64,
        "BUILD_GENERAL1_MEDIUM" | "BUILD_GENERAL1_LARGE" => 128,
        "BUILD_GENERAL1_XLARGE" => 256,
        "BUILD_GENERAL1_2XLARGE" => 824,
        _ => return None,
    };
    Some(gib << 30)
}

fn check_environment(operation: &str, environment: &Environment) -> Result<(), Error> {
    let others = [
        "ARM_CONTAINER",
        "ARM_EC2",
        "ARM_LAMBDA_CONTAINER",
        "LINUX_EC2",
        "LINUX_GPU_CONTAINER",
        "LINUX_LAMBDA_CONTAINER",
        "MAC_ARM",
        "WINDOWS_CONTAINER",
        "WINDOWS_SERVER_2019_CONTAINER",
        "WINDOWS_SERVER_2022_CONTAINER",
    ];
    one_of(&environment.kind, "environment type", &["LINUX_CONTAINER"], &others)?;
    refuse_rest(operation, "environment.", &environment.rest)?;
    if environment.privileged_mode == Some(true) {
        return Err(Error::not_implemented(&format!("codebuild:{operation} with environment.privilegedMode")));
    }
    if environment.image.is_empty() {
        return Err(invalid("Invalid environment: image must not be empty"));
    }
    if memory(&environment.compute_type).is_none() {
        return Err(invalid(format!(
            "Invalid environment: computeType '{}' is not one of AWS's sizes (BUILD_GENERAL1_SMALL and larger)",
            environment.compute_type
        )));
    }
    check_variables(&environment.environment_variables)
}

pub(crate) fn check_logs(operation: &str, config: &LogsConfig) -> Result<(), Error> {
    let enabled = config.s3_logs.as_ref().is_some_and(|s3| s3.get("status").and_then(Value::as_str) == Some("ENABLED"));
    if enabled {
        return Err(Error::not_implemented(&format!("codebuild:{operation} with logsConfig.s3Logs")));
    }
    match &config.cloud_watch_logs {
        Some(logs) => one_of(&logs.status, "logsConfig.cloudWatchLogs status", &["DISABLED", "ENABLED"], &[]),
        None => Ok(()),
    }
}

pub(crate) fn check_timeout(minutes: u64) -> Result<u64, Error> {
    if TIMEOUT.contains(&minutes) {
        return Ok(minutes);
    }
    Err(invalid(format!("Invalid timeout: {minutes} minutes; it must be between {} and {}", TIMEOUT.start(), TIMEOUT.end())))
}

pub(crate) fn check_queued_timeout(minutes: u64) -> Result<u64, Error> {
    if QUEUED_TIMEOUT.contains(&minutes) {
        return Ok(minutes);
    }
    Err(invalid(format!(
        "Invalid queued timeout: {minutes} minutes; it must be between {} and {}",
        QUEUED_TIMEOUT.start(),
        QUEUED_TIMEOUT.end()
    )))
}

impl ProjectInput {
    /// The project as it will be kept; `before`: the one that is changed.
    pub(crate) fn into_row(self, operation: &str, before: Option<ProjectRow>, now: Timestamp) -> Result<ProjectRow, Error> {
        refuse_rest(operation, "", &self.rest)?;
        if let Some(cache) = &self.cache {
            one_of(&cache.kind, "cache type", &["NO_CACHE"], &["LOCAL", "S3"])?;
            refuse_rest(operation, "cache.", &cache.rest)?;
        }
        fn needed<T>(given: Option<T>, before: Option<T>, member: &str) -> Result<T, Error> {
            given.or(before).ok_or_else(|| {
                invalid(format!("1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must not be null"))
            })
        }
        let old = before.as_ref();
        let row = ProjectRow {
            description: self.description.or(old.and_then(|o| o.description.clone())),
            source: needed(self.source, old.map(|o| o.source.clone()), "source")?,
            source_version: self.source_version.or(old.and_then(|o| o.source_version.clone())),
            artifacts: needed(self.artifacts, old.map(|o| o.artifacts.clone()), "artifacts")?,
            environment: needed(self.environment, old.map(|o| o.environment.clone()), "environment")?,
            service_role: needed(self.service_role, old.map(|o| o.service_role.clone()), "serviceRole")?,
            timeout_in_minutes: check_timeout(self.timeout_in_minutes.or(old.map(|o| o.timeout_in_minutes)).unwrap_or(60))?,
            queued_timeout_in_minutes: check_queued_timeout(
                self.queued_timeout_in_minutes.or(old.map(|o| o.queued_timeout_in_minutes)).unwrap_or(480),
            )?,
            encryption_key: self.encryption_key.or(old.and_then(|o| o.encryption_key.clone())),
            logs_config: self.logs_config.or(old.and_then(|o| o.logs_config.clone())),
            tags: self.tags.or(old.map(|o| o.tags.clone())).unwrap_or_default(),
            created: old.map_or(now, |o| o.created),
            last_modified: now,
        };
        check_source(operation, &row.source)?;
        check_artifacts(operation, &row.source, &row.artifacts)?;
        check_environment(operation, &row.environment)?;
        if let Some(config) = &row.logs_config {
            check_logs(operation, config)?;
        }
        if row.tags.len() > MAX_TAGS {
            return Err(invalid(format!("{} tags were given; a project has at most {MAX_TAGS}", row.tags.len())));
        }
        Ok(row)
    }
}
