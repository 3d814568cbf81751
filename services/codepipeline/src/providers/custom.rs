//! An account's own kind of action: a job that its worker polls for.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-create-custom-action.html>

use super::{Done, Failure, Job, Kind, Progress, Provider, Stop, Waiting, failed};
use crate::{
    jobs::{self, JOBS, JobRow, JobStatus},
    state::External,
};
use base::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;

pub(super) struct Custom;

/// What an action may hold is said by its own type.
static KIND: Kind = Kind { categories: &[], provider: "", inputs: 0..=5, outputs: 0..=5, settings: &[] };

/// AWS's timeout of custom actions.
const TIMEOUT: Duration = Duration::from_secs(24 * 3600);

impl Provider for Custom {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    /// The worker acts, with credentials of its own.
    fn acts(&self) -> bool {
        false
    }

    fn start(&self, job: &mut Job<'_, '_>) -> Result<Progress, Stop> {
        let until = job.scope.now().plus(TIMEOUT);
        queue(job, None, until)
    }

    fn look(&self, job: &mut Job<'_, '_>, memo: Value) -> Result<Progress, Stop> {
        became(job, memo, queue)
    }
}

/// The token of a job that goes on as another one, and what was said of it.
pub(super) type Continued = Option<(String, External)>;

/// How far a job is that a worker or a function has; `again` makes the next of one that goes on.
pub(super) fn became(
    job: &mut Job<'_, '_>,
    memo: Value,
    again: fn(&mut Job<'_, '_>, Continued, Timestamp) -> Result<Progress, Stop>,
) -> Result<Progress, Stop> {
    let until = Timestamp(memo["until"].as_i64().unwrap_or_default());
    let id = memo["job"].as_str().unwrap_or_default();
    let account = job.run.account;
    let Some(mut row) = job.scope.get(&JOBS, &[account.as_str(), id])? else {
        return Err(failed("SystemUnavailable", format!("The job {id} is gone")));
    };
    let Some(result) = row.result.clone() else {
        if job.scope.now() < until {
            return Waiting { memo, next_look: until, ..Waiting::default() }.into();
        }
        jobs::dequeue(job.scope, account, &row);
        row.status = JobStatus::TimedOut;
        jobs::put(job.scope, account, &row)?;
        let what = if row.kind.owner == "Custom" { "custom action timed out: no worker" } else { "action timed out: nobody" };
        return Err(failed("JobFailed", format!("The {what} brought its job to an end until {}", until.iso())));
    };
    if let Some(token) = result.continuation {
        return again(job, Some((token, result.external)), until);
    }
    let external = Some(result.external).filter(|e| *e != External::default());
    match result.failure {
        Some(details) => Err(Failure { details, summary: None, updated_by: None, external }.into()),
        None => Progress::done(Done { variables: result.variables, external, ..Done::default() }),
    }
}

/// A job of the action.
pub(super) fn row(job: &Job<'_, '_>, continuation: Option<String>) -> JobRow {
    JobRow {
        id: base::uuid_v7(job.scope.entropy(), job.scope.now()),
        kind: job.action.action_type_id.clone(),
        generation: job.run.row.generation.clone(),
        pipeline: job.pipeline.into(),
        version: job.run.row.version,
        stage: job.run.stage().name.clone(),
        action: job.action.name.clone(),
        execution: job.run.row.id.clone(),
        action_execution: job.id.into(),
        status: JobStatus::Queued,
        nonce: String::new(),
        taken_until: None,
        configuration: job.configuration.clone(),
        inputs: job.inputs.to_vec(),
        outputs: job.outputs.to_vec(),
        store: job.store.clone(),
        continuation,
        result: None,
    }
}

fn queue(job: &mut Job<'_, '_>, goes_on: Continued, until: Timestamp) -> Result<Progress, Stop> {
    let (continuation, external) = goes_on.unzip();
    let row = row(job, continuation);
    jobs::enqueue(job.scope, job.run.account, &row)?;
    let external = external.unwrap_or_default();
    Waiting { memo: json!({"job": row.id, "until": until}), next_look: until, topic: None, external, token: None }.into()
}
