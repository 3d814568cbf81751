//! Taking a stage back to an execution that succeeded in it: a new execution with that one's artifacts and variables.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback.html>

use super::run::{self, Run};
use crate::{
    CodePipeline,
    state::{EXECUTIONS, ExecutionRow, Retries, SUCCEEDED, StageRow, Status, Trigger},
};
use base::{AccountId, Arn};
use gate::{Error, Scope};
use serde_json::json;

/// So many of the last successes are looked through.
const LOOKED_THROUGH: usize = 100;

/// The last success in the run's stage that it can go back to.
pub(crate) fn target(run: &Run, scope: &mut Scope<'_, CodePipeline>) -> Result<Option<ExecutionRow>, Error> {
    let (account, name) = (run.account.as_str(), run.pipeline.name.as_str());
    let rows = scope.page(&SUCCEEDED, &[account, name, run.stage().name.as_str()], None, LOOKED_THROUGH, true)?;
    let found = rows.iter().find(|(key, row)| row.version == run.row.version && !row.rollback && key[3] != run.row.id);
    match found {
        Some((key, _)) => scope.get(&EXECUTIONS, &[account, name, key[3].as_str()]),
        None => Ok(None),
    }
}

/// Starts the rollback of the run's failed stage; the new execution's id.
pub(crate) fn automatic(run: &Run, scope: &mut Scope<'_, CodePipeline>, target: &ExecutionRow) -> Result<String, Error> {
    let detail = json!({"failedPipelineExecutionId": run.row.id}).to_string();
    let trigger = Trigger { trigger_type: "AutomatedRollback".into(), trigger_detail: Some(detail) };
    start(scope, run.account, &run.arn, run.row.stage, &run.stage().name, target, trigger)
}

/// Starts a rollback of a stage, which it holds from the start.
pub(crate) fn start(
    scope: &mut Scope<'_, CodePipeline>,
    account: AccountId,
    arn: &Arn,
    stage: usize,
    stage_name: &str,
    target: &ExecutionRow,
    trigger: Trigger,
) -> Result<String, Error> {
    let now = scope.now();
    let row = ExecutionRow {
        id: base::uuid_v7(scope.entropy(), now),
        status: Status::InProgress,
        status_summary: None,
        trigger,
        started: now,
        updated: now,
        stage,
        entered: true,
        actions: Default::default(),
        stop: None,
        rollback_of: Some(target.id.clone()),
        phase: Default::default(),
        ..target.clone()
    };
    run::begin(scope, account, arn, &row)?;
    run::tell_stage(scope, arn, &row, stage_name, Status::InProgress.event())?;
    Ok(row.id)
}

/// Gives a stage to the execution that takes it back.
pub(crate) fn take(stage: &mut StageRow, successor: Option<String>) {
    stage.latest = successor.clone().map(|id| (id, Status::InProgress));
    stage.occupant = successor;
    stage.rollback = true;
    stage.retries = Retries::default();
    stage.conditions.clear();
}
