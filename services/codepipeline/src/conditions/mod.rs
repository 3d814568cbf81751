//! Conditions of stages: what must hold before a stage is entered, when it has succeeded, when it has failed.
//! A condition fails when one of its rules fails; then its result is engaged.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works-conditions.html>

pub(crate) mod check;
pub(crate) mod cron;
pub(crate) mod provenance;
pub(crate) mod rules;

use crate::declaration::{ArtifactName, StageDeclaration};
use base::Arn;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is done when a condition fails, or when a stage fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StageResult {
    /// The stage goes back to its last success.
    Rollback,
    /// The stage fails.
    Fail,
    /// The stage is tried again, once.
    Retry,
    /// The stage is passed over.
    Skip,
}

/// What is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RetryMode {
    /// The actions that failed.
    FailedActions,
    /// All actions of the stage.
    AllActions,
}

/// The conditions of an entry or of a success.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_BeforeEntryConditions.html>
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StageConditions {
    /// One condition.
    pub conditions: Vec<Condition>,
}

/// What follows a failure.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_FailureConditions.html>
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FailureConditions {
    /// What is done where no condition decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<StageResult>,
    /// How the stage is tried again by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_configuration: Option<RetryConfiguration>,
    /// One condition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// How a stage is tried again by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RetryConfiguration {
    /// What is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_mode: Option<RetryMode>,
}

/// Rules, and what is done when one of them fails.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Condition {
    /// What is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<StageResult>,
    /// The rules.
    #[serde(default)]
    pub rules: Vec<RuleDeclaration>,
}

/// One rule.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_RuleDeclaration.html>
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleDeclaration {
    /// Its name.
    pub name: String,
    /// What it checks.
    pub rule_type_id: RuleTypeId,
    /// The settings of what it checks.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub configuration: BTreeMap<String, String>,
    /// The commands of a rule that runs some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
    /// The artifacts it reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub input_artifacts: Vec<ArtifactName>,
    /// The role it acts as; without it the pipeline's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<Arn>,
    /// Where it acts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// When it is given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_in_minutes: Option<u64>,
}

/// What a rule checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleTypeId {
    /// `Rule`.
    pub category: String,
    /// `AWS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Such as `VariableCheck`.
    pub provider: String,
    /// `1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// When a condition is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConditionType {
    /// Before the stage's actions.
    BeforeEntry,
    /// When they have succeeded.
    OnSuccess,
    /// When one has failed.
    OnFailure,
}

impl ConditionType {
    /// The member of a stage that declares it.
    pub(crate) fn member(self) -> &'static str {
        match self {
            Self::BeforeEntry => "beforeEntry",
            Self::OnSuccess => "onSuccess",
            Self::OnFailure => "onFailure",
        }
    }
    /// What may be done when it fails.
    pub(crate) fn results(self) -> &'static [StageResult] {
        match self {
            Self::BeforeEntry => &[StageResult::Fail, StageResult::Skip],
            Self::OnSuccess => &[StageResult::Rollback, StageResult::Fail],
            Self::OnFailure => &[StageResult::Rollback, StageResult::Fail, StageResult::Retry, StageResult::Skip],
        }
    }
}

impl StageDeclaration {
    /// The condition that is checked then, if there is one.
    pub(crate) fn condition(&self, kind: ConditionType) -> Option<&Condition> {
        let conditions = match kind {
            ConditionType::BeforeEntry => &self.before_entry.as_ref()?.conditions,
            ConditionType::OnSuccess => &self.on_success.as_ref()?.conditions,
            ConditionType::OnFailure => &self.on_failure.as_ref()?.conditions,
        };
        conditions.first()
    }
    /// All its conditions.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = (ConditionType, &Condition)> {
        let kinds = [ConditionType::BeforeEntry, ConditionType::OnSuccess, ConditionType::OnFailure];
        kinds.into_iter().filter_map(|kind| Some((kind, self.condition(kind)?)))
    }
}
