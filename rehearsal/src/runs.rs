//! Pipelines at work: their sources are brought, they run, people approve, and they come to their end.

use crate::{
    Certainty, Finding, Kind, Layer, Origin, Severity, Source, Subject,
    driver::{Driver, list, text},
    imagined,
    refusals::At,
    samples,
};
use base::AccountId;
use codecommit::Imagined;
use gate::Error;
use serde_json::{Value, json};
use std::{collections::BTreeSet, io::Cursor};

/// What stands for a source of which nothing is known: a build that does something, and makes whatever is asked for.
const UNKNOWN_BUILD: &str = "version: 0.2\nphases: { build: { commands: [\":\"] } }\nartifacts: { files: [\"**/*\"] }\n";
/// The statuses of what still goes on.
const GOING_ON: [&str; 2] = ["InProgress", "Stopping"];

/// The file that tells which images a service is to run.
const IMAGES: &str = "imagedefinitions.json";

/// A pipeline: its account, and its name.
type Name = (AccountId, String);

/// The files as a zip archive.
fn zip(files: &[(&str, &[u8])]) -> Result<Vec<u8>, Error> {
    let mut zip = archive::Builder::new(Cursor::new(Vec::new()));
    for (path, content) in files {
        zip.add_file(path, 0o644, &mut &**content).map_err(Error::internal)?;
    }
    Ok(zip.finish().map_err(Error::internal)?.into_inner())
}

impl Driver<'_> {
    /// Runs all pipelines.
    pub(crate) fn run(&mut self) -> Result<(), Error> {
        self.world.refusals.at(At::Run);
        let mut names: Vec<Name> = Vec::new();
        for account in &self.estate.accounts {
            let answer = self.world.call(account.id, "codepipeline:ListPipelines", json!({}))?;
            names.extend(list(&answer, "pipelines").iter().map(|one| (account.id, text(one, "name").to_owned())));
        }
        // What began with the pipeline found no source yet.
        let mut before = BTreeSet::new();
        for (account, name) in &names {
            before.extend(self.executions(*account, name)?.iter().map(|one| text(one, "pipelineExecutionId").to_owned()));
        }
        for (account, name) in &names {
            let pipeline = self.world.call(*account, "codepipeline:GetPipeline", json!({"name": name}))?;
            self.sources(*account, &pipeline["pipeline"])?;
            self.declarations.insert(text(&pipeline["metadata"], "pipelineArn").to_owned(), pipeline["pipeline"].clone());
        }
        // A source that is told of starts its pipelines.
        self.finish(&names)?;
        for (account, name) in &names {
            if self.executions(*account, name)?.iter().all(|one| before.contains(text(one, "pipelineExecutionId"))) {
                self.world.call(*account, "codepipeline:StartPipelineExecution", json!({"name": name}))?;
            }
        }
        self.finish(&names)?;
        for (account, name) in &names {
            self.ended(*account, name, &before)?;
        }
        Ok(())
    }

    fn executions(&mut self, account: AccountId, name: &str) -> Result<Vec<Value>, Error> {
        let answer = self.world.call(account, "codepipeline:ListPipelineExecutions", json!({"pipelineName": name}))?;
        Ok(list(&answer, "pipelineExecutionSummaries").to_vec())
    }

    /// Brings what the sources of a pipeline look for.
    fn sources(&mut self, account: AccountId, pipeline: &Value) -> Result<(), Error> {
        let stages = list(pipeline, "stages");
        for action in stages.iter().flat_map(|stage| list(stage, "actions")).filter(|action| action["actionTypeId"]["category"] == "Source")
        {
            let provider = text(&action["actionTypeId"], "provider");
            let setting = |name: &str| text(&action["configuration"], name).to_owned();
            let owner = text(action, "roleArn").split(':').nth(4).and_then(|id| id.parse().ok()).unwrap_or(account);
            match provider {
                "CodeCommit" => self.bring_repository(owner, &setting("RepositoryName"), &setting("BranchName"))?,
                "S3" => self.bring_object(owner, &setting("S3Bucket"), &setting("S3ObjectKey"))?,
                _ => {}
            }
        }
        Ok(())
    }

    fn known_source(&self, account: AccountId, origin: &Origin) -> Option<&Source> {
        let account = self.account_name(account.as_str());
        self.estate.sources.iter().find(|source| source.account == account && source.origin == *origin)
    }

    fn archive(&mut self, account: AccountId, origin: &Origin, what: &str) -> Result<Vec<u8>, Error> {
        let files = self.known_source(account, origin).and_then(|source| source.files.as_ref());
        if let Some(files) = files {
            for file in files.iter().filter(|file| file.path.ends_with(IMAGES)) {
                imagined::learn(&self.world.gate, &file.content)?;
            }
            return zip(&files.iter().map(|file| (file.path.as_str(), file.content.as_slice())).collect::<Vec<_>>());
        }
        self.unknown(format!("unknown/source/{what}"), vec![self.account_name(account.as_str()), what.into()], format!("what {what} holds is not known"), vec![
            "builds of it are taken to succeed and to make the files that others ask for; the calls that their commands make are not rehearsed".into(),
        ]);
        zip(&[("buildspec.yml", UNKNOWN_BUILD.as_bytes())])
    }

    fn bring_repository(&mut self, account: AccountId, repository: &str, branch: &str) -> Result<(), Error> {
        let origin = Origin::CodeCommit { repository: repository.into(), branch: branch.into() };
        let there = self.world.call(account, "codecommit:GetBranch", json!({"repositoryName": repository, "branchName": branch})).is_ok();
        if there {
            return Ok(());
        }
        let zip = self.archive(account, &origin, &format!("the branch {branch} of the repository {repository}"))?;
        let region = self.estate.region.clone();
        let imagined = Imagined { account, region: &region, repository, branch, zip };
        match codecommit::imagine(&self.world.gate, &imagined) {
            Err(error) if error.code == "RepositoryDoesNotExistException" => {
                let subject = vec![self.account_name(account.as_str()), repository.into()];
                self.assumed(
                    format!("assumed/repository/{account}/{repository}"),
                    subject,
                    format!("the repository {repository} is in none of the stacks: it is taken to exist"),
                );
                self.world.call(account, "codecommit:CreateRepository", json!({"repositoryName": repository}))?;
                codecommit::imagine(&self.world.gate, &imagined)
            }
            other => other,
        }
    }

    fn bring_object(&mut self, account: AccountId, bucket: &str, key: &str) -> Result<(), Error> {
        let zip = zip(&[("buildspec.yml", UNKNOWN_BUILD.as_bytes())])?;
        // A bucket that is not there is what the action will tell of.
        let _ = self.world.send(account, "s3:PutObject", json!({"Bucket": bucket, "Key": key}), Some(zip));
        Ok(())
    }

    /// Lets all pipelines come to their end; who is asked to approve does.
    fn finish(&mut self, names: &[Name]) -> Result<(), Error> {
        let mut answered = BTreeSet::new();
        let all = names.to_vec();
        let ended = self.world.run_until(|world| {
            let mut going_on = false;
            for (account, name) in &all {
                let answer = world.call(*account, "codepipeline:ListPipelineExecutions", json!({"pipelineName": name}))?;
                let running = list(&answer, "pipelineExecutionSummaries").iter().any(|one| GOING_ON.contains(&text(one, "status")));
                going_on |= running;
                if !running {
                    continue;
                }
                let state = world.call(*account, "codepipeline:GetPipelineState", json!({"name": name}))?;
                for stage in list(&state, "stageStates") {
                    for action in list(stage, "actionStates") {
                        let Some(token) = action["latestExecution"]["token"].as_str() else { continue };
                        if text(&action["latestExecution"], "status") == "InProgress" && answered.insert(token.to_owned()) {
                            world.call(*account, "codepipeline:PutApprovalResult", json!({
                                "pipelineName": name, "stageName": stage["stageName"], "actionName": action["actionName"], "token": token,
                                "result": {"status": "Approved", "summary": "rehearsed"},
                            }))?;
                        }
                    }
                }
            }
            Ok(!going_on)
        })?;
        if !ended {
            self.summary.not_rehearsed.push("a pipeline waits for something that never happens in a rehearsal".into());
        }
        Ok(())
    }

    /// What became of a pipeline.
    fn ended(&mut self, account: AccountId, name: &str, before: &BTreeSet<String>) -> Result<(), Error> {
        let executions = self.executions(account, name)?;
        let new = |one: &&Value| !before.contains(text(one, "pipelineExecutionId"));
        let Some(newest) = executions.iter().find(new) else { return Ok(()) };
        let input = json!({"pipelineName": name, "filter": {"pipelineExecutionId": newest["pipelineExecutionId"]}});
        let answer = self.world.call(account, "codepipeline:ListActionExecutions", input)?;
        let account_name = self.account_name(account.as_str());
        let actions = list(&answer, "actionExecutionDetails");
        let path = |action: &Value| {
            vec![account_name.clone(), name.to_owned(), text(action, "stageName").to_owned(), text(action, "actionName").to_owned()]
        };
        for action in actions {
            if let Some(id) = action["output"]["executionResult"]["externalExecutionId"].as_str() {
                self.builds.insert(id.to_owned(), path(action));
            }
        }
        if text(newest, "status") == "Succeeded" {
            self.summary.pipelines += 1;
            self.summary.subjects.push(Subject { layer: Layer::Run, path: vec![account_name, name.to_owned()] });
            return Ok(());
        }
        for failed in actions.iter().filter(|action| text(action, "status") == "Failed") {
            let subject = path(failed);
            let error = &failed["output"]["executionResult"]["errorDetails"];
            let message = text(error, "message");
            self.want_value(account, name, failed, message)?;
            self.findings.push(Finding {
                id: format!("mismatch/action/{}", subject.join("/")),
                kind: Kind::Mismatch,
                severity: Severity::Error,
                layer: Layer::Run,
                title: format!(
                    "the action {} fails: {}",
                    text(failed, "actionName"),
                    if message.is_empty() { text(error, "code") } else { message }
                ),
                subject,
                call: None,
                causes: self.action_place(account, name, failed, message).into_iter().collect(),
                notes: vec!["what comes after it in the pipeline was not rehearsed".into()],
                certainty: Certainty::Certain,
                repairs: Vec::new(),
            });
        }
        self.summary.not_rehearsed.push(format!("the pipeline {account_name}/{name} behind the stage that fails"));
        Ok(())
    }

    /// Where a parameter was not taken that is a variable of a build: a value that it would be taken with.
    fn want_value(&mut self, account: AccountId, pipeline: &str, failed: &Value, message: &str) -> Result<(), Error> {
        let Some((parameter, pattern)) = message.split_once("Parameter '").and_then(|(_, rest)| rest.split_once("' must match pattern "))
        else {
            return Ok(());
        };
        let answer = self.world.call(account, "codepipeline:GetPipeline", json!({"name": pipeline}))?;
        let stages = list(&answer["pipeline"], "stages").iter().filter(|stage| stage["name"] == failed["stageName"]);
        let action = stages.flat_map(|stage| list(stage, "actions")).find(|action| action["name"] == failed["actionName"]);
        let overrides = action.map(|action| text(&action["configuration"], "ParameterOverrides")).unwrap_or_default();
        let value = serde_json::from_str::<Value>(overrides).ok().and_then(|overrides| overrides[parameter].as_str().map(str::to_owned));
        // `#{NAMESPACE.NAME}`, and nothing besides.
        let variable = value.as_deref().and_then(|value| value.strip_prefix("#{")?.strip_suffix('}')?.split_once('.'));
        if let (Some((_, variable)), Some(sample)) = (variable, samples::of_pattern(pattern.trim())) {
            self.mends.values.insert(variable.to_owned(), sample);
        }
        Ok(())
    }
}
