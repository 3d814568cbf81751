//! Pipelines at work: their sources are brought, they run, people approve, and they come to their end.

use crate::{
    Certainty, Finding, Kind, Layer, Origin, Severity, Source,
    driver::{Driver, list, text},
    imagined,
    mends::SOURCE,
    refusals::At,
    samples,
    wanted::{self, Wanted},
    world::World,
};
use base::AccountId;
use codecommit::Imagined;
use gate::Error;
use serde_json::{Value, json};
use std::{collections::BTreeSet, io::Cursor, sync::PoisonError};

/// What stands for a source of which nothing is known: a build that does something, and makes whatever is asked for.
pub(crate) const UNKNOWN_BUILD: &str = "version: 0.2\nphases: { build: { commands: [\":\"] } }\nartifacts: { files: [\"**/*\"] }\n";
/// The statuses of what still goes on.
const GOING_ON: [&str; 2] = ["InProgress", "Stopping"];

/// The settings that name what a source takes.
const SOURCES: [&str; 4] = ["FullRepositoryId", "Repo", "RepositoryName", "S3Bucket"];

/// The file that tells which images a service is to run.
const IMAGES: &str = "imagedefinitions.json";

/// A pipeline: its account, and its name.
pub(crate) type Name = (AccountId, String);

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
        let mut declared = Vec::new();
        for (account, name) in &names {
            let pipeline = self.world.call(*account, "codepipeline:GetPipeline", json!({"name": name}))?;
            let mut wanted = self.imagine.wanted.lock().unwrap_or_else(PoisonError::into_inner);
            wanted::of_builds(self.estate, *account, &pipeline["pipeline"], &mut wanted);
            drop(wanted);
            self.projects(*account, &pipeline["pipeline"])?;
            self.declarations.insert(text(&pipeline["metadata"], "pipelineArn").to_owned(), pipeline["pipeline"].clone());
            declared.push(pipeline["pipeline"].clone());
        }
        // What the first one wants of its builds, the others may want as well.
        let first = usize::from(shares_nothing(&declared) && !self.begin_each_other()?);
        self.run_all(&names[..first], &declared[..first], &mut before)?;
        self.run_all(&names[first..], &declared[first..], &mut before)?;
        self.again(&names)
    }

    /// Whether what becomes of a pipeline may start another.
    fn begin_each_other(&self) -> Result<bool, Error> {
        let made = cloudformation::made(&self.world.gate)?;
        let mut rules = made.iter().filter(|one| one.resource_type == "AWS::Events::Rule");
        Ok(rules.any(|rule| rule.properties["EventPattern"].to_string().contains("aws.codepipeline")))
    }

    /// Runs some of them to their ends.
    fn run_all(&mut self, names: &[Name], declared: &[Value], before: &mut BTreeSet<String>) -> Result<(), Error> {
        for ((account, _), pipeline) in names.iter().zip(declared) {
            self.sources(*account, pipeline)?;
        }
        // A source that is told of starts its pipelines.
        self.finish(names)?;
        for (account, name) in names {
            if self.executions(*account, name)?.iter().all(|one| before.contains(text(one, "pipelineExecutionId"))) {
                self.world.call(*account, "codepipeline:StartPipelineExecution", json!({"name": name}))?;
            }
        }
        self.finish(names)?;
        for (account, name) in names {
            self.go_on(*account, name, before)?;
        }
        Ok(())
    }

    /// Runs once more: what the first run has made is now changed, or found as it is.
    fn again(&mut self, names: &[Name]) -> Result<(), Error> {
        self.world.refusals.at(At::Again);
        let mut started = Vec::new();
        for (account, name) in names {
            if self.executions(*account, name)?.iter().any(|one| one["status"] == "Succeeded") {
                let answer = self.world.call(*account, "codepipeline:StartPipelineExecution", json!({"name": name}))?;
                started.push(((*account, name.clone()), answer));
            }
        }
        let names: Vec<Name> = started.iter().map(|(name, _)| name.clone()).collect();
        self.finish(&names)?;
        for ((account, name), execution) in &started {
            self.ended_again(*account, name, execution)?;
        }
        Ok(())
    }

    pub(crate) fn executions(&mut self, account: AccountId, name: &str) -> Result<Vec<Value>, Error> {
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
            let outputs = list(action, "outputArtifacts").iter().map(|output| text(output, "name"));
            let wanted: Vec<Wanted> = outputs.flat_map(|artifact| wanted::of_artifact(self.estate, pipeline, artifact)).collect();
            let owner = text(action, "roleArn").split(':').nth(4).and_then(|id| id.parse().ok()).unwrap_or(account);
            match provider {
                "CodeCommit" => {
                    self.check_branch(account, owner, pipeline, action);
                    self.bring_repository(owner, &setting("RepositoryName"), &setting("BranchName"), &wanted)?;
                }
                "ECR" => {}
                "S3" => self.bring_object(owner, &setting("S3Bucket"), &setting("S3ObjectKey"), &wanted)?,
                _ => self.imagine_outputs(account, pipeline, action, &wanted)?,
            }
        }
        let later = stages.iter().flat_map(|stage| list(stage, "actions")).filter(|action| action["actionTypeId"]["category"] != "Source");
        for action in later {
            let outputs = list(action, "outputArtifacts").iter().map(|output| text(output, "name"));
            let wanted: Vec<Wanted> = outputs.flat_map(|artifact| wanted::of_artifact(self.estate, pipeline, artifact)).collect();
            self.imagine_outputs(account, pipeline, action, &wanted)?;
        }
        Ok(())
    }

    /// Tells of a branch that nobody pushes, where what is pushed is known.
    fn check_branch(&mut self, account: AccountId, owner: AccountId, pipeline: &Value, action: &Value) {
        let setting = |name: &str| text(&action["configuration"], name);
        let (waited, owner) = (setting("BranchName"), self.account_name(owner.as_str()));
        let of_repository = self.estate.sources.iter().filter_map(|source| match &source.origin {
            Origin::CodeCommit { repository, branch } if source.account == owner && repository == setting("RepositoryName") => Some(branch),
            Origin::CodeCommit { .. } => None,
        });
        let pushed: Vec<String> = of_repository.cloned().collect();
        if pushed.is_empty() || pushed.iter().any(|branch| branch == waited) {
            return;
        }
        let (name, action_name) = (text(pipeline, "name"), text(action, "name"));
        let told = json!({"actionName": action_name, "input": {"configuration": {"BranchName": waited}}});
        let subject = vec![self.account_name(account.as_str()), name.to_owned(), action_name.to_owned()];
        self.findings.push(Finding {
            id: format!("mismatch/branch/{}", subject.join("/")),
            kind: Kind::Mismatch,
            severity: Severity::Warning,
            layer: Layer::Run,
            subject,
            title: format!(
                "the pipeline {name} waits for the branch {waited} of the repository {}, and what is pushed is {}",
                setting("RepositoryName"),
                pushed.join(", ")
            ),
            call: None,
            causes: self.action_place(account, name, &told, waited).into_iter().collect(),
            notes: vec!["nobody starts it by a push".into()],
            certainty: Certainty::Certain,
            repairs: Vec::new(),
        });
    }

    /// What an action leaves whose provider is not known here; nothing of others.
    fn imagine_outputs(&mut self, account: AccountId, pipeline: &Value, action: &Value, wanted: &[Wanted]) -> Result<(), Error> {
        let Ok(kind) = serde_json::from_value(action["actionTypeId"].clone()) else { return Ok(()) };
        if !codepipeline::is_imagined(&kind) {
            return Ok(());
        }
        let (name, pipeline_name) = (text(action, "name"), text(pipeline, "name"));
        let provider = text(&action["actionTypeId"], "provider");
        let subject = vec![self.account_name(account.as_str()), pipeline_name.to_owned(), name.to_owned()];
        let title =
            format!("the action {name} is of the provider {provider}, which is not rehearsed: what it calls and changes is unknown");
        let notes = vec!["it is taken to succeed and to leave the files that others ask for".into()];
        self.unknown(format!("unknown/provider/{}", subject.join("/")), subject, title, notes);
        for artifact in list(action, "outputArtifacts").iter().map(|output| text(output, "name")) {
            let zip = self.imagined_archive(wanted)?;
            codepipeline::imagine(&self.world.gate, &codepipeline::ImaginedOutput { account, pipeline: pipeline_name, artifact, zip })?;
        }
        Ok(())
    }

    fn known_source(&self, account: AccountId, origin: &Origin) -> Option<&Source> {
        let account = self.account_name(account.as_str());
        self.estate.sources.iter().find(|source| source.account == account && source.origin == *origin)
    }

    /// The archive of a source: of its files, or of what is wanted of it.
    fn archive(&mut self, account: AccountId, origin: &Origin, what: &str, wanted: &[Wanted]) -> Result<Vec<u8>, Error> {
        // What stands for stages that are not there is told with them.
        if matches!(origin, Origin::CodeCommit { repository, .. } if repository == SOURCE) {
            return self.imagined_archive(wanted);
        }
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
        self.imagined_archive(wanted)
    }

    /// An archive of which nothing is known but what is asked of it.
    fn imagined_archive(&self, wanted: &[Wanted]) -> Result<Vec<u8>, Error> {
        for one in wanted {
            self.world.refusals.unread(one.told.clone());
        }
        let wanted = wanted.iter().map(|one| (one.path.as_str(), one.content.as_slice()));
        zip(&std::iter::once(("buildspec.yml", UNKNOWN_BUILD.as_bytes())).chain(wanted).collect::<Vec<_>>())
    }

    fn bring_repository(&mut self, account: AccountId, repository: &str, branch: &str, wanted: &[Wanted]) -> Result<(), Error> {
        let origin = Origin::CodeCommit { repository: repository.into(), branch: branch.into() };
        let there = self.world.call(account, "codecommit:GetBranch", json!({"repositoryName": repository, "branchName": branch})).is_ok();
        if there {
            return Ok(());
        }
        let zip = self.archive(account, &origin, &format!("the branch {branch} of the repository {repository}"), wanted)?;
        let region = self.estate.region.clone();
        let imagined = Imagined { account, region: &region, repository, branch, zip };
        match codecommit::imagine(&self.world.gate, &imagined) {
            Err(error) if error.code == "RepositoryDoesNotExistException" => {
                if repository != SOURCE {
                    let subject = vec![self.account_name(account.as_str()), repository.into()];
                    let title = format!("the repository {repository} is in none of the stacks: it is taken to exist");
                    self.assumed(format!("assumed/repository/{account}/{repository}"), subject, title);
                }
                self.world.call(account, "codecommit:CreateRepository", json!({"repositoryName": repository}))?;
                codecommit::imagine(&self.world.gate, &imagined)
            }
            other => other,
        }
    }

    fn bring_object(&mut self, account: AccountId, bucket: &str, key: &str, wanted: &[Wanted]) -> Result<(), Error> {
        let zip = self.imagined_archive(wanted)?;
        // A bucket that is not there is what the action will tell of.
        let _ = self.world.send(account, "s3:PutObject", json!({"Bucket": bucket, "Key": key}), Some(zip));
        Ok(())
    }

    /// Lets all pipelines come to their end; who is asked to approve does.
    pub(crate) fn finish(&mut self, names: &[Name]) -> Result<(), Error> {
        let mut answered = BTreeSet::new();
        let mut open = names.to_vec();
        let ended = self.world.run_until(|world| {
            open = going_on(world, &open, &mut answered)?;
            // One that has ended may have begun again before all have.
            if open.is_empty() {
                open = going_on(world, names, &mut answered)?;
            }
            Ok(open.is_empty())
        })?;
        if !ended {
            self.summary.not_rehearsed.push("a pipeline waits for something that never happens in a rehearsal".into());
        }
        Ok(())
    }

    /// Where a parameter was not taken that is a variable of a build: a value that it would be taken with. True: there is
    /// one that was not given to this pipeline yet, and its next execution has it.
    pub(crate) fn want_value(
        &mut self,
        account: AccountId,
        pipeline: &str,
        failed: &Value,
        message: &str,
        given: &mut BTreeSet<String>,
    ) -> Result<bool, Error> {
        let Some((parameter, pattern)) = message.split_once("Parameter '").and_then(|(_, rest)| rest.split_once("' must match pattern "))
        else {
            return Ok(false);
        };
        let answer = self.world.call(account, "codepipeline:GetPipeline", json!({"name": pipeline}))?;
        let stages = list(&answer["pipeline"], "stages").iter().filter(|stage| stage["name"] == failed["stageName"]);
        let action = stages.flat_map(|stage| list(stage, "actions")).find(|action| action["name"] == failed["actionName"]);
        let overrides = action.map(|action| text(&action["configuration"], "ParameterOverrides")).unwrap_or_default();
        let value = serde_json::from_str::<Value>(overrides).ok().and_then(|overrides| overrides[parameter].as_str().map(str::to_owned));
        // `#{NAMESPACE.NAME}`, and nothing besides.
        let variable = value.as_deref().and_then(|value| value.strip_prefix("#{")?.strip_suffix('}')?.split_once('.'));
        if let (Some((_, variable)), Some(sample)) = (variable, samples::of_pattern(pattern.trim())) {
            self.imagine.values.lock().unwrap_or_else(PoisonError::into_inner).insert(variable.to_owned(), sample);
            return Ok(given.insert(variable.to_owned()));
        }
        Ok(false)
    }
}

/// Whether the first pipeline's sources are no other's.
fn shares_nothing(pipelines: &[Value]) -> bool {
    let sources = |pipeline: &Value| -> BTreeSet<String> {
        let actions = list(pipeline, "stages").iter().flat_map(|stage| list(stage, "actions"));
        let of_sources = actions.filter(|action| action["actionTypeId"]["category"] == "Source");
        of_sources
            .flat_map(|action| SOURCES.map(|name| text(&action["configuration"], name).to_owned()))
            .filter(|name| !name.is_empty())
            .collect()
    };
    let Some((first, others)) = pipelines.split_first() else { return false };
    let first = sources(first);
    others.iter().all(|other| sources(other).is_disjoint(&first))
}

/// Those that have not come to their end; what they ask to be approved is.
fn going_on(world: &mut World, names: &[Name], answered: &mut BTreeSet<String>) -> Result<Vec<Name>, Error> {
    let mut open = Vec::new();
    for (account, name) in names {
        let answer = world.call(*account, "codepipeline:ListPipelineExecutions", json!({"pipelineName": name}))?;
        if !list(&answer, "pipelineExecutionSummaries").iter().any(|one| GOING_ON.contains(&text(one, "status"))) {
            continue;
        }
        open.push((*account, name.clone()));
        let state = world.call(*account, "codepipeline:GetPipelineState", json!({"name": name}))?;
        for stage in list(&state, "stageStates") {
            for action in list(stage, "actionStates") {
                let Some(token) = action["latestExecution"]["token"].as_str() else { continue };
                if text(&action["latestExecution"], "status") == "InProgress" && answered.insert(token.to_owned()) {
                    world.call(
                        *account,
                        "codepipeline:PutApprovalResult",
                        json!({
                            "pipelineName": name, "stageName": stage["stageName"], "actionName": action["actionName"], "token": token,
                            "result": {"status": "Approved", "summary": "rehearsed"},
                        }),
                    )?;
                }
            }
        }
    }
    Ok(open)
}
