//! Jobs: what a custom action has a worker do.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PollForJobs.html>

use crate::{
    CodePipeline,
    declaration::{ActionTypeId, ArtifactStore, EncryptionKey},
    pipelines,
    state::{Artifact, ErrorDetails, External, PIPELINES},
    workflows::execution_workflow,
};
use base::{AccountId, Arn, Secret, Timestamp};
use gate::{Error, Scope, Table};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// AWS's words for where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobStatus {
    /// It waits for a worker.
    Queued,
    /// A worker was told of it.
    Dispatched,
    /// A worker has it.
    InProgress,
    /// It succeeded.
    Succeeded,
    /// It failed.
    Failed,
    /// Nobody brought it to an end in time.
    TimedOut,
}

/// What a worker said at the end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct JobResult {
    /// Why it failed.
    pub(crate) failure: Option<ErrorDetails>,
    pub(crate) external: External,
    pub(crate) variables: BTreeMap<String, String>,
    /// It goes on as another job, with this token.
    pub(crate) continuation: Option<String>,
}

/// A job.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct JobRow {
    pub(crate) id: String,
    pub(crate) kind: ActionTypeId,
    pub(crate) generation: String,
    pub(crate) pipeline: String,
    pub(crate) version: u64,
    pub(crate) stage: String,
    pub(crate) action: String,
    pub(crate) execution: String,
    pub(crate) action_execution: String,
    pub(crate) status: JobStatus,
    pub(crate) nonce: String,
    /// When a worker that was told of it should have taken it.
    pub(crate) taken_until: Option<Timestamp>,
    pub(crate) configuration: BTreeMap<String, String>,
    pub(crate) inputs: Vec<Artifact>,
    pub(crate) outputs: Vec<Artifact>,
    pub(crate) store: ArtifactStore,
    pub(crate) continuation: Option<String>,
    pub(crate) result: Option<JobResult>,
}

/// Account, job.
pub(crate) static JOBS: Table<CodePipeline, JobRow> = Table::regional("jobs");
/// Account, category, provider, version, job: those that no worker has.
pub(crate) static QUEUE: Table<CodePipeline, ()> = Table::regional("job-queue");

fn place<'k>(account: &'k AccountId, job: &'k JobRow) -> [&'k str; 5] {
    [account.as_str(), &job.kind.category, &job.kind.provider, &job.kind.version, &job.id]
}

/// Keeps a job that waits for a worker.
pub(crate) fn enqueue(scope: &mut Scope<'_, CodePipeline>, account: AccountId, job: &JobRow) -> Result<(), Error> {
    scope.put(&QUEUE, &place(&account, job), &())?;
    put(scope, account, job)
}

/// A job that waits no more.
pub(crate) fn dequeue(scope: &mut Scope<'_, CodePipeline>, account: AccountId, job: &JobRow) {
    scope.delete(&QUEUE, &place(&account, job));
}

/// Keeps a job.
pub(crate) fn put(scope: &mut Scope<'_, CodePipeline>, account: AccountId, job: &JobRow) -> Result<(), Error> {
    scope.put(&JOBS, &[account.as_str(), job.id.as_str()], job)
}

/// A job of the caller's account.
pub(crate) fn found(scope: &mut Scope<'_, CodePipeline>, id: &str) -> Result<(AccountId, JobRow), Error> {
    let account = scope.account()?;
    let missing = || Error::new("JobNotFoundException", format!("There is no job with the id '{id}'"));
    let job = scope.get(&JOBS, &[account.as_str(), id])?.ok_or_else(missing)?;
    let pipeline = scope.get(&PIPELINES, &[account.as_str(), job.pipeline.as_str()])?;
    if pipeline.is_none_or(|p| p.generation != job.generation) {
        return Err(missing());
    }
    Ok((account, job))
}

/// A job of the caller's account that a worker has taken.
pub(crate) fn taken(scope: &mut Scope<'_, CodePipeline>, id: &str) -> Result<(AccountId, JobRow), Error> {
    let (account, job) = found(scope, id)?;
    match job.status {
        JobStatus::InProgress => Ok((account, job)),
        other => Err(Error::new("InvalidJobStateException", format!("The job '{id}' is {other:?}; only one in progress has a result"))),
    }
}

/// Notes what a worker said, and tells the execution.
pub(crate) fn conclude(scope: &mut Scope<'_, CodePipeline>, account: AccountId, mut job: JobRow, result: JobResult) -> Result<(), Error> {
    job.status = if result.failure.is_some() { JobStatus::Failed } else { JobStatus::Succeeded };
    job.result = Some(result);
    put(scope, account, &job)?;
    durable::signal(scope, &execution_workflow(&job.execution), json!("job"))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Configuration {
    configuration: BTreeMap<String, String>,
}

#[derive(Debug, Serialize)]
struct Named {
    name: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ActionContext {
    name: String,
    action_execution_id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PipelineContext {
    pipeline_name: String,
    stage: Named,
    action: ActionContext,
    pipeline_arn: Arn,
    pipeline_execution_id: String,
}

/// What may read and write the job's artifacts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Credentials {
    access_key_id: String,
    secret_access_key: Secret<String>,
    session_token: Secret<String>,
}

/// All that a worker needs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobData {
    action_type_id: ActionTypeId,
    action_configuration: Configuration,
    pipeline_context: PipelineContext,
    input_artifacts: Vec<Value>,
    output_artifacts: Vec<Value>,
    artifact_credentials: Option<Credentials>,
    continuation_token: Option<String>,
    encryption_key: Option<EncryptionKey>,
}

fn artifacts(list: &[Artifact]) -> Vec<Value> {
    let location = |a: &Artifact| json!({"type": "S3", "s3Location": {"bucketName": a.bucket, "objectKey": a.key}});
    list.iter().map(|a| json!({"name": a.name, "location": location(a)})).collect()
}

/// What a worker is told of a job. The credentials are a session of the action's role that reaches the job's artifacts alone.
pub(crate) fn data(scope: &mut Scope<'_, CodePipeline>, account: AccountId, job: &JobRow) -> Result<JobData, Error> {
    let artifact_credentials = if job.inputs.is_empty() && job.outputs.is_empty() { None } else { Some(credentials(scope, account, job)?) };
    Ok(JobData {
        action_type_id: job.kind.clone(),
        action_configuration: Configuration { configuration: job.configuration.clone() },
        pipeline_context: PipelineContext {
            pipeline_name: job.pipeline.clone(),
            stage: Named { name: job.stage.clone() },
            action: ActionContext { name: job.action.clone(), action_execution_id: job.action_execution.clone() },
            pipeline_arn: scope.arn(&job.pipeline)?,
            pipeline_execution_id: job.execution.clone(),
        },
        input_artifacts: artifacts(&job.inputs),
        output_artifacts: artifacts(&job.outputs),
        artifact_credentials,
        continuation_token: job.continuation.clone(),
        encryption_key: job.store.encryption_key.clone(),
    })
}

fn limits(job: &JobRow) -> Value {
    let objects = |list: &[Artifact]| list.iter().map(|a| format!("arn:aws:s3:::{}/{}", a.bucket, a.key)).collect::<Vec<_>>();
    let mut statements = Vec::new();
    if !job.inputs.is_empty() {
        statements.push(json!({"Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectVersion"], "Resource": objects(&job.inputs)}));
    }
    if !job.outputs.is_empty() {
        statements.push(json!({"Effect": "Allow", "Action": "s3:PutObject", "Resource": objects(&job.outputs)}));
    }
    let keys = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"];
    statements.push(json!({"Effect": "Allow", "Action": keys, "Resource": "*"}));
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn credentials(scope: &mut Scope<'_, CodePipeline>, account: AccountId, job: &JobRow) -> Result<Credentials, Error> {
    let pipeline = pipelines::declaration(scope, account, &job.pipeline, job.version)?;
    let role = pipelines::action(&pipeline, &job.stage, &job.action)?.role_arn.clone();
    let session = scope.now().0.to_string();
    let mut actor = scope.as_service(account, None);
    if role.is_some() {
        actor = scope.assume(&actor, pipeline.role_arn.as_str(), &session)?;
    }
    let role = role.unwrap_or(pipeline.role_arn);
    let input = json!({"RoleArn": role, "RoleSessionName": session, "Policy": limits(job).to_string()});
    let answer = scope.invoke_named(&actor, "sts:AssumeRole", input)?;
    let text = |name: &str| answer.pointer(&format!("/Credentials/{name}")).and_then(Value::as_str).unwrap_or_default().to_string();
    Ok(Credentials {
        access_key_id: text("AccessKeyId"),
        secret_access_key: Secret::new(text("SecretAccessKey")),
        session_token: Secret::new(text("SessionToken")),
    })
}
