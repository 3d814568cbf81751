use super::{ExecutionState, execution::Execution, execution_workflow};
use crate::{
    CodePipeline,
    declaration::{ActionDeclaration, PipelineDeclaration, StageDeclaration},
    state::{ACTIONS, ActionRow, EXECUTIONS, ExecutionRow, PIPELINES, PipelineRow, STAGES, StageRow, Status, Trigger, VERSIONS, digits},
    variables,
};
use base::{AccountId, Arn, Timestamp};
use gate::{Error, Scope};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How an execution goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    Again,
    At(Timestamp),
    Wait,
    End,
}

/// An execution in hand: its row, and the declaration it was started with.
pub(crate) struct Run {
    pub(crate) account: AccountId,
    pub(crate) pipeline: PipelineDeclaration,
    pub(crate) arn: Arn,
    pub(crate) row: ExecutionRow,
}

impl Run {
    /// The execution, if it is still under way.
    pub(crate) fn load(scope: &mut Scope<'_, CodePipeline>, account: AccountId, state: &ExecutionState) -> Result<Option<Self>, Error> {
        let name = state.pipeline.as_str();
        let Some(pipeline) = scope.get(&PIPELINES, &[account.as_str(), name])? else { return Ok(None) };
        let Some(row) = scope.get(&EXECUTIONS, &[account.as_str(), name, state.execution.as_str()])? else { return Ok(None) };
        if row.generation != pipeline.generation || !row.status.under_way() {
            return Ok(None);
        }
        let declaration = scope.get(&VERSIONS, &[account.as_str(), name, digits(row.version).as_str()])?;
        let declaration =
            declaration.ok_or_else(|| Error::internal(format_args!("version {} of the pipeline {name} is missing", row.version)))?;
        let arn = Arn::new("codepipeline", scope.region().as_str(), account.as_str(), name);
        Ok(Some(Self { account, pipeline: declaration, arn, row }))
    }

    pub(crate) fn save(&mut self, scope: &mut Scope<'_, CodePipeline>) -> Result<(), Error> {
        self.row.updated = scope.now();
        let key = [self.account.as_str(), self.pipeline.name.as_str(), self.row.id.as_str()];
        scope.put(&EXECUTIONS, &key, &self.row)
    }

    /// The stage it is in or comes to.
    pub(crate) fn stage(&self) -> &StageDeclaration {
        // `leave` ends an execution behind its last stage.
        &self.pipeline.stages[self.row.stage.min(self.pipeline.stages.len() - 1)]
    }

    pub(crate) fn declared(&self, action: &str) -> Result<ActionDeclaration, Error> {
        let found = self.stage().actions.iter().find(|a| a.name == action).cloned();
        found.ok_or_else(|| Error::internal(format_args!("the action {action} is not in the stage {}", self.stage().name)))
    }

    pub(crate) fn stage_row(&self, scope: &mut Scope<'_, CodePipeline>) -> Result<StageRow, Error> {
        Ok(scope.get(&STAGES, &[self.account.as_str(), self.pipeline.name.as_str(), self.stage().name.as_str()])?.unwrap_or_default())
    }

    pub(crate) fn put_stage(&self, scope: &mut Scope<'_, CodePipeline>, row: &StageRow) -> Result<(), Error> {
        scope.put(&STAGES, &[self.account.as_str(), self.pipeline.name.as_str(), self.stage().name.as_str()], row)
    }

    /// The runs of the present stage's actions.
    pub(crate) fn actions(&self, scope: &mut Scope<'_, CodePipeline>) -> Result<Vec<ActionRow>, Error> {
        let mut rows = Vec::new();
        for id in self.row.actions.values() {
            rows.extend(scope.get(&ACTIONS, &[self.account.as_str(), self.pipeline.name.as_str(), self.row.id.as_str(), id.as_str()])?);
        }
        Ok(rows)
    }

    pub(crate) fn put_action(&self, scope: &mut Scope<'_, CodePipeline>, row: &ActionRow) -> Result<(), Error> {
        scope.put(&ACTIONS, &[self.account.as_str(), self.pipeline.name.as_str(), self.row.id.as_str(), row.id.as_str()], row)
    }

    /// A variable's value.
    pub(crate) fn variable(&self, (namespace, name): variables::Reference<'_>) -> Option<String> {
        match (namespace, name) {
            (variables::EXECUTION, "PipelineExecutionId") => Some(self.row.id.clone()),
            (variables::PIPELINE, name) => self.row.variables.get(name).cloned(),
            (namespace, name) => self.row.namespaces.get(namespace)?.get(name).cloned(),
        }
    }

    /// Ends the execution.
    pub(crate) fn end(&mut self, scope: &mut Scope<'_, CodePipeline>, status: Status) -> Result<Pace, Error> {
        self.row.status = status;
        self.publish(scope, "Pipeline", status, json!({}))?;
        Ok(Pace::End)
    }

    /// Tells the feed of a change, in the shape of AWS's events.
    pub(crate) fn publish(&self, scope: &mut Scope<'_, CodePipeline>, what: &str, status: Status, more: Value) -> Result<(), Error> {
        publish(scope, &self.arn, &self.row, what, status, more)
    }
}

fn publish(
    scope: &mut Scope<'_, CodePipeline>,
    arn: &Arn,
    row: &ExecutionRow,
    what: &str,
    status: Status,
    more: Value,
) -> Result<(), Error> {
    let mut detail = json!({"pipeline": arn.resource(), "execution-id": row.id, "version": row.version, "state": status.event()});
    if let (Value::Object(detail), Value::Object(more)) = (&mut detail, more) {
        detail.extend(more);
    }
    let kind = format!("CodePipeline {what} Execution State Change");
    if let Some(account) = arn.account() {
        durable::tell(scope, account, &kind, &[arn], detail.clone())?;
    }
    let change = json!({"detail-type": kind, "detail": detail});
    durable::publish(scope, &format!("execution/{arn}/{}", row.id), change)
}

/// Ends an execution that waits outside a stage, because a newer one takes its place.
pub(crate) fn supersede(scope: &mut Scope<'_, CodePipeline>, account: AccountId, arn: &Arn, execution: &str) -> Result<(), Error> {
    let key = [account.as_str(), arn.resource(), execution];
    let Some(mut row) = scope.get(&EXECUTIONS, &key)? else { return Ok(()) };
    if row.status.under_way() {
        row.status = Status::Superseded;
        row.updated = scope.now();
        scope.put(&EXECUTIONS, &key, &row)?;
        publish(scope, arn, &row, "Pipeline", Status::Superseded, json!({}))?;
        durable::signal(scope, &execution_workflow(execution), json!("superseded"))?;
    }
    Ok(())
}

/// Starts an execution of a pipeline's present version.
pub(crate) fn start(
    scope: &mut Scope<'_, CodePipeline>,
    account: AccountId,
    name: &str,
    pipeline: &PipelineRow,
    trigger: Trigger,
    variables: BTreeMap<String, String>,
) -> Result<String, Error> {
    let now = scope.now();
    let id = base::uuid_v7(scope.entropy(), now);
    let row = ExecutionRow {
        id: id.clone(),
        generation: pipeline.generation.clone(),
        version: pipeline.version,
        status: Status::InProgress,
        status_summary: None,
        trigger,
        started: now,
        updated: now,
        stage: 0,
        entered: false,
        actions: BTreeMap::new(),
        variables,
        namespaces: BTreeMap::new(),
        artifacts: BTreeMap::new(),
        revisions: Vec::new(),
        stop: None,
    };
    scope.put(&EXECUTIONS, &[account.as_str(), name, id.as_str()], &row)?;
    let arn = Arn::new("codepipeline", scope.region().as_str(), account.as_str(), name);
    publish(scope, &arn, &row, "Pipeline", Status::InProgress, json!({}))?;
    durable::start::<Execution>(
        scope,
        &execution_workflow(&id),
        account,
        &ExecutionState { pipeline: name.into(), execution: id.clone() },
    )?;
    Ok(id)
}
