//! The shape of a pipeline, with AWS's member names.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineDeclaration.html>

use crate::{
    conditions::{FailureConditions, StageConditions},
    state::Mode,
    triggers::PipelineTriggerDeclaration,
};
use base::Arn;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A pipeline as its owner declares it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PipelineDeclaration {
    /// The pipeline's name.
    pub name: String,
    /// The service role: what the pipeline acts as.
    pub role_arn: Arn,
    /// Where artifacts are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_store: Option<ArtifactStore>,
    /// The same by region, for pipelines with actions in several.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub artifact_stores: BTreeMap<String, ArtifactStore>,
    /// The stages, in order.
    #[serde(default)]
    pub stages: Vec<StageDeclaration>,
    /// Counted by the service; what a request says is ignored, as on AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// What becomes of an execution that another one follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_mode: Option<String>,
    /// `V1` or `V2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_type: Option<String>,
    /// The variables that an execution may be started with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<VariableDeclaration>,
    /// The changes of git repositories that start it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<PipelineTriggerDeclaration>,
}

/// A bucket for artifacts, and the key that encrypts them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArtifactStore {
    /// `S3`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The bucket.
    pub location: String,
    /// The key; without it the bucket's own default encrypts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_key: Option<EncryptionKey>,
}

/// A KMS key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EncryptionKey {
    /// Its id, ARN or alias, used as it is given.
    pub id: String,
    /// `KMS`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StageDeclaration {
    /// Its name.
    pub name: String,
    /// Reserved by AWS.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blockers: Vec<Value>,
    /// Its actions.
    #[serde(default)]
    pub actions: Vec<ActionDeclaration>,
    /// What follows its failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<FailureConditions>,
    /// What must hold when its actions have succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_success: Option<StageConditions>,
    /// What must hold before it is entered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_entry: Option<StageConditions>,
}

/// An action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionDeclaration {
    /// Its name.
    pub name: String,
    /// What it does.
    pub action_type_id: ActionTypeId,
    /// Its place within the stage; actions of one place run beside each other.
    #[serde(default = "first_place")]
    pub run_order: u32,
    /// The provider's own settings.
    #[serde(default)]
    pub configuration: BTreeMap<String, String>,
    /// What is run, for commands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
    /// The artifacts it makes.
    #[serde(default)]
    pub output_artifacts: Vec<ArtifactName>,
    /// The artifacts it reads.
    #[serde(default)]
    pub input_artifacts: Vec<ArtifactName>,
    /// The variables that commands leave behind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output_variables: Vec<String>,
    /// The role it acts as; without it the pipeline's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<Arn>,
    /// Where it acts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The name by which others refer to its output variables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// When it is given up: for approvals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_in_minutes: Option<u64>,
    /// The variables that commands see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environment_variables: Vec<CommandVariable>,
}

fn first_place() -> u32 {
    1
}

/// What an action does, and who provides it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionTypeId {
    /// `Source`, `Build`, `Test`, `Deploy`, `Approval`, `Invoke`.
    pub category: String,
    /// `AWS`, `ThirdParty` or `Custom`.
    pub owner: String,
    /// Such as `CodeCommit`.
    pub provider: String,
    /// Such as `1`.
    pub version: String,
}

/// An artifact by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactName {
    /// Its name.
    pub name: String,
    /// Its files, for commands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

/// A variable that commands see.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_EnvironmentVariable.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommandVariable {
    /// Its name.
    pub name: String,
    /// Its value, or the name of the secret.
    pub value: String,
    /// `PLAINTEXT` or `SECRETS_MANAGER`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// A variable of the pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VariableDeclaration {
    /// Its name.
    pub name: String,
    /// Its value where the start gives none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl PipelineDeclaration {
    /// The artifact store of `region`.
    pub(crate) fn store(&self, region: &str) -> Option<&ArtifactStore> {
        self.artifact_store.as_ref().or_else(|| self.artifact_stores.get(region))
    }
    /// How its executions go beside each other.
    pub(crate) fn mode(&self) -> Mode {
        match self.execution_mode.as_deref() {
            Some("QUEUED") => Mode::Queued,
            Some("PARALLEL") => Mode::Parallel,
            _ => Mode::Superseded,
        }
    }
    /// All actions, in order, with their stages.
    pub(crate) fn actions(&self) -> impl Iterator<Item = (&StageDeclaration, &ActionDeclaration)> {
        self.stages.iter().flat_map(|s| s.actions.iter().map(move |a| (s, a)))
    }
}

impl ActionDeclaration {
    /// A setting, if it is given.
    pub(crate) fn setting(&self, name: &str) -> Option<&str> {
        self.configuration.get(name).map(String::as_str)
    }
}
