//! A build or a test in CodeBuild, which reads and writes the artifacts itself, as the project's role.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html>

use super::{Done, Failure, Job, Kind, Progress, Provider, Stop, Waiting, failed, text};
use crate::{
    declaration::ActionDeclaration,
    error,
    state::{Artifact, ErrorDetails, External},
};
use gate::Error;
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

pub(super) struct CodeBuild;

static KIND: Kind = Kind {
    categories: &["Build", "Test"],
    provider: "CodeBuild",
    inputs: 1..=5,
    outputs: 0..=5,
    settings: &[
        ("ProjectName", true),
        ("PrimarySource", false),
        ("BatchEnabled", false),
        ("BuildspecOverride", false),
        ("CombineArtifacts", false),
        ("EnvironmentVariables", false),
    ],
};

/// The feed tells of a build's end; this is for a wake that was lost.
const LOOK: Duration = Duration::from_secs(10);

impl Provider for CodeBuild {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn check(&self, action: &ActionDeclaration) -> Result<(), Error> {
        for name in ["BatchEnabled", "CombineArtifacts"] {
            if action.setting(name).is_some_and(|text| text != "false") {
                return Err(Error::not_implemented(&format!("{name} of action '{}'", action.name)));
            }
        }
        if action.setting("BuildspecOverride").is_some() {
            return Err(Error::not_implemented(&format!("BuildspecOverride of action '{}'", action.name)));
        }
        check_primary(action)
    }

    fn start(&self, job: &mut Job<'_, '_>) -> Result<Progress, Stop> {
        let project = job.required("ProjectName")?;
        let sources = sources(job);
        let revision = sources.first().and_then(|primary| job.revisions.iter().find(|r| r.name == primary.name));
        let revision = revision.map(|r| r.revision_id.clone());
        let sources: Vec<Value> = sources.into_iter().map(|a| source(job, a)).collect();
        // The store's key is not handed on: a build encrypts by its project's own, as on AWS.
        let outputs: Vec<Value> = job.outputs.iter().map(place).collect();
        let mut input = json!({
            "projectName": project,
            "pipelineName": job.pipeline,
            "pipelineExecutionId": job.run.row.id,
            "pipelineSource": sources,
            "pipelineArtifacts": outputs,
        });
        if let Some(revision) = revision {
            // A build's CODEBUILD_RESOLVED_SOURCE_VERSION is the commit that its primary source was taken from.
            input["sourceVersion"] = json!(revision);
        }
        if let Some(variables) = job.setting("EnvironmentVariables") {
            input["environmentVariablesOverride"] = environment(variables, &job.action.name)?;
        }
        let build = job.call("codebuild:StartBuild", input)?;
        begun(job, &build)
    }

    fn look(&self, job: &mut Job<'_, '_>, memo: Value) -> Result<Progress, Stop> {
        let answer = job.call("codebuild:BatchGetBuilds", json!({"ids": [memo["build"]]}))?;
        let build = answer.pointer("/builds/0").ok_or_else(|| failed("JobFailed", format!("The build {} is gone", memo["build"])))?;
        became(job, build, memo)
    }
}

/// With several inputs one must be the primary source.
pub(super) fn check_primary(action: &ActionDeclaration) -> Result<(), Error> {
    let primary = action.setting("PrimarySource");
    if action.input_artifacts.len() > 1 && primary.is_none() {
        return Err(error::action(format!(
            "Action configuration for action '{}' is missing required configuration 'PrimarySource': it has several input artifacts",
            action.name
        )));
    }
    match primary {
        Some(primary) if !action.input_artifacts.iter().any(|a| a.name == primary) => {
            Err(error::action(format!("PrimarySource '{primary}' of action '{}' is none of its input artifacts", action.name)))
        }
        _ => Ok(()),
    }
}

/// The inputs, the primary source first and the others in their order.
pub(super) fn sources<'j>(job: &Job<'j, '_>) -> Vec<&'j Artifact> {
    let mut sources: Vec<&Artifact> = job.inputs.iter().collect();
    if let Some(primary) = job.setting("PrimarySource") {
        sources.sort_by_key(|a| a.name != primary);
    }
    sources
}

/// Where an artifact lies.
pub(super) fn place(a: &Artifact) -> Value {
    json!({"name": a.name, "bucket": a.bucket, "key": a.key})
}

/// An input, with what the build's provenance says of it.
pub(super) fn source(job: &Job<'_, '_>, a: &Artifact) -> Value {
    let mut source = place(a);
    let found = job.revisions.iter().rev().find(|revision| revision.name == a.name);
    source["sha256"] = json!(a.sha256);
    source["uri"] = json!(found.and_then(|revision| revision.uri.as_ref()));
    source["revision"] = json!(found.map(|revision| &revision.revision_id));
    source
}

/// The action of a build that was started.
pub(super) fn begun(job: &Job<'_, '_>, build: &Value) -> Result<Progress, Stop> {
    let of_build = |pointer: &str| text(build, pointer).map(str::to_string);
    let id = of_build("/build/id").ok_or_else(|| failed("JobFailed", "CodeBuild gave no build id"))?;
    let topic = of_build("/build/arn").map(|arn| format!("codebuild/build/{arn}"));
    let external = External { id: Some(id.clone()), summary: None, url: of_build("/build/logs/deepLink") };
    Waiting { memo: json!({"build": id}), next_look: job.scope.now().plus(LOOK), topic, external, token: None }.into()
}

/// What an action has come to with its build.
pub(super) fn became(job: &Job<'_, '_>, build: &Value, memo: Value) -> Result<Progress, Stop> {
    let external =
        External { id: memo["build"].as_str().map(Into::into), summary: None, url: text(build, "/logs/deepLink").map(Into::into) };
    match text(build, "/buildStatus").unwrap_or_default() {
        "IN_PROGRESS" => Waiting { next_look: job.scope.now().plus(LOOK), memo, external, ..Waiting::default() }.into(),
        "SUCCEEDED" => Progress::done(Done { variables: exported(build), external: Some(external), ..Done::default() }),
        status => {
            let message = format!("Build terminated with state: {status}{}", reason(build));
            Err(Failure {
                details: ErrorDetails { code: "JobFailed".into(), message },
                summary: None,
                updated_by: None,
                external: Some(external),
            }
            .into())
        }
    }
}

/// AWS's own override takes the same members as `StartBuild`'s.
fn environment(text: &str, action: &str) -> Result<Value, Stop> {
    match serde_json::from_str(text) {
        Ok(Value::Array(variables)) => Ok(Value::Array(variables)),
        _ => Err(failed(
            "ConfigurationError",
            format!("EnvironmentVariables of action '{action}' is not a JSON list of {{name, value, type}}"),
        )),
    }
}

fn exported(build: &Value) -> BTreeMap<String, String> {
    let pairs = build["exportedEnvironmentVariables"].as_array().into_iter().flatten();
    pairs.filter_map(|v| Some((v["name"].as_str()?.to_string(), v["value"].as_str()?.to_string()))).collect()
}

/// The failed phase, if the build names one.
fn reason(build: &Value) -> String {
    let phases = build["phases"].as_array().into_iter().flatten();
    let mut failed = phases.filter(|p| p["phaseStatus"].as_str().is_some_and(|s| s != "SUCCEEDED"));
    let Some(phase) = failed.next() else { return String::new() };
    let message = text(phase, "/contexts/0/message").unwrap_or_default();
    format!(
        ". Phase: {}, Code: {}, Message: {message}",
        phase["phaseType"].as_str().unwrap_or_default(),
        text(phase, "/contexts/0/statusCode").unwrap_or_default()
    )
}
