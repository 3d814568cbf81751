//! What is kept of pipelines and their executions.

use crate::{CodePipeline, conditions::ConditionType, declaration::PipelineDeclaration};
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
pub(crate) static PIPELINES: Table<CodePipeline, PipelineRow> = Table::regional("pipelines");
/// Account, pipeline, version as ten digits.
pub(crate) static VERSIONS: Table<CodePipeline, PipelineDeclaration> = Table::regional("versions");
/// Account, pipeline, stage.
pub(crate) static STAGES: Table<CodePipeline, StageRow> = Table::regional("stages");
/// Account, pipeline, execution (ids sort by time).
pub(crate) static EXECUTIONS: Table<CodePipeline, ExecutionRow> = Table::regional("executions");
/// Account, pipeline, execution, action execution (ids sort by time).
pub(crate) static ACTIONS: Table<CodePipeline, ActionRow> = Table::regional("actions");
/// Account, pipeline, execution, rule execution (ids sort by time).
pub(crate) static RULES: Table<CodePipeline, RuleRow> = Table::regional("rules");
/// Account, pipeline, execution, stage: what `STAGES` is for executions that share their stages with no other (PARALLEL).
pub(crate) static OWN_STAGES: Table<CodePipeline, StageRow> = Table::regional("own-stages");
/// Account, pipeline, execution: those under way.
pub(crate) static ACTIVE: Table<CodePipeline, ()> = Table::regional("active");
/// Account, pipeline, stage, execution: those that succeeded in the stage.
pub(crate) static SUCCEEDED: Table<CodePipeline, SucceededRow> = Table::regional("succeeded");
/// Account, pipeline, hash of the token: the approval that waits for it, where the stage does not tell (PARALLEL).
pub(crate) static APPROVALS: Table<CodePipeline, PendingApproval> = Table::regional("approvals");

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
    /// The pipeline was changed before it was done.
    Cancelled,
    Abandoned,
    /// Of a stage: its condition passed it over.
    Skipped,
}

/// How the executions of a pipeline go beside each other.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html>
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Mode {
    /// Of those that wait before a stage the newest stays.
    #[default]
    Superseded,
    /// One after the other.
    Queued,
    /// None waits for another.
    Parallel,
}

impl Mode {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Superseded => "SUPERSEDED",
            Self::Queued => "QUEUED",
            Self::Parallel => "PARALLEL",
        }
    }
}

/// Where within its stage an execution is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Phase {
    #[default]
    Actions,
    /// A condition is checked.
    Checking(ConditionType),
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
            Self::Cancelled => "Cancelled",
            Self::Abandoned => "Abandoned",
            Self::Skipped => "Skipped",
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
            Self::Cancelled => "CANCELED",
            Self::Abandoned => "ABANDONED",
            Self::Skipped => "SKIPPED",
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
    /// Those that wait to enter one after the other.
    #[serde(default)]
    pub(crate) queue: Vec<String>,
    /// Whether the latest execution takes the stage back to an earlier one.
    #[serde(default)]
    pub(crate) rollback: bool,
    /// What its conditions came to last.
    #[serde(default)]
    pub(crate) conditions: Vec<ConditionRow>,
    /// How often it was tried again.
    #[serde(default)]
    pub(crate) retries: Retries,
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

impl StageRow {
    /// Who may try to enter when the stage or the way into it comes free.
    pub(crate) fn next(&self) -> impl Iterator<Item = &String> {
        self.waiting.iter().chain(self.queue.first())
    }
    /// Whether the execution waits here.
    pub(crate) fn awaited_by(&self, execution: &str) -> bool {
        self.waiting.as_deref() == Some(execution) || self.queue.iter().any(|id| id == execution)
    }
    /// It waits no more.
    pub(crate) fn forget(&mut self, execution: &str) {
        self.waiting.take_if(|id| id == execution);
        self.queue.retain(|id| id != execution);
    }
}

/// How often a stage was tried again in an execution.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Retries {
    #[serde(rename = "autoStageRetryAttempt")]
    pub(crate) automatic: u32,
    #[serde(rename = "manualStageRetryAttempt")]
    pub(crate) manual: u32,
    #[serde(rename = "latestRetryTrigger")]
    pub(crate) latest: Option<RetryTrigger>,
}

/// Who had a stage tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum RetryTrigger {
    AutomatedStageRetry,
    ManualStageRetry,
}

/// AWS's words for where a condition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ConditionStatus {
    InProgress,
    Failed,
    Succeeded,
    Cancelled,
    Abandoned,
    Overridden,
}

/// What a condition came to in a stage's latest execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ConditionRow {
    pub(crate) kind: ConditionType,
    pub(crate) execution: String,
    pub(crate) status: ConditionStatus,
    pub(crate) summary: Option<String>,
    pub(crate) changed: Timestamp,
    /// Rule name to rule execution.
    pub(crate) rules: BTreeMap<String, String>,
}

/// One run of a rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RuleRow {
    pub(crate) id: String,
    pub(crate) execution: String,
    pub(crate) version: u64,
    pub(crate) stage: String,
    pub(crate) kind: ConditionType,
    pub(crate) rule: String,
    pub(crate) status: Status,
    pub(crate) started: Timestamp,
    pub(crate) updated: Timestamp,
    /// The configuration with its variables' values.
    pub(crate) configuration: BTreeMap<String, String>,
    pub(crate) inputs: Vec<Artifact>,
    pub(crate) external: External,
    pub(crate) error: Option<ErrorDetails>,
    pub(crate) summary: Option<String>,
    /// What the provider needs at its next look.
    pub(crate) memo: Value,
    /// When it is looked at again.
    pub(crate) next_look: Option<Timestamp>,
}

/// A success in a stage.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SucceededRow {
    pub(crate) version: u64,
    pub(crate) rollback: bool,
}

/// An approval by its token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PendingApproval {
    pub(crate) execution: String,
    pub(crate) id: String,
}

/// A revision that a start asks a source for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SourceOverride {
    pub(crate) action_name: String,
    pub(crate) revision_type: String,
    pub(crate) revision_value: String,
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
    /// The build that made it.
    #[serde(default)]
    pub(crate) build: Option<String>,
    /// The SHA-256 that a rule has found and demands of whoever reads it.
    #[serde(default)]
    pub(crate) sha256: Option<String>,
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
    /// Where it was found: `git+https://HOST/REPOSITORY@refs/heads/BRANCH`, or an object's URI.
    #[serde(default)]
    pub(crate) uri: Option<String>,
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
    /// Copies of them, in the stores of other regions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) replicas: Vec<Artifact>,
    pub(crate) revisions: Vec<Revision>,
    pub(crate) stop: Option<StopRequest>,
    #[serde(default)]
    pub(crate) mode: Mode,
    /// The execution to whose artifacts and variables it takes a stage back.
    #[serde(default)]
    pub(crate) rollback_of: Option<String>,
    #[serde(default)]
    pub(crate) phase: Phase,
    /// What its starter asked the sources for.
    #[serde(default)]
    pub(crate) overrides: Vec<SourceOverride>,
    /// What there was when an approval was given: stage and action to the artifacts.
    #[serde(default)]
    pub(crate) approved: BTreeMap<String, BTreeMap<String, Artifact>>,
}

impl ExecutionRow {
    /// AWS's word for its kind.
    pub(crate) fn kind(&self) -> &'static str {
        if self.rollback_of.is_some() { "ROLLBACK" } else { "STANDARD" }
    }
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

/// Account, pipeline, source, revision that PutActionRevision told of: the execution that it started.
pub(crate) static REVISIONS: Table<CodePipeline, String> = Table::regional("revisions");
