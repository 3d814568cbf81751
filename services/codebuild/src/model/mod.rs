//! The shapes that projects and builds share, with AWS's names.

pub(crate) mod answer;
pub(crate) mod batch;
pub(crate) mod report;

use base::EpochTime;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Members that AWS knows and this does not: refused by name, unless they are empty.
pub(crate) type Rest = Map<String, Value>;

/// Where a build's input comes from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectSource {
    /// `CODECOMMIT`, `CODEPIPELINE`, `S3`, `NO_SOURCE`, or a git host.
    #[serde(rename = "type")]
    pub kind: String,
    /// For S3: `bucket/key` of a ZIP file, or of a folder with `/` at its end; for git: the repository's URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The buildspec itself, or its path in the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buildspec: Option<String>,
    /// For git: how many commits are fetched; 0: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_clone_depth: Option<u64>,
    /// For git: whether submodules are fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_submodules_config: Option<GitSubmodulesConfig>,
    /// For git hosts: how CodeBuild may read them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<SourceAuth>,
    /// For git hosts: whether they are told how builds end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_build_status: Option<bool>,
    /// For git hosts: in what words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_status_config: Option<Map<String, Value>>,
    /// For GitHub Enterprise: whether its certificate goes unverified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insecure_ssl: Option<bool>,
    /// Of a secondary source: its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_identifier: Option<String>,
    /// Other members: refused.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// Whether submodules are fetched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GitSubmodulesConfig {
    /// Whether they are.
    pub fetch_submodules: bool,
}

/// How CodeBuild may read a source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceAuth {
    /// `CODECONNECTIONS`, `OAUTH` or `SECRETS_MANAGER`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The connection or the secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
}

/// The version of a secondary source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceVersion {
    /// The source's name.
    pub source_identifier: String,
    /// Its version.
    pub source_version: String,
}

/// Where a build's output goes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectArtifacts {
    /// `CODEPIPELINE`, `S3` or `NO_ARTIFACTS`.
    #[serde(rename = "type")]
    pub kind: String,
    /// For S3: the bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// A folder in the bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// `NONE` or `BUILD_ID`: a folder for each build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace_type: Option<String>,
    /// The name of the folder or ZIP file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `NONE` or `ZIP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packaging: Option<String>,
    /// Whether the artifact is written in the clear of the project's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption_disabled: Option<bool>,
    /// Whether the buildspec's name counts, in which commands and variables stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_artifact_name: Option<bool>,
    /// Of a secondary artifact: its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_identifier: Option<String>,
    /// What the bucket's owner may do, where it is another account: `NONE`, `READ_ONLY` or `FULL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket_owner_access: Option<String>,
    /// Other members: refused.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// What a build runs in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    /// `LINUX_CONTAINER`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A name; what runs is the userland of this machine.
    pub image: String,
    /// The size: memory is bounded by it.
    pub compute_type: String,
    /// The project's variables.
    #[serde(default)]
    pub environment_variables: Vec<EnvironmentVariable>,
    /// Whether builds are to serve containers. Taken, as many templates set it; builds get no more rights by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privileged_mode: Option<bool>,
    /// `CODEBUILD` or `SERVICE_ROLE`: who pulls the image, which is not pulled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_pull_credentials_type: Option<String>,
    /// Other members: refused.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// A variable of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentVariable {
    /// Its name.
    pub name: String,
    /// Its value; or the name of what holds it.
    pub value: String,
    /// `PLAINTEXT`, `PARAMETER_STORE` or `SECRETS_MANAGER`.
    #[serde(rename = "type", default = "plaintext")]
    pub kind: String,
}

pub(crate) fn plaintext() -> String {
    "PLAINTEXT".into()
}

/// Where a build's log goes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogsConfig {
    /// CloudWatch Logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_watch_logs: Option<CloudWatchLogsConfig>,
    /// An object in S3, written when the build has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_logs: Option<S3LogsConfig>,
}

/// Where a build's log goes in S3.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct S3LogsConfig {
    /// `ENABLED` or `DISABLED`.
    pub status: String,
    /// `bucket/prefix`, or its ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Whether the object is written without the project's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption_disabled: Option<bool>,
    /// What the bucket's owner may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket_owner_access: Option<String>,
}

/// Where a build's log goes in CloudWatch Logs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CloudWatchLogsConfig {
    /// `ENABLED` or `DISABLED`.
    pub status: String,
    /// The group; `/aws/codebuild/PROJECT` if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_name: Option<String>,
    /// How the stream's name begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_name: Option<String>,
}

/// What one build leaves for the next.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cache {
    /// `NO_CACHE`, `S3` or `LOCAL`.
    #[serde(rename = "type")]
    pub kind: String,
    /// For S3: `bucket/prefix`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// For LOCAL: what is kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modes: Vec<String>,
    /// For S3: projects with the same one share a cache that has a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_namespace: Option<String>,
    /// Other members: refused.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// A source that a pipeline hands to a build. Not a member of AWS's API, where the hand-over is hidden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PipelineSource {
    /// The artifact's name.
    pub name: String,
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// The SHA-256 that it must have, where the pipeline demands it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What the pipeline took it from: `git+https://HOST/REPOSITORY@refs/heads/BRANCH`, or an object's URI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// The commit, or the object's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
}

/// Where a build of a pipeline puts an artifact. Not a member of AWS's API, where the hand-over is hidden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PipelineArtifact {
    /// The artifact's name: with several, that of a secondary artifact of the buildspec.
    pub name: String,
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// The key of the artifact store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<String>,
}

/// Why a phase ended as it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PhaseContext {
    /// Such as `COMMAND_EXECUTION_ERROR`.
    pub status_code: String,
    /// What happened.
    pub message: String,
}

impl PhaseContext {
    pub(crate) fn new(status_code: &str, message: impl Into<String>) -> Self {
        Self { status_code: status_code.into(), message: message.into() }
    }
}

pub(crate) fn epoch(time: base::Timestamp) -> EpochTime {
    EpochTime(time)
}

/// By what a list is sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Sorting {
    /// Their names.
    #[default]
    Name,
    /// When they were made.
    CreatedTime,
    /// When they were changed.
    LastModifiedTime,
}
