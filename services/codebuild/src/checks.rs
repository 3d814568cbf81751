//! What may be asked of a project or a build: what is wrong, and what would change the effect and is not there, by name.

use crate::{
    error::invalid,
    model::{
        Cache, Environment, EnvironmentVariable, LogsConfig, ProjectArtifacts, ProjectSource, Rest, SourceVersion, batch::BuildBatchConfig,
    },
};
use gate::Error;
use serde_json::Value;

/// The most tags of a project.
pub(crate) const MAX_TAGS: usize = 50;
const MAX_VARIABLES: usize = 1000;
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

pub(crate) fn one_of(value: &str, member: &str, known: &[&str], refused: &[&str]) -> Result<(), Error> {
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

/// Git hosts, of which a source is taken into a project.
pub(crate) const GIT_HOSTS: [&str; 5] = ["BITBUCKET", "GITHUB", "GITHUB_ENTERPRISE", "GITLAB", "GITLAB_SELF_MANAGED"];

pub(crate) fn check_source(operation: &str, source: &ProjectSource) -> Result<(), Error> {
    let known =
        ["BITBUCKET", "CODECOMMIT", "CODEPIPELINE", "GITHUB", "GITHUB_ENTERPRISE", "GITLAB", "GITLAB_SELF_MANAGED", "NO_SOURCE", "S3"];
    one_of(&source.kind, "source type", &known, &[])?;
    refuse_rest(operation, "source.", &source.rest)?;
    let buildspec = source.buildspec.as_deref().unwrap_or_default();
    if source.kind == "NO_SOURCE" && !inline_buildspec(buildspec) && !in_bucket(buildspec) {
        return Err(invalid("Project source type NO_SOURCE requires the buildspec itself: source.buildspec must hold its text"));
    }
    let location = source.location.as_deref().unwrap_or_default();
    let (bucket, key) = location.strip_prefix("arn:aws:s3:::").unwrap_or(location).split_once('/').unwrap_or_default();
    if source.kind == "S3" && (bucket.is_empty() || key.is_empty()) {
        return Err(invalid("Invalid project source: location must be a valid S3 source: bucket/key of a ZIP file, or bucket/folder/"));
    }
    if source.kind == "CODECOMMIT" && repository_of(location).is_none() {
        return Err(invalid(format!(
            "Invalid project source: location must be a valid CodeCommit repository URL: https://git-codecommit.REGION.amazonaws.com/v1/repos/NAME, not '{location}'"
        )));
    }
    if GIT_HOSTS.contains(&source.kind.as_str()) && repository_at(&source.kind, location).is_none() {
        let host = home_of(&source.kind).unwrap_or("https://HOST");
        return Err(invalid(format!("Invalid project source: location must be a valid {} source: {host}/OWNER/REPOSITORY", source.kind)));
    }
    if let Some(auth) = &source.auth {
        one_of(&auth.kind, "source auth type", &["CODECONNECTIONS", "OAUTH", "SECRETS_MANAGER"], &[])?;
        if auth.kind != "OAUTH" && auth.resource.as_deref().is_none_or(|arn| arn.parse::<base::Arn>().is_err()) {
            return Err(invalid(format!("Invalid project source: auth of type {} needs a resource, an ARN", auth.kind)));
        }
    }
    Ok(())
}

/// A buildspec that lies in a bucket by itself.
pub(crate) fn in_bucket(buildspec: &str) -> bool {
    buildspec.starts_with("arn:aws:s3:::") && !inline_buildspec(buildspec)
}

/// The name of a CodeCommit repository, by its URL.
pub(crate) fn repository_of(url: &str) -> Option<&str> {
    let (_, name) = url.trim_end_matches('/').rsplit_once("/v1/repos/")?;
    let fits = !name.is_empty() && name.len() <= 100 && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    fits.then_some(name)
}

/// Where all repositories of a kind of host are.
fn home_of(kind: &str) -> Option<&'static str> {
    match kind {
        "BITBUCKET" => Some("https://bitbucket.org"),
        "GITHUB" => Some("https://github.com"),
        "GITLAB" => Some("https://gitlab.com"),
        _ => None,
    }
}

/// Host and repository of a URL: `https://github.com` and `OWNER/REPOSITORY`. A user's name before the host, as Bitbucket writes it,
/// is passed over.
pub(crate) fn repository_at<'u>(kind: &str, url: &'u str) -> Option<(String, &'u str)> {
    let (authority, path) = url.strip_prefix("https://").filter(|rest| rest.len() <= 512)?.split_once('/')?;
    let host = authority.split_once('@').map_or(Some(authority), |(user, host)| (!user.contains(':')).then_some(host))?;
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let plain = |c: char, more: &str| c.is_ascii_alphanumeric() || more.contains(c);
    let part = |part: &str| !part.is_empty() && !part.starts_with(['.', '-']) && part.chars().all(|c| plain(c, "-_.~"));
    let at_home = home_of(kind).is_none_or(|home| home["https://".len()..].eq_ignore_ascii_case(host));
    let host_fits = !host.is_empty() && host.chars().all(|c| plain(c, "-.:[]"));
    let path_fits = path.contains('/') && path.split('/').all(part);
    (at_home && host_fits && path_fits).then(|| (format!("https://{}", host.to_ascii_lowercase()), path))
}

const MAX_SECONDARY: usize = 12;

/// Each has an identifier of its own.
fn identified<'i>(what: &str, identifiers: impl Iterator<Item = Option<&'i str>>) -> Result<(), Error> {
    let mut seen = Vec::new();
    for identifier in identifiers {
        let Some(identifier) = identifier.filter(|name| !name.is_empty()) else {
            return Err(invalid(format!("Invalid {what}: each of them needs an identifier")));
        };
        crate::variables::check_name(identifier)
            .map_err(|_| invalid(format!("Invalid {what}: the identifier '{identifier}' may have letters, digits and underscores")))?;
        if seen.contains(&identifier) {
            return Err(invalid(format!("Invalid {what}: the identifier '{identifier}' is there twice")));
        }
        seen.push(identifier);
    }
    if seen.len() > MAX_SECONDARY {
        return Err(invalid(format!("Invalid {what}: at most {MAX_SECONDARY} are allowed")));
    }
    Ok(())
}

pub(crate) fn check_secondary_sources(
    operation: &str,
    primary: &ProjectSource,
    sources: &[ProjectSource],
    versions: &[SourceVersion],
) -> Result<(), Error> {
    identified("secondarySources", sources.iter().map(|source| source.source_identifier.as_deref()))?;
    for source in sources {
        if source.kind == "CODEPIPELINE" || source.kind == "NO_SOURCE" || primary.kind == "CODEPIPELINE" {
            return Err(invalid("Invalid secondarySources: sources of type CODEPIPELINE and NO_SOURCE have no part in them"));
        }
        check_source(operation, source)?;
    }
    let known =
        |version: &SourceVersion| sources.iter().any(|source| source.source_identifier.as_deref() == Some(&version.source_identifier));
    match versions.iter().find(|version| !known(version)) {
        Some(version) => {
            Err(invalid(format!("Invalid secondarySourceVersions: there is no secondary source '{}'", version.source_identifier)))
        }
        None => Ok(()),
    }
}

fn check_owner_access(access: Option<&str>) -> Result<(), Error> {
    one_of(access.unwrap_or("NONE"), "bucketOwnerAccess", &["NONE", "READ_ONLY", "FULL"], &[])
}

fn check_place(operation: &str, artifacts: &ProjectArtifacts) -> Result<(), Error> {
    one_of(&artifacts.kind, "artifacts type", &["CODEPIPELINE", "NO_ARTIFACTS", "S3"], &[])?;
    refuse_rest(operation, "artifacts.", &artifacts.rest)?;
    if artifacts.kind == "S3" {
        if artifacts.location.as_deref().is_none_or(str::is_empty) {
            return Err(invalid("Invalid artifacts: location is required for S3 artifacts: the name of a bucket"));
        }
        one_of(artifacts.packaging.as_deref().unwrap_or("NONE"), "artifacts packaging", &["NONE", "ZIP"], &[])?;
        one_of(artifacts.namespace_type.as_deref().unwrap_or("NONE"), "artifacts namespace type", &["NONE", "BUILD_ID"], &[])?;
    }
    check_owner_access(artifacts.bucket_owner_access.as_deref())
}

pub(crate) fn check_artifacts(operation: &str, source: &ProjectSource, artifacts: &ProjectArtifacts) -> Result<(), Error> {
    check_place(operation, artifacts)?;
    if (source.kind == "CODEPIPELINE") != (artifacts.kind == "CODEPIPELINE") {
        return Err(invalid("Invalid artifacts: artifact type CODEPIPELINE goes with source type CODEPIPELINE, and with no other"));
    }
    Ok(())
}

pub(crate) fn check_secondary_artifacts(operation: &str, artifacts: &[ProjectArtifacts]) -> Result<(), Error> {
    identified("secondaryArtifacts", artifacts.iter().map(|to| to.artifact_identifier.as_deref()))?;
    for to in artifacts {
        if to.kind != "S3" {
            return Err(invalid("Invalid secondaryArtifacts: their type must be S3"));
        }
        check_place(operation, to)?;
    }
    Ok(())
}

pub(crate) fn check_cache(operation: &str, cache: &Cache) -> Result<(), Error> {
    one_of(&cache.kind, "cache type", &["LOCAL", "NO_CACHE", "S3"], &[])?;
    refuse_rest(operation, "cache.", &cache.rest)?;
    let known = ["LOCAL_CUSTOM_CACHE", "LOCAL_DOCKER_LAYER_CACHE", "LOCAL_SOURCE_CACHE"];
    cache.modes.iter().try_for_each(|mode| one_of(mode, "cache mode", &known, &[]))?;
    match cache.kind.as_str() {
        "S3" if cache.location.as_deref().is_none_or(str::is_empty) => {
            Err(invalid("Invalid cache: location is required for S3: bucket/prefix"))
        }
        "LOCAL" if cache.modes.is_empty() => Err(invalid("Invalid cache: LOCAL needs at least one of its modes")),
        _ => Ok(()),
    }
}

const BATCH_TIMEOUT: std::ops::RangeInclusive<u64> = 5..=2160;

pub(crate) fn check_batch_config(config: &BuildBatchConfig) -> Result<(), Error> {
    if let Some(mode) = &config.batch_report_mode {
        one_of(mode, "batchReportMode", &["REPORT_AGGREGATED_BATCH", "REPORT_INDIVIDUAL_BUILDS"], &[])?;
    }
    if config.timeout_in_mins.is_some_and(|minutes| !BATCH_TIMEOUT.contains(&minutes)) {
        return Err(invalid(format!("Invalid timeoutInMins: it must be between {} and {}", BATCH_TIMEOUT.start(), BATCH_TIMEOUT.end())));
    }
    let Some(restrictions) = &config.restrictions else { return Ok(()) };
    if restrictions.maximum_builds_allowed.is_some_and(|most| !(1..=buildspec::MAX_BUILDS as u64).contains(&most)) {
        return Err(invalid(format!("Invalid maximumBuildsAllowed: it must be between 1 and {}", buildspec::MAX_BUILDS)));
    }
    if !restrictions.fleets_allowed.is_empty() {
        return Err(Error::not_implemented("codebuild with buildBatchConfig.restrictions.fleetsAllowed"));
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

pub(crate) fn check_environment(operation: &str, environment: &Environment) -> Result<(), Error> {
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

pub(crate) fn check_logs(config: &LogsConfig) -> Result<(), Error> {
    if let Some(s3) = &config.s3_logs {
        one_of(&s3.status, "logsConfig.s3Logs status", &["DISABLED", "ENABLED"], &[])?;
        if s3.status == "ENABLED" && s3.location.as_deref().is_none_or(str::is_empty) {
            return Err(invalid("Invalid logsConfig: s3Logs needs a location: bucket/prefix"));
        }
        check_owner_access(s3.bucket_owner_access.as_deref())?;
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

#[cfg(test)]
mod tests {
    use super::repository_at;

    #[test]
    fn repositories_are_at_the_hosts_of_their_kind() {
        let read = |kind, url| repository_at(kind, url).map(|(host, path)| format!("{host} {path}")).unwrap_or_default();
        assert_eq!(read("GITHUB", "https://github.com/shop/site.git"), "https://github.com shop/site");
        assert_eq!(read("BITBUCKET", "https://dev@bitbucket.org/shop/site"), "https://bitbucket.org shop/site");
        assert_eq!(read("GITLAB", "https://GitLab.com/a/b/c/"), "https://gitlab.com a/b/c");
        assert_eq!(read("GITHUB_ENTERPRISE", "https://git.corp:8443/a/b"), "https://git.corp:8443 a/b");
        for wrong in [
            "https://github.com.evil.example/a/b",
            "https://evil.example/a/b",
            "https://evil.example@github.com:1/a/b",
            "https://u:p@github.com/a/b",
            "http://github.com/a/b",
            "https://github.com/a",
            "https://github.com/a/../b",
            "https://github.com/a/-b",
            "https://github.com/a/b?x",
            "https://github.com/a//b",
            "git@github.com:a/b",
        ] {
            assert_eq!(read("GITHUB", wrong), "", "{wrong}");
        }
    }
}
