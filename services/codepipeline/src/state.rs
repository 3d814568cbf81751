//! What is kept of pipelines and their executions.

use crate::{CodePipeline, declaration::PipelineDeclaration};
use base::{AccountId, Timestamp};
use gate::Table;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A pipeline. Its declarations lie beside it, one for each version.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PipelineRow {
    /// Tells a pipeline from an earlier one of the same name.
    pub(crate) generation: String,
    pub(crate) version: u64,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    #[serde(default)]
    pub(crate) tags: Vec<(String, String)>,
    /// The workflow that starts executions when a source changes.
    #[serde(default)]
    pub(crate) poller: Option<String>,
}

/// Account, pipeline.
pub(crate) static PIPELINES: Table<CodePipeline, PipelineRow> = Table::new("pipelines");
/// Account, pipeline, version as ten digits.
pub(crate) static VERSIONS: Table<CodePipeline, PipelineDeclaration> = Table::new("versions");
/// Account, pipeline, stage.
pub(crate) static STAGES: Table<CodePipeline, StageRow> = Table::new("stages");
/// Account, pipeline, execution (ids sort by time).
pub(crate) static EXECUTIONS: Table<CodePipeline, ExecutionRow> = Table::new("executions");
/// Account, pipeline, execution, action execution (ids sort by time).
pub(crate) static ACTIONS: Table<CodePipeline, ActionRow> = Table::new("actions");

pub(crate) fn digits(version: u64) -> String {
    format!("{version:010}")
}

/// AWS's words for where an execution, or a stage's part of it, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Status {
    InProgress,
    Stopping,
    Stopped,
    Succeeded,
    Failed,
    Superseded,
    Abandoned,
}

impl Status {
    pub(crate) fn under_way(self) -> bool {
        matches!(self, Self::InProgress | Self::Stopping)
    }
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::InProgress => "InProgress",
            Self::Stopping => "Stopping",
            Self::Stopped => "Stopped",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Superseded => "Superseded",
            Self::Abandoned => "Abandoned",
        }
    }
    /// The word that state change events use.
    pub(crate) fn event(self) -> &'static str {
        match self {
            Self::InProgress => "STARTED",
            Self::Stopping => "STOPPING",
            Self::Stopped => "STOPPED",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Superseded => "SUPERSEDED",
            Self::Abandoned => "ABANDONED",
        }
    }
}

/// A stage: who is in it, who waits before it, and what its actions did last.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct StageRow {
    /// The execution that holds the stage.
    pub(crate) occupant: Option<String>,
    /// The execution that waits to enter.
    pub(crate) waiting: Option<String>,
    /// The execution that was in it last, and what became of it.
    pub(crate) latest: Option<(String, Status)>,
    /// Set while the way in is closed.
    #[serde(default)]
    pub(crate) disabled: Option<Transition>,
    /// The last change of the way in.
    #[serde(default)]
    pub(crate) transition: Option<(String, Timestamp)>,
    /// Action name to (execution, action execution).
    pub(crate) actions: BTreeMap<String, (String, String)>,
}

/// Why a way in is closed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Transition {
    pub(crate) reason: String,
}

/// What started an execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Trigger {
    pub(crate) trigger_type: String,
    pub(crate) trigger_detail: Option<String>,
}

/// A stop that was asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StopRequest {
    pub(crate) abandon: bool,
    pub(crate) reason: Option<String>,
}

/// Where an artifact of an execution lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Artifact {
    pub(crate) name: String,
    pub(crate) bucket: String,
    pub(crate) key: String,
}

/// What a source action found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Revision {
    pub(crate) action: String,
    /// The artifact that holds it.
    pub(crate) name: String,
    pub(crate) revision_id: String,
    pub(crate) revision_summary: Option<String>,
    pub(crate) created: Timestamp,
}

/// One run of a pipeline.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ExecutionRow {
    pub(crate) id: String,
    pub(crate) generation: String,
    pub(crate) version: u64,
    pub(crate) status: Status,
    pub(crate) status_summary: Option<String>,
    pub(crate) trigger: Trigger,
    pub(crate) started: Timestamp,
    pub(crate) updated: Timestamp,
    /// The stage it is in or comes to next.
    pub(crate) stage: usize,
    /// Whether it holds that stage.
    pub(crate) entered: bool,
    /// The present stage's actions that were started: name to action execution.
    pub(crate) actions: BTreeMap<String, String>,
    /// The pipeline's own variables.
    pub(crate) variables: BTreeMap<String, String>,
    /// Namespace to output variables.
    pub(crate) namespaces: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) artifacts: BTreeMap<String, Artifact>,
    pub(crate) revisions: Vec<Revision>,
    pub(crate) stop: Option<StopRequest>,
}

/// Why an action failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ErrorDetails {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// What an action has going elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct External {
    pub(crate) id: Option<String>,
    pub(crate) summary: Option<String>,
    pub(crate) url: Option<String>,
}

/// What an approver said.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Approval {
    pub(crate) approved: bool,
    pub(crate) summary: String,
    pub(crate) by: String,
    pub(crate) account: AccountId,
    pub(crate) source_identity: Option<String>,
    /// Whether the operator said it, who is no second person.
    pub(crate) operator: bool,
    pub(crate) time: Timestamp,
}

/// One run of an action.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ActionRow {
    pub(crate) id: String,
    pub(crate) execution: String,
    pub(crate) version: u64,
    pub(crate) stage: String,
    pub(crate) action: String,
    pub(crate) status: Status,
    pub(crate) started: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) updated_by: Option<String>,
    /// The configuration with its variables' values.
    pub(crate) configuration: BTreeMap<String, String>,
    pub(crate) inputs: Vec<Artifact>,
    pub(crate) outputs: Vec<Artifact>,
    pub(crate) external: External,
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) error: Option<ErrorDetails>,
    pub(crate) summary: Option<String>,
    /// A pending approval's token.
    pub(crate) token: Option<String>,
    pub(crate) approval: Option<Approval>,
    pub(crate) revision: Option<Revision>,
    /// What the provider needs at its next look.
    pub(crate) memo: Value,
    /// When the provider looks again.
    pub(crate) next_look: Option<Timestamp>,
}

/// Account, pipeline, the caller's own token of a start: the execution that it started.
pub(crate) static START_TOKENS: Table<CodePipeline, String> = Table::new("start-tokens");
