//! A branch of a CodeCommit repository. CodeCommit itself writes the archive, with the action's credentials.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeCommit.html>

use super::{Done, Job, Kind, Progress, Provider, Stop, Waiting, clone_ref, failed, text};
use crate::{declaration::ActionDeclaration, state::Revision};
use gate::Error;
use serde_json::{Value, json};
use std::time::Duration;

pub(super) struct CodeCommit;

static KIND: Kind = Kind {
    categories: &["Source"],
    provider: "CodeCommit",
    inputs: 0..=0,
    outputs: 1..=1,
    settings: &[("RepositoryName", true), ("BranchName", true), ("PollForSourceChanges", false), ("OutputArtifactFormat", false)],
};

const LOOK: Duration = Duration::from_secs(1);

impl Provider for CodeCommit {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn check(&self, action: &ActionDeclaration) -> Result<(), Error> {
        clone_ref::check(action)
    }

    fn start(&self, job: &mut Job<'_, '_>) -> Result<Progress, Stop> {
        let (repository, branch) = (job.required("RepositoryName")?, job.required("BranchName")?);
        let answer = job.call("codecommit:GetBranch", json!({"repositoryName": repository, "branchName": branch}))?;
        let newest = text(&answer, "/branch/commitId");
        let commit = job
            .asked_for("COMMIT_ID")
            .or(newest)
            .ok_or_else(|| failed("RevisionUnavailable", format!("The branch {branch} of {repository} has no commit")))?
            .to_string();
        let region = job.scope.region().as_str();
        let url = format!("git+https://git-codecommit.{region}.amazonaws.com/v1/repos/{repository}");
        // A commit that somebody asked for need not be the branch's.
        let uri = if newest == Some(commit.as_str()) { format!("{url}@refs/heads/{branch}") } else { url };
        let answer = job.call("codecommit:GetCommit", json!({"repositoryName": repository, "commitId": commit}))?;
        let of_commit = |pointer: &str| text(&answer, pointer).unwrap_or_default().to_string();
        let memo = json!({
            "repository": repository,
            "branch": branch,
            "commit": commit,
            "uri": uri,
            "message": of_commit("/commit/message"),
            "authorDate": of_commit("/commit/author/date"),
            "committerDate": of_commit("/commit/committer/date"),
        });
        if clone_ref::wanted(job) {
            let region = job.scope.region();
            let url = format!("https://git-codecommit.{region}.amazonaws.com/v1/repos/{repository}");
            clone_ref::write(job, &json!({"RepositoryUrl": url, "BranchName": branch, "CommitId": commit}))?;
            return found(job, &memo);
        }
        let output = job.output()?;
        let mut input = json!({"repositoryName": repository, "commitId": commit, "s3Bucket": output.bucket, "s3Key": output.key});
        if let Some(key) = &job.store.encryption_key {
            input["kmsKeyArn"] = json!(key.id);
        }
        let upload = job.call("codecommit:UploadArchive", input)?;
        let id = text(&upload, "/uploadId").unwrap_or_default().to_string();
        uploaded(job, memo, id)
    }

    fn look(&self, job: &mut Job<'_, '_>, memo: Value) -> Result<Progress, Stop> {
        let id = memo["upload"].as_str().unwrap_or_default().to_string();
        uploaded(job, memo, id)
    }

    fn source_topic(&self, action: &ActionDeclaration, region: &str, account: &str) -> Option<String> {
        let (repository, branch) = (action.setting("RepositoryName")?, action.setting("BranchName")?);
        Some(format!("codecommit/ref/arn:aws:codecommit:{region}:{account}:{repository}/refs/heads/{branch}"))
    }
}

fn uploaded(job: &mut Job<'_, '_>, mut memo: Value, id: String) -> Result<Progress, Stop> {
    let answer = job.call("codecommit:GetUploadArchiveStatus", json!({"repositoryName": memo["repository"], "uploadId": id}))?;
    match text(&answer, "/status").unwrap_or_default() {
        "Succeeded" => {}
        "Failed" => {
            let why = text(&answer, "/errorMessage").unwrap_or("CodeCommit gives no reason");
            return Err(failed("JobFailed", format!("The archive of the commit could not be uploaded: {why}")));
        }
        _ => {
            memo["upload"] = json!(id);
            return Waiting { memo, next_look: job.scope.now().plus(LOOK), ..Waiting::default() }.into();
        }
    }
    found(job, &memo)
}

/// The commit is handed on.
fn found(job: &Job<'_, '_>, memo: &Value) -> Result<Progress, Stop> {
    let of = |name: &str| memo[name].as_str().unwrap_or_default().to_string();
    let variables = [
        ("AuthorDate", of("authorDate")),
        ("BranchName", of("branch")),
        ("CommitId", of("commit")),
        ("CommitMessage", of("message")),
        ("CommitterDate", of("committerDate")),
        ("RepositoryName", of("repository")),
    ];
    let revision = Revision {
        action: job.action.name.clone(),
        name: job.output()?.name,
        revision_id: of("commit"),
        revision_summary: Some(of("message")),
        created: job.scope.now(),
        uri: memo["uri"].as_str().map(Into::into),
    };
    Progress::done(Done {
        variables: variables.map(|(name, value)| (name.into(), value)).into(),
        revision: Some(revision),
        ..Done::default()
    })
}
