use crate::{
    CodeConnections,
    examples::with_connected,
    fetching::{CloneReference, FETCH, Order, SOON},
    names::{Kind, Named},
    prefix::{Prefix, action},
    state::{AVAILABLE, CLONES, CloneRow, ConnectionRow, FETCHES, FetchRow, FetchStatus},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, Scope, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::marker::PhantomData;

/// Uses a connection: has a branch's files written into a bucket, and tells how far that is; or lets a build clone, once, whose id is
/// then that of the upload. AWS documents the right and its
/// condition keys alone; input and output are ours. The object is written as who uses the connection.
/// Source: <https://docs.aws.amazon.com/dtconsole/latest/userguide/security-iam-permissions-reference-connections.html>
pub struct UseConnection<P>(PhantomData<fn() -> P>);

/// What is done at the provider, in AWS's words, and what it needs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UseConnectionInput {
    connection_arn: String,
    /// `GitPull`, `StartUploadArchiveToS3` or `GetUploadArchiveToS3Status`.
    provider_action: String,
    /// `OWNER/REPOSITORY`.
    full_repository_id: String,
    /// Of an upload; of a clone only if one branch is meant.
    branch_name: Option<String>,
    /// The commit; the branch's newest one if none is named.
    commit_id: Option<String>,
    s3_bucket: Option<String>,
    s3_key: Option<String>,
    kms_key_arn: Option<String>,
    /// Of an upload: `CODEBUILD_CLONE_REF` writes a reference to the commit instead of its files.
    output_artifact_format: Option<String>,
    /// Of an upload that was started.
    upload_id: Option<String>,
}

/// How far it is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UseConnectionOutput {
    upload_id: String,
    status: FetchStatus,
    commit_id: Option<String>,
    /// The commit's, or that of a failure.
    message: String,
    author_date: String,
    provider_type: String,
}

pub(crate) const CLONE_REF: &str = "CODEBUILD_CLONE_REF";
const START: &str = "StartUploadArchiveToS3";
const PULL: &str = "GitPull";
const STATUS: &str = "GetUploadArchiveToS3Status";

/// The owner and the name of a repository.
fn parts(id: &str) -> Result<(&str, &str), Error> {
    let part = |part: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~');
        !part.is_empty() && !part.starts_with('.') && part.chars().all(plain)
    };
    let split = id.rsplit_once('/').filter(|_| id.len() <= 256 && id.split('/').all(part));
    split.ok_or_else(|| Error::validation("FullRepositoryId is of the form OWNER/REPOSITORY."))
}

fn check_branch(name: &str) -> Result<(), Error> {
    let wrong = |c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\".contains(c);
    let fits = !name.is_empty() && name.len() <= 255 && !name.contains(wrong) && !name.contains("..") && !name.starts_with(['-', '/']);
    if fits { Ok(()) } else { Err(Error::validation("BranchName is no name of a branch.")) }
}

impl<P: Prefix> Operation for UseConnection<P> {
    type Service = P;
    const NAME: &'static str = "UseConnection";
    const READ_ONLY: bool = false;
    type Input = UseConnectionInput;
    type Output = UseConnectionOutput;

    fn demands(input: &UseConnectionInput, _view: &mut View<'_, P>) -> Result<Demands, Error> {
        let named = Named::read(&input.connection_arn, Kind::Connection, "connectionArn")?;
        let (owner, repository) = parts(&input.full_repository_id)?;
        match &input.branch_name {
            Some(branch) => check_branch(branch)?,
            None if input.provider_action == PULL => {}
            None => return Err(Error::validation("BranchName must be given.")),
        }
        if let Some(format) = input.output_artifact_format.as_deref().filter(|format| !["CODE_ZIP", CLONE_REF].contains(format)) {
            return Err(Error::validation(format!("OutputArtifactFormat '{format:.100}' is neither CODE_ZIP nor {CLONE_REF}.")));
        }
        if input.commit_id.as_deref().is_some_and(|id| !wire::webhook::is_commit(id)) {
            return Err(Error::validation("CommitId is the whole id of a commit, in hexadecimal digits."));
        }
        if ![PULL, START, STATUS].contains(&input.provider_action.as_str()) {
            return Err(Error::not_implemented(&format!(
                "{}:UseConnection with the ProviderAction {:.100}",
                P::NAME,
                input.provider_action
            )));
        }
        let service = named.arn.service();
        let key = |name: &str| format!("{service}:{name}");
        let using = Demand::new(action(service, "UseConnection"), named.arn.clone())
            .with(key("FullRepositoryId"), &input.full_repository_id)
            .with(key("OwnerId"), owner)
            .with(key("ProviderAction"), &input.provider_action)
            .with(key("ProviderPermissionsRequired"), "read_only")
            .with(key("RepositoryName"), repository);
        let using = match &input.branch_name {
            Some(branch) => using.with(key("BranchName"), branch),
            None => using,
        };
        Ok(using.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UseConnectionInput) -> Result<UseConnectionOutput, Error> {
        let named = Named::read(&input.connection_arn, Kind::Connection, "connectionArn")?;
        let row = named.connection(call)?;
        let endpoint = row.endpoint.clone().filter(|_| row.status == AVAILABLE).ok_or_else(|| {
            let message = format!("The connection {} is {}: connect it first, by `sekisho connect`", named.arn, row.status);
            Error::new("ConnectionUnavailableException", message)
        })?;
        let account = row.account;
        if input.provider_action == STATUS {
            let id = input.upload_id.unwrap_or_default();
            let found = call.beside(&CodeConnections(())).get(&FETCHES, &[account.as_str(), id.as_str()])?;
            let found = found.ok_or_else(|| Error::new("ResourceNotFoundException", "There is no such upload."))?;
            return Ok(answer(id, found, row.provider));
        }
        let url = format!("{endpoint}/{}.git", input.full_repository_id.trim_end_matches(".git"));
        if input.provider_action == PULL {
            return grant(&mut call.beside(&CodeConnections(())), url, row);
        }
        let (Some(bucket), Some(key)) = (input.s3_bucket, input.s3_key) else {
            return Err(Error::validation("S3Bucket and S3Key must be given."));
        };
        let branch = input.branch_name.unwrap_or_default();
        let forwarded = call.forward();
        let mut scope = call.beside(&CodeConnections(()));
        let order = Order {
            account,
            id: base::uuid(scope.entropy()),
            url,
            branch: branch.clone(),
            commit: input.commit_id,
            credential: row.credential,
            host_keys: row.host_keys,
            reference: (input.output_artifact_format.as_deref() == Some(CLONE_REF)).then(|| CloneReference {
                connection_arn: named.arn.to_string(),
                full_repository_id: input.full_repository_id,
                branch_name: branch,
                provider_type: row.provider.clone(),
                commit_id: String::new(),
            }),
            actor: scope.keep(&forwarded)?,
            bucket,
            key,
            kms_key: input.kms_key_arn,
        };
        let started = FetchRow::default();
        scope.put(&FETCHES, &[account.as_str(), order.id.as_str()], &started)?;
        let payload = base::revealed(|| serde_json::to_value(&order)).map_err(Error::internal)?;
        durable::command(&mut scope, account, FETCH, &format!("connection-fetch/{}", order.id), payload)?;
        Ok(answer(order.id, started, row.provider))
    }

    fn example() -> Example {
        with_connected::<P>(json!({
            "ConnectionArn": "$0/ConnectionArn", "ProviderAction": START, "FullRepositoryId": "shop/site", "BranchName": "main",
            "S3Bucket": "example", "S3Key": "archive.zip",
        }))
    }
}

/// Lets the repository be cloned once, soon: `redeem` takes what is kept here.
fn grant(scope: &mut Scope<'_, CodeConnections>, url: String, row: ConnectionRow) -> Result<UseConnectionOutput, Error> {
    let (account, now) = (row.account, scope.now());
    for (key, old) in scope.scan(&CLONES, &[account.as_str()])? {
        if let Some(id) = key.last().filter(|_| now.since(old.granted) > SOON) {
            scope.delete(&CLONES, &[account.as_str(), id.as_str()]);
        }
    }
    let id = base::uuid(scope.entropy());
    let clone = CloneRow { url, credential: row.credential, host_keys: row.host_keys, granted: now };
    scope.put(&CLONES, &[account.as_str(), id.as_str()], &clone)?;
    Ok(answer(id, FetchRow { status: FetchStatus::Succeeded, ..FetchRow::default() }, row.provider))
}

fn answer(upload_id: String, row: FetchRow, provider_type: String) -> UseConnectionOutput {
    UseConnectionOutput {
        upload_id,
        status: row.status,
        commit_id: row.commit,
        message: row.message,
        author_date: row.author_date,
        provider_type,
    }
}
