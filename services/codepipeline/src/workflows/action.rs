//! One action of an execution: begins it, looks at it, and keeps what became of it.

use super::{execution_workflow, replicas, run::Run};
use crate::{
    CodePipeline, artifacts,
    declaration::ActionDeclaration,
    providers::{self, Done, Failure, Job, Progress, Stop, Waiting, failed},
    roles,
    state::{APPROVALS, ActionRow, Approval, Artifact, ErrorDetails, External, Mode, PendingApproval, Status},
    variables,
};
use base::Arn;
use gate::{About, Error, Scope};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Begins an action: makes its row, and the provider's first calls.
pub(crate) fn start(run: &mut Run, scope: &mut Scope<'_, CodePipeline>, action: &ActionDeclaration) -> Result<(), Error> {
    let now = scope.now();
    let region = replicas::region_of(scope, action);
    let store = run.pipeline.store(region.as_str()).cloned().ok_or_else(|| Error::internal("the pipeline has no artifact store"))?;
    let outputs: Vec<Artifact> =
        action.output_artifacts.iter().map(|a| artifacts::place(scope.entropy(), &run.pipeline.name, &store, &a.name)).collect();
    let mut row = ActionRow {
        id: base::uuid_v7(scope.entropy(), now),
        execution: run.row.id.clone(),
        version: run.row.version,
        stage: run.stage().name.clone(),
        action: action.name.clone(),
        status: Status::InProgress,
        started: now,
        updated: now,
        updated_by: None,
        configuration: BTreeMap::new(),
        inputs: action.input_artifacts.iter().filter_map(|a| run.row.artifacts.get(&a.name).cloned()).collect(),
        outputs,
        external: External::default(),
        variables: BTreeMap::new(),
        error: None,
        summary: None,
        token: None,
        approval: None,
        revision: None,
        memo: Value::Null,
        next_look: None,
    };
    run.row.actions.insert(action.name.clone(), row.id.clone());
    let mut stage = run.stage_row(scope)?;
    stage.actions.insert(action.name.clone(), (run.row.id.clone(), row.id.clone()));
    run.put_stage(scope, &stage)?;
    tell(run, scope, &row)?;
    let resolved = variables::resolve_all(&action.configuration, |reference| run.variable(reference));
    let result = match resolved {
        Ok(configuration) => {
            row.configuration = configuration;
            replicas::bring(run, scope, &mut row.inputs, &region)
                .and_then(|()| with_job(run, scope, action, &Work::of(&row), |job, provider| provider.start(job)))
        }
        Err(why) => Err(failed(
            "ConfigurationError",
            format!(
                "An action in this pipeline failed because one or more variables could not be resolved: Action name={}. {why}",
                action.name
            ),
        )),
    };
    settle(run, scope, action, &mut row, result)
}

/// Looks at an action that is under way.
pub(crate) fn look(run: &mut Run, scope: &mut Scope<'_, CodePipeline>, row: &mut ActionRow) -> Result<(), Error> {
    let action = run.declared(&row.action)?;
    let memo = row.memo.clone();
    let result = with_job(run, scope, &action, &Work::of(row), |job, provider| provider.look(job, memo));
    settle(run, scope, &action, row, result)
}

/// What a provider works on: an action, or a rule.
pub(crate) struct Work<'w> {
    pub(crate) id: &'w str,
    pub(crate) configuration: &'w BTreeMap<String, String>,
    pub(crate) inputs: &'w [Artifact],
    pub(crate) outputs: &'w [Artifact],
    pub(crate) approval: Option<&'w Approval>,
}

impl<'w> Work<'w> {
    fn of(row: &'w ActionRow) -> Self {
        let ActionRow { id, configuration, inputs, outputs, approval, .. } = row;
        Self { id, configuration, inputs, outputs, approval: approval.as_ref() }
    }
}

/// Has the provider of an action work as the action's role.
pub(crate) fn with_job(
    run: &Run,
    scope: &mut Scope<'_, CodePipeline>,
    action: &ActionDeclaration,
    on: &Work<'_>,
    work: impl FnOnce(&mut Job<'_, '_>, &'static dyn providers::Provider) -> Result<Progress, Stop>,
) -> Result<Progress, Stop> {
    let pipeline = Arn::new("codepipeline", scope.region().as_str(), run.account.as_str(), &run.pipeline.name);
    let about = About { work: pipeline.to_string(), part: vec![run.stage().name.clone(), action.name.clone()] };
    scope.about(about, |scope| with_job_told(run, scope, action, on, work))
}

fn with_job_told(
    run: &Run,
    scope: &mut Scope<'_, CodePipeline>,
    action: &ActionDeclaration,
    on: &Work<'_>,
    work: impl FnOnce(&mut Job<'_, '_>, &'static dyn providers::Provider) -> Result<Progress, Stop>,
) -> Result<Progress, Stop> {
    let provider = providers::provider_at_work(&action.action_type_id, &action.name, scope.is_rehearsed())?;
    let region = replicas::region_of(scope, action);
    let store = run.pipeline.store(region.as_str()).ok_or_else(|| Stop::from(Error::internal("the pipeline has no artifact store")))?;
    let actor =
        if provider.acts() { roles::acting(scope, run.account, &run.pipeline, action)? } else { scope.as_service(run.account, None) };
    // What it calls is in the action's region.
    scope.in_region(&region, |scope| {
        let mut job = Job {
            scope,
            actor: &actor,
            action,
            pipeline: &run.pipeline.name,
            id: on.id,
            configuration: on.configuration,
            store,
            inputs: on.inputs,
            outputs: on.outputs,
            approval: on.approval,
            revisions: &run.row.revisions,
            run,
            overrides: &run.row.overrides,
        };
        work(&mut job, provider)
    })
}

fn settle(
    run: &mut Run,
    scope: &mut Scope<'_, CodePipeline>,
    action: &ActionDeclaration,
    row: &mut ActionRow,
    result: Result<Progress, Stop>,
) -> Result<(), Error> {
    match result {
        Ok(Progress::Waiting(waiting)) => wait(run, scope, row, *waiting),
        Ok(Progress::Done(done)) => succeed(run, scope, action, row, *done),
        Err(Stop::Failed(failure)) => {
            let Failure { details, summary, updated_by, external } = *failure;
            row.error = Some(details);
            row.summary = summary;
            row.updated_by = updated_by.or(row.updated_by.take());
            row.external = external.unwrap_or(std::mem::take(&mut row.external));
            row.status = Status::Failed;
            close(run, scope, row)
        }
        Err(Stop::Later(error)) => Err(*error),
    }
}

fn wait(run: &Run, scope: &mut Scope<'_, CodePipeline>, row: &mut ActionRow, waiting: Waiting) -> Result<(), Error> {
    if let Some(topic) = &waiting.topic {
        durable::subscribe(scope, &execution_workflow(&run.row.id), topic)?;
    }
    row.memo = waiting.memo;
    row.next_look = Some(waiting.next_look);
    let asked = waiting.token.is_some();
    row.token = waiting.token.or(row.token.take());
    if waiting.external != External::default() {
        row.external = waiting.external;
    }
    if let Some(token) = row.token.as_ref().filter(|_| asked && run.row.mode == Mode::Parallel) {
        // Its stages are shown to nobody: the token is the action's external execution id, as on AWS.
        let pending = PendingApproval { execution: run.row.id.clone(), id: row.id.clone() };
        scope.put(&APPROVALS, &[run.account.as_str(), run.pipeline.name.as_str(), hashed(token).as_str()], &pending)?;
        row.external.id = Some(token.clone());
    }
    run.put_action(scope, row)
}

/// A token as it is looked up by.
pub(crate) fn hashed(token: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn succeed(
    run: &mut Run,
    scope: &mut Scope<'_, CodePipeline>,
    action: &ActionDeclaration,
    row: &mut ActionRow,
    done: Done,
) -> Result<(), Error> {
    row.variables = done.variables;
    row.summary = done.summary;
    row.updated_by = done.updated_by;
    row.external = done.external.unwrap_or(std::mem::take(&mut row.external));
    row.revision = done.revision;
    row.status = Status::Succeeded;
    if let Some(namespace) = &action.namespace {
        run.row.namespaces.insert(namespace.clone(), row.variables.clone());
    }
    if action.action_type_id.category == "Approval" {
        run.row.approved.insert(format!("{}/{}", row.stage, row.action), run.row.artifacts.clone());
    }
    if action.action_type_id.owner == "AWS" && action.action_type_id.provider == "CodeBuild" {
        row.outputs.iter_mut().for_each(|output| output.build.clone_from(&row.external.id));
    }
    run.row.artifacts.extend(row.outputs.iter().map(|a| (a.name.clone(), a.clone())));
    run.row.revisions.extend(row.revision.clone());
    close(run, scope, row)
}

/// Fails an action that could not be brought to an end of its own.
pub(crate) fn fail(
    run: &mut Run,
    scope: &mut Scope<'_, CodePipeline>,
    row: &mut ActionRow,
    code: &str,
    message: String,
) -> Result<(), Error> {
    row.error = Some(ErrorDetails { code: code.into(), message });
    row.status = Status::Failed;
    close(run, scope, row)
}

/// Keeps an action that has ended.
pub(crate) fn close(run: &mut Run, scope: &mut Scope<'_, CodePipeline>, row: &mut ActionRow) -> Result<(), Error> {
    row.updated = scope.now();
    if let Some(token) = row.token.take().filter(|_| run.row.mode == Mode::Parallel) {
        scope.delete(&APPROVALS, &[run.account.as_str(), run.pipeline.name.as_str(), hashed(&token).as_str()]);
        row.external.id = None;
    }
    row.next_look = None;
    row.memo = Value::Null;
    run.put_action(scope, row)?;
    tell(run, scope, row)
}

fn tell(run: &Run, scope: &mut Scope<'_, CodePipeline>, row: &ActionRow) -> Result<(), Error> {
    let declared = run.declared(&row.action)?;
    let kind = &declared.action_type_id;
    let mut more = json!({
        "stage": row.stage,
        "action": row.action,
        "action-execution-id": row.id,
        "region": replicas::region_of(scope, &declared),
        "type": {"owner": kind.owner, "category": kind.category, "provider": kind.provider, "version": kind.version},
    });
    if row.status != Status::InProgress {
        let place = |a: &Artifact| json!({"name": a.name, "s3location": {"bucket": a.bucket, "key": a.key}});
        more["input-artifacts"] = row.inputs.iter().map(place).collect();
        more["output-artifacts"] = row.outputs.iter().map(place).collect();
    }
    if let Some(error) = &row.error {
        more["execution-result"] = json!({
            "external-execution-id": row.external.id,
            "external-execution-summary": error.message,
            "external-execution-url": row.external.url,
            "error-code": error.code,
        });
    }
    run.publish(scope, "Action", row.status.event(), more)
}
