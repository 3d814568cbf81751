//! The shapes that projects and builds share, with AWS's names.

pub(crate) mod answer;

use base::EpochTime;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Members that AWS knows and this does not: refused by name, unless they are empty.
pub(crate) type Rest = Map<String, Value>;

/// Where a build's input comes from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectSource {
    /// `CODEPIPELINE`, `S3` or `NO_SOURCE`.
    #[serde(rename = "type")]
    pub kind: String,
    /// For S3: `bucket/key` of a ZIP file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The buildspec itself, or its path in the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buildspec: Option<String>,
    /// Other members: refused.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
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
    /// Refused if true.
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
    /// Refused if enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_logs: Option<Map<String, Value>>,
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
pub struct Cache {
    /// `NO_CACHE`; others are refused.
    #[serde(rename = "type")]
    pub kind: String,
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
