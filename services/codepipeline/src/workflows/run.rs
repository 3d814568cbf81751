use super::{ExecutionState, execution::Execution, execution_workflow};
use crate::{
    CodePipeline,
    declaration::{ActionDeclaration, PipelineDeclaration, StageDeclaration},
    error,
    state::{
        ACTIONS, ACTIVE, ActionRow, EXECUTIONS, ExecutionRow, Mode, OWN_STAGES, PIPELINES, Phase, PipelineRow, STAGES, SourceOverride,
        StageRow, Status, Trigger, VERSIONS, digits,
    },
    tokens, variables,
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
        Ok(Self::of(scope, account, state)?.filter(|run| run.row.status.under_way()))
    }

    /// The execution, if its pipeline is still there.
    pub(crate) fn of(scope: &mut Scope<'_, CodePipeline>, account: AccountId, state: &ExecutionState) -> Result<Option<Self>, Error> {
        let name = state.pipeline.as_str();
        let Some(pipeline) = scope.get(&PIPELINES, &[account.as_str(), name])? else { return Ok(None) };
        let Some(row) = scope.get(&EXECUTIONS, &[account.as_str(), name, state.execution.as_str()])? else { return Ok(None) };
        if row.generation != pipeline.generation {
            return Ok(None);
        }
        let declaration = scope.get(&VERSIONS, &[account.as_str(), name, digits(row.version).as_str()])?;
        let declaration =
            declaration.ok_or_else(|| Error::internal(format_args!("version {} of the pipeline {name} is missing", row.version)))?;
        let arn = Arn::new("codepipeline", scope.region().as_str(), account.as_str(), name);
        Ok(Some(Self { account, pipeline: declaration, arn, row }))
    }

    /// Whether its pipeline was changed since it started.
    pub(crate) fn changed(&self, scope: &mut Scope<'_, CodePipeline>) -> Result<bool, Error> {
        let pipeline = scope.get(&PIPELINES, &[self.account.as_str(), &self.pipeline.name])?;
        Ok(pipeline.is_some_and(|pipeline| pipeline.version != self.row.version))
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
        let (account, pipeline, stage) = (self.account.as_str(), self.pipeline.name.as_str(), self.stage().name.as_str());
        let found = match self.row.mode {
            Mode::Parallel => scope.get(&OWN_STAGES, &[account, pipeline, self.row.id.as_str(), stage])?,
            Mode::Superseded | Mode::Queued => scope.get(&STAGES, &[account, pipeline, stage])?,
        };
        Ok(found.unwrap_or_default())
    }

    pub(crate) fn put_stage(&self, scope: &mut Scope<'_, CodePipeline>, row: &StageRow) -> Result<(), Error> {
        let (account, pipeline, stage) = (self.account.as_str(), self.pipeline.name.as_str(), self.stage().name.as_str());
        match self.row.mode {
            Mode::Parallel => scope.put(&OWN_STAGES, &[account, pipeline, self.row.id.as_str(), stage], row),
            Mode::Superseded | Mode::Queued => scope.put(&STAGES, &[account, pipeline, stage], row),
        }
    }

    /// Holds its stage again.
    pub(crate) fn hold(&mut self, scope: &mut Scope<'_, CodePipeline>) -> Result<(), Error> {
        let mut stage = self.stage_row(scope)?;
        stage.occupant = Some(self.row.id.clone());
        stage.latest = Some((self.row.id.clone(), Status::InProgress));
        self.row.entered = true;
        self.put_stage(scope, &stage)?;
        self.tell_stage(scope, "RESUMED")
    }

    /// What these actions of the present stage had brought is no longer there: they run again.
    pub(crate) fn forget_actions(&mut self, again: &[String]) {
        let declared: Vec<ActionDeclaration> = self.stage().actions.iter().filter(|a| again.contains(&a.name)).cloned().collect();
        self.row.actions.retain(|action, _| !again.contains(action));
        self.row.revisions.retain(|r| !again.contains(&r.action));
        for action in declared {
            for output in &action.output_artifacts {
                self.row.artifacts.remove(&output.name);
            }
            if let Some(namespace) = &action.namespace {
                self.row.namespaces.remove(namespace);
            }
        }
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
        if status == Status::Cancelled {
            self.row.status_summary = Some("The pipeline was changed before the execution was done; start a new one".into());
        }
        scope.delete(&ACTIVE, &[self.account.as_str(), self.pipeline.name.as_str(), self.row.id.as_str()]);
        tokens::forget(scope, self.account, &self.pipeline.name)?;
        self.publish(scope, "Pipeline", status.event(), json!({}))?;
        Ok(Pace::End)
    }

    /// Tells of the present stage.
    pub(crate) fn tell_stage(&self, scope: &mut Scope<'_, CodePipeline>, state: &str) -> Result<(), Error> {
        tell_stage(scope, &self.arn, &self.row, &self.stage().name, state)
    }

    /// Tells the feed of a change, in the shape of AWS's events.
    pub(crate) fn publish(&self, scope: &mut Scope<'_, CodePipeline>, what: &str, state: &str, more: Value) -> Result<(), Error> {
        publish(scope, &self.arn, &self.row, what, state, more)
    }
}

/// Tells of a stage of an execution.
pub(crate) fn tell_stage(
    scope: &mut Scope<'_, CodePipeline>,
    arn: &Arn,
    row: &ExecutionRow,
    stage: &str,
    state: &str,
) -> Result<(), Error> {
    publish(scope, arn, row, "Stage", state, json!({"stage": stage}))
}

/// Tells the feed of a change, in the shape of AWS's events.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html>
pub(crate) fn publish(
    scope: &mut Scope<'_, CodePipeline>,
    arn: &Arn,
    row: &ExecutionRow,
    what: &str,
    state: &str,
    more: Value,
) -> Result<(), Error> {
    let mut detail = json!({
        "pipeline": arn.resource(),
        "execution-id": row.id,
        "start-time": row.started.iso(),
        "version": row.version,
        "state": state,
        "execution-trigger": {"trigger-type": row.trigger.trigger_type, "trigger-detail": row.trigger.trigger_detail},
    });
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
        scope.delete(&ACTIVE, &key);
        publish(scope, arn, &row, "Pipeline", Status::Superseded.event(), json!({}))?;
        durable::signal(scope, &execution_workflow(execution), json!("superseded"))?;
    }
    Ok(())
}

/// What a start brings beside the pipeline.
pub(crate) struct Start {
    pub(crate) trigger: Trigger,
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) overrides: Vec<SourceOverride>,
}

impl Start {
    /// With nothing of the starter's own.
    pub(crate) fn by(trigger: Trigger, variables: BTreeMap<String, String>) -> Self {
        Self { trigger, variables, overrides: Vec::new() }
    }
}

/// AWS's limit of executions of a QUEUED or PARALLEL pipeline that are under way.
const MAX_ACTIVE: usize = 50;

/// Refuses one more execution of a pipeline that has as many under way as there may be.
pub(crate) fn check_room(scope: &mut Scope<'_, CodePipeline>, account: AccountId, name: &str, mode: Mode) -> Result<(), Error> {
    if mode == Mode::Superseded {
        return Ok(());
    }
    let active = scope.page(&ACTIVE, &[account.as_str(), name], None, MAX_ACTIVE, false)?;
    if active.len() < MAX_ACTIVE { Ok(()) } else { Err(error::too_many_executions(name, MAX_ACTIVE)) }
}

/// Starts an execution of a pipeline's present version.
pub(crate) fn start(
    scope: &mut Scope<'_, CodePipeline>,
    account: AccountId,
    declared: &PipelineDeclaration,
    pipeline: &PipelineRow,
    start: Start,
) -> Result<String, Error> {
    let now = scope.now();
    let (name, mode) = (declared.name.as_str(), declared.mode());
    check_room(scope, account, name, mode)?;
    let id = base::uuid_v7(scope.entropy(), now);
    let row = ExecutionRow {
        id: id.clone(),
        generation: pipeline.generation.clone(),
        version: pipeline.version,
        status: Status::InProgress,
        status_summary: None,
        trigger: start.trigger,
        started: now,
        updated: now,
        stage: 0,
        entered: false,
        actions: BTreeMap::new(),
        variables: start.variables,
        namespaces: BTreeMap::new(),
        artifacts: BTreeMap::new(),
        replicas: Vec::new(),
        revisions: Vec::new(),
        stop: None,
        mode,
        rollback_of: None,
        phase: Phase::Actions,
        overrides: start.overrides,
        approved: BTreeMap::new(),
    };
    if let (Mode::Queued, Some(first)) = (mode, declared.stages.first()) {
        // Its place is that of its start, whoever's first step comes first.
        let key = [account.as_str(), name, first.name.as_str()];
        let mut stage = scope.get(&STAGES, &key)?.unwrap_or_default();
        stage.queue.push(id.clone());
        scope.put(&STAGES, &key, &stage)?;
    }
    let arn = Arn::new("codepipeline", scope.region().as_str(), account.as_str(), name);
    begin(scope, account, &arn, &row)?;
    Ok(id)
}

/// Keeps a new execution and starts its work.
pub(crate) fn begin(scope: &mut Scope<'_, CodePipeline>, account: AccountId, arn: &Arn, row: &ExecutionRow) -> Result<(), Error> {
    let name = arn.resource();
    let key = [account.as_str(), name, row.id.as_str()];
    scope.put(&EXECUTIONS, &key, row)?;
    publish(scope, arn, row, "Pipeline", Status::InProgress.event(), json!({}))?;
    go_on(scope, account, name, &row.id)
}

/// Sets an execution's work going.
pub(crate) fn go_on(scope: &mut Scope<'_, CodePipeline>, account: AccountId, name: &str, execution: &str) -> Result<(), Error> {
    scope.put(&ACTIVE, &[account.as_str(), name, execution], &())?;
    let state = ExecutionState { pipeline: name.into(), execution: execution.into() };
    durable::start::<Execution>(scope, &execution_workflow(execution), account, &state)
}
