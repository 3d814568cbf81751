//! Conditions as GetPipelineState shows them.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_StageConditionState.html>

use crate::{
    CodePipeline,
    state::{ConditionRow, ConditionStatus, ErrorDetails, RULES, RuleRow},
};
use base::{AccountId, EpochTime};
use gate::{Error, Scope};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleExecution {
    rule_execution_id: String,
    status: &'static str,
    summary: Option<String>,
    last_status_change: EpochTime,
    external_execution_id: Option<String>,
    external_execution_url: Option<String>,
    error_details: Option<ErrorDetails>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleState {
    rule_name: String,
    latest_execution: Option<RuleExecution>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ConditionExecution {
    status: ConditionStatus,
    summary: Option<String>,
    last_status_change: EpochTime,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ConditionState {
    latest_execution: ConditionExecution,
    rule_states: Vec<RuleState>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StageConditionsExecution {
    status: ConditionStatus,
    summary: Option<String>,
}

/// Where a stage's condition stands.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StageConditionState {
    latest_execution: StageConditionsExecution,
    condition_states: Vec<ConditionState>,
}

/// The condition with its rules.
pub(crate) fn shown(
    scope: &mut Scope<'_, CodePipeline>,
    account: AccountId,
    pipeline: &str,
    row: &ConditionRow,
) -> Result<StageConditionState, Error> {
    let execution = |row: RuleRow| RuleExecution {
        rule_execution_id: row.id,
        status: row.status.word(),
        summary: row.summary,
        last_status_change: EpochTime(row.updated),
        external_execution_id: row.external.id,
        external_execution_url: row.external.url,
        error_details: row.error,
    };
    let mut rule_states = Vec::new();
    for (name, id) in &row.rules {
        let found = scope.get(&RULES, &[account.as_str(), pipeline, row.execution.as_str(), id.as_str()])?;
        rule_states.push(RuleState { rule_name: name.clone(), latest_execution: found.map(execution) });
    }
    let latest_execution =
        ConditionExecution { status: row.status, summary: row.summary.clone(), last_status_change: EpochTime(row.changed) };
    Ok(StageConditionState {
        latest_execution: StageConditionsExecution { status: row.status, summary: row.summary.clone() },
        condition_states: vec![ConditionState { latest_execution, rule_states }],
    })
}
