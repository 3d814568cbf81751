//! Shell commands in CodeBuild's sandbox, without a project, as the action's own role.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Commands.html>

use super::{Job, Kind, Progress, Provider, Stop, codebuild, failed};
use crate::{
    declaration::{ActionDeclaration, CommandVariable},
    error, variables,
};
use gate::Error;
use serde_json::{Value, json};

pub(super) struct Commands;

static KIND: Kind =
    Kind { categories: &["Compute"], provider: "Commands", inputs: 0..=10, outputs: 0..=1, settings: &[("PrimarySource", false)] };

/// AWS's limits.
const MAX_COMMANDS: usize = 50;
const MAX_COMMAND: usize = 1000;
const MAX_FILES: usize = 10;
const MAX_FILE: usize = 128;
const MAX_OUTPUT_VARIABLES: usize = 15;
const MAX_VARIABLES: usize = 10;
const MAX_NAME: usize = 128;
const MAX_VALUE: usize = 2000;

const RUN: &str = "codebuild:RunCommands";

impl Provider for Commands {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn check(&self, action: &ActionDeclaration) -> Result<(), Error> {
        let wrong = |what: String| Err(error::action(format!("Action '{}' {what}", action.name)));
        let within = |count: usize, most: usize| (1..=most).contains(&count);
        if !within(action.commands.len(), MAX_COMMANDS) {
            return wrong(format!("has {} commands; it must have 1 to {MAX_COMMANDS}", action.commands.len()));
        }
        if action.commands.iter().any(|c| !within(c.chars().count(), MAX_COMMAND) || c.contains('\n')) {
            return wrong(format!("has a command that is empty, of several lines or longer than {MAX_COMMAND} characters"));
        }
        for artifact in &action.output_artifacts {
            if artifact.files.len() > MAX_FILES || artifact.files.iter().any(|f| !within(f.chars().count(), MAX_FILE)) {
                return wrong(format!(
                    "has more than {MAX_FILES} files in an output artifact, or a path of more than {MAX_FILE} characters"
                ));
            }
        }
        let shell_name = |name: &str| within(name.len(), MAX_NAME) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if action.output_variables.len() > MAX_OUTPUT_VARIABLES || !action.output_variables.iter().all(|name| shell_name(name)) {
            return wrong(format!("has more than {MAX_OUTPUT_VARIABLES} outputVariables, or one that no variable can be named"));
        }
        let fits = |v: &CommandVariable| {
            let known = v.kind.as_deref().is_none_or(|kind| matches!(kind, "PLAINTEXT" | "SECRETS_MANAGER"));
            known && shell_name(&v.name) && within(v.value.chars().count(), MAX_VALUE)
        };
        if action.environment_variables.len() > MAX_VARIABLES || !action.environment_variables.iter().all(fits) {
            return wrong(format!(
                "has more than {MAX_VARIABLES} environmentVariables, or one whose name, value or type (PLAINTEXT, SECRETS_MANAGER) does not fit"
            ));
        }
        codebuild::check_primary(action)
    }

    fn start(&self, job: &mut Job<'_, '_>) -> Result<Progress, Stop> {
        let sources = codebuild::sources(job);
        let revision = sources.first().and_then(|primary| job.revisions.iter().find(|r| r.name == primary.name));
        let revision = revision.map(|r| r.revision_id.clone());
        let mut input = json!({
            "pipelineName": job.pipeline,
            "pipelineExecutionId": job.run.row.id,
            "commands": job.action.commands.iter().map(|command| resolved(job, command)).collect::<Result<Vec<_>, _>>()?,
            "outputVariables": job.action.output_variables,
            "environmentVariables": environment(job)?,
            "pipelineSource": sources.into_iter().map(|a| codebuild::source(job, a)).collect::<Vec<Value>>(),
        });
        if let (Some(to), Some(declared)) = (job.outputs.first(), job.action.output_artifacts.first()) {
            input["pipelineArtifact"] = codebuild::place(to);
            input["pipelineArtifact"]["kmsKeyArn"] = json!(job.store.encryption_key.as_ref().map(|k| &k.id));
            input["files"] = json!(declared.files);
        }
        if let Some(revision) = revision {
            input["sourceVersion"] = json!(revision);
        }
        let answer = job.call(RUN, input)?;
        codebuild::begun(job, &answer)
    }

    fn look(&self, job: &mut Job<'_, '_>, memo: Value) -> Result<Progress, Stop> {
        let answer = job.call(RUN, json!({"pipelineName": job.pipeline, "buildId": memo["build"]}))?;
        codebuild::became(job, &answer["build"], memo)
    }
}

/// A text with the values of what it refers to. In a command they are the shell's to read, as on AWS: who may set them may run commands.
fn resolved(job: &Job<'_, '_>, text: &str) -> Result<String, Stop> {
    variables::resolve(text, false, |reference| job.run.variable(reference)).map_err(|why| {
        let name = &job.action.name;
        failed(
            "ConfigurationError",
            format!("An action in this pipeline failed because one or more variables could not be resolved: Action name={name}. {why}"),
        )
    })
}

/// The variables with what they refer to.
fn environment(job: &Job<'_, '_>) -> Result<Vec<Value>, Stop> {
    let told = |v: &CommandVariable| {
        Ok(json!({"name": v.name, "value": resolved(job, &v.value)?, "type": v.kind.as_deref().unwrap_or("PLAINTEXT")}))
    };
    job.action.environment_variables.iter().map(told).collect()
}
