//! A function that is told of a job, and says itself when it is done.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Lambda.html>

use super::{
    Job, Kind, Progress, Provider, Stop, Waiting,
    custom::{self, Continued},
};
use crate::jobs::{self, JobStatus};
use base::{Timestamp, revealed};
use gate::Error;
use serde_json::{Value, json};
use std::time::Duration;

pub(super) struct Lambda;

static KIND: Kind = Kind {
    categories: &["Invoke"],
    provider: "Lambda",
    inputs: 0..=5,
    outputs: 0..=5,
    settings: &[("FunctionName", true), ("UserParameters", false)],
};

/// AWS's timeout of functions' actions.
const TIMEOUT: Duration = Duration::from_secs(3600);

impl Provider for Lambda {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn start(&self, job: &mut Job<'_, '_>) -> Result<Progress, Stop> {
        let until = job.scope.now().plus(TIMEOUT);
        invoke(job, None, until)
    }

    fn look(&self, job: &mut Job<'_, '_>, memo: Value) -> Result<Progress, Stop> {
        custom::became(job, memo, invoke)
    }
}

/// Tells the function of a job. It is the one that works on it, so no worker can poll for it.
/// Source of the event: <https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-invoke-lambda-function.html>
fn invoke(job: &mut Job<'_, '_>, goes_on: Continued, until: Timestamp) -> Result<Progress, Stop> {
    let function = job.required("FunctionName")?;
    let (continuation, external) = goes_on.unzip();
    let mut row = custom::row(job, continuation);
    row.status = JobStatus::InProgress;
    let account = job.run.account;
    jobs::put(job.scope, account, &row)?;
    let data = jobs::data(job.scope, account, &row)?;
    let mut data = revealed(|| serde_json::to_value(data)).map_err(|e| Stop::from(Error::internal(e)))?;
    if let Some(told) = data.as_object_mut() {
        // A function is told less than a worker.
        told.retain(|name, value| !value.is_null() && name != "actionTypeId" && name != "pipelineContext");
    }
    let event = json!({"CodePipeline.job": {"id": row.id, "accountId": account.as_str(), "data": data}});
    let payload = base::Blob::from(event.to_string().into_bytes());
    let input = json!({"FunctionName": function, "InvocationType": "Event", "Payload": payload});
    job.call("lambda:Invoke", input)?;
    let external = external.unwrap_or_default();
    Waiting { memo: json!({"job": row.id, "until": until}), next_look: until, topic: None, external, token: None }.into()
}
