//! A build's environment, put together as on AWS.

use crate::{names::Owner, state::BuildRow};
use base::Arn;
use buildspec::Buildspec;

/// Whether a shell can hold a variable of this name.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    let fits = !name.is_empty()
        && name.len() <= 255
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if fits {
        Ok(())
    } else {
        Err(format!("'{}' is no name for an environment variable: letters, digits and underscores", name.escape_debug()))
    }
}

/// What the runner knows beside the build's row.
pub(crate) struct Surroundings<'a> {
    pub(crate) owner: &'a Owner,
    pub(crate) id: &'a str,
    /// The folder of the primary source, as the build sees it.
    pub(crate) source: &'a str,
    /// (identifier, folder) of the others.
    pub(crate) secondary: &'a [(String, String)],
    /// Where `aws:` calls go, if anywhere.
    pub(crate) endpoint: Option<&'a str>,
    /// Where the role's credentials are served.
    pub(crate) credentials: Credentials<'a>,
    pub(crate) ca_bundle: Option<&'a str>,
}

/// The addresses of the credentials: AWS's own in a sandbox; on a host's port where there is none.
pub(crate) struct Credentials<'a> {
    pub(crate) full: &'a str,
    pub(crate) relative: Option<&'a str>,
}

/// Where programs are found.
pub(crate) const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// All variables; later ones win: AWS's own defaults, the buildspec's, the project's and the start's.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html>
pub(crate) fn environment(row: &BuildRow, spec: &Buildspec, around: &Surroundings<'_>) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    let mut set = |name: &str, value: &str| {
        all.retain(|(n, _)| n != name);
        all.push((name.into(), value.into()));
    };
    set("PATH", PATH);
    set("HOME", "/root");
    set("LANG", "C.UTF-8");
    let region = &around.owner.region;
    set("AWS_DEFAULT_REGION", region);
    set("AWS_REGION", region);
    for (name, value) in &spec.env.variables {
        set(name, value);
    }
    for variable in &row.environment.environment_variables {
        set(&variable.name, &variable.value);
    }
    set("CI", "true");
    set("CODEBUILD_CI", "true");
    set("CODEBUILD_BUILD_ID", around.id);
    set("CODEBUILD_BUILD_ARN", around.owner.build_arn(around.id).as_str());
    set("CODEBUILD_PROJECT_ARN", around.owner.project_arn(&row.project).as_str());
    set("CODEBUILD_BUILD_NUMBER", &row.number.to_string());
    set("CODEBUILD_BUILD_IMAGE", &row.environment.image);
    set("CODEBUILD_BUILD_SUCCEEDING", "1");
    set("CODEBUILD_INITIATOR", &row.initiator);
    set("CODEBUILD_START_TIME", &row.started.0.to_string());
    set("CODEBUILD_SRC_DIR", around.source);
    for (identifier, folder) in around.secondary {
        set(&format!("CODEBUILD_SRC_DIR_{identifier}"), folder);
    }
    for version in &row.secondary_source_versions {
        set(&format!("CODEBUILD_SOURCE_VERSION_{}", version.source_identifier), &version.source_version);
    }
    if let Some(part) = &row.part {
        set("CODEBUILD_BATCH_BUILD_IDENTIFIER", &part.identifier);
    }
    if let Some(url) = row.source.location.as_deref().filter(|url| url.starts_with("https://")) {
        set("CODEBUILD_SOURCE_REPO_URL", url);
    }
    if let Some(key) = &row.encryption_key {
        set("CODEBUILD_KMS_KEY_ID", key.as_str());
    }
    if let Some(version) = source_version(row) {
        set("CODEBUILD_SOURCE_VERSION", &version);
    }
    if let Some(version) = &row.resolved_source_version {
        set("CODEBUILD_RESOLVED_SOURCE_VERSION", version);
    }
    if let Some((_, stream)) = &row.log {
        set("CODEBUILD_LOG_PATH", stream);
    }
    if let Some(endpoint) = around.endpoint {
        set("AWS_ENDPOINT_URL", endpoint);
        set("AWS_DISABLE_HOST_PREFIX_INJECTION", "true");
    }
    if let Some(relative) = around.credentials.relative {
        set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", relative);
    }
    set("AWS_CONTAINER_CREDENTIALS_FULL_URI", around.credentials.full);
    if let Some(bundle) = around.ca_bundle {
        set("AWS_CA_BUNDLE", bundle);
    }
    all
}

/// For a pipeline the ARN of its artifact, otherwise what was asked for.
pub(crate) fn source_version(row: &BuildRow) -> Option<String> {
    match row.pipeline_sources.first() {
        Some(source) => Some(Arn::new("s3", "", "", &format!("{}/{}", source.bucket, source.key)).to_string()),
        None => row.source_version.clone(),
    }
}
