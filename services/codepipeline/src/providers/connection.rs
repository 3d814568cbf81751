//! A branch of a repository at a git host elsewhere, by a connection. CodeConnections itself writes the archive, with the action's
//! credentials.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html>

use super::{Done, Job, Kind, Progress, Provider, Stop, Waiting, clone_ref, failed, text};
use crate::{declaration::ActionDeclaration, error, state::Revision};
use base::Arn;
use gate::Error;
use serde_json::{Value, json};
use std::time::Duration;

pub(super) struct Connection;

static KIND: Kind = Kind {
    categories: &["Source"],
    provider: "CodeStarSourceConnection",
    inputs: 0..=0,
    outputs: 1..=1,
    settings: &[
        ("ConnectionArn", true),
        ("FullRepositoryId", true),
        ("BranchName", true),
        ("OutputArtifactFormat", false),
        ("DetectChanges", false),
    ],
};

/// What a webhook's start asks for beside the commit.
pub(crate) const BRANCH_NAME: &str = "BRANCH_NAME";

/// The feed tells of an upload's end; this is for a wake that was lost.
const LOOK: Duration = Duration::from_secs(5);

impl Provider for Connection {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn check(&self, action: &ActionDeclaration) -> Result<(), Error> {
        clone_ref::check(action)?;
        match action.setting("DetectChanges") {
            None | Some("true" | "false") => Ok(()),
            Some(other) => Err(error::action(format!("DetectChanges '{other}' of action '{}' is neither true nor false", action.name))),
        }
    }

    fn start(&self, job: &mut Job<'_, '_>) -> Result<Progress, Stop> {
        let output = job.output()?;
        let mut input = request(job, "StartUploadArchiveToS3")?;
        input["S3Bucket"] = json!(output.bucket);
        input["S3Key"] = json!(output.key);
        input["OutputArtifactFormat"] = json!(job.setting("OutputArtifactFormat"));
        if let Some(key) = &job.store.encryption_key {
            input["KmsKeyArn"] = json!(key.id);
        }
        let answer = job.call(&operation(&input), input)?;
        uploaded(job, &answer)
    }

    fn source_topic(&self, action: &ActionDeclaration, _region: &str, account: &str) -> Option<String> {
        let connection: Arn = action.setting("ConnectionArn")?.parse().ok()?;
        // Another account's connection tells nothing here.
        let own = connection.account().is_some_and(|owner| owner.as_str() == account);
        own.then(|| format!("codeconnections/webhook/{connection}"))
    }

    fn look(&self, job: &mut Job<'_, '_>, memo: Value) -> Result<Progress, Stop> {
        let mut input = request(job, "GetUploadArchiveToS3Status")?;
        input["UploadId"] = memo["upload"].clone();
        let answer = job.call(&operation(&input), input)?;
        uploaded(job, &answer)
    }
}

fn request(job: &Job<'_, '_>, action: &str) -> Result<Value, Stop> {
    let mut input = json!({
        "ConnectionArn": job.required("ConnectionArn")?,
        "FullRepositoryId": job.required("FullRepositoryId")?,
        "BranchName": branch(job)?,
        "ProviderAction": action,
    });
    if let Some(commit) = job.asked_for("COMMIT_ID") {
        input["CommitId"] = json!(commit);
    }
    Ok(input)
}

/// The branch that a push or a pull request was of; the declared one where none was.
fn branch(job: &Job<'_, '_>) -> Result<String, Stop> {
    job.asked_for(BRANCH_NAME).map_or_else(|| job.required("BranchName"), |name| Ok(name.to_string()))
}

/// Where the commit was found. A commit that somebody asked for need not be the branch's.
fn uri(job: &Job<'_, '_>) -> Result<String, Stop> {
    let repository = format!("git+{}/{}", job.required("ConnectionArn")?, job.required("FullRepositoryId")?);
    let of_branch = job.asked_for("COMMIT_ID").is_none() || job.asked_for(BRANCH_NAME).is_some();
    Ok(if of_branch { format!("{repository}@refs/heads/{}", branch(job)?) } else { repository })
}

/// The call goes under the name that the connection's ARN has.
fn operation(input: &Value) -> String {
    let arn = input["ConnectionArn"].as_str().and_then(|text| text.parse::<Arn>().ok());
    let old = arn.is_some_and(|arn| arn.service() == "codestar-connections");
    format!("{}:UseConnection", if old { "codestar-connections" } else { "codeconnections" })
}

fn uploaded(job: &mut Job<'_, '_>, answer: &Value) -> Result<Progress, Stop> {
    let of = |member: &str| text(answer, member).unwrap_or_default().to_string();
    let (upload, message, commit) = (of("/UploadId"), of("/Message"), of("/CommitId"));
    match of("/Status").as_str() {
        "Succeeded" => {}
        "Failed" => return Err(failed("JobFailed", format!("The branch could not be fetched: {message}"))),
        _ => {
            let topic = Some(format!("codeconnections/fetch/{upload}"));
            let next_look = job.scope.now().plus(LOOK);
            return Waiting { memo: json!({"upload": upload}), next_look, topic, ..Waiting::default() }.into();
        }
    }
    let variables = [
        ("AuthorDate", of("/AuthorDate")),
        ("BranchName", branch(job)?),
        ("CommitId", commit.clone()),
        ("CommitMessage", message.clone()),
        ("ConnectionArn", job.required("ConnectionArn")?),
        ("FullRepositoryName", job.required("FullRepositoryId")?),
    ];
    let summary = json!({"ProviderType": of("/ProviderType"), "CommitMessage": message});
    let revision = Revision {
        action: job.action.name.clone(),
        name: job.output()?.name,
        revision_id: commit,
        revision_summary: Some(summary.to_string()),
        created: job.scope.now(),
        uri: Some(uri(job)?),
    };
    Progress::done(Done {
        variables: variables.map(|(name, value)| (name.into(), value)).into(),
        revision: Some(revision),
        ..Done::default()
    })
}
