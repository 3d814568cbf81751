use crate::{
    CodeBuild,
    checks::check_variables,
    error::{invalid, no_project},
    model::{Environment, EnvironmentVariable, PipelineArtifact, PipelineSource, ProjectArtifacts, ProjectSource, answer::Build},
    names::{Owner, build_id},
    starting::begin,
    state::{BUILDS, BuildRow},
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Runs the commands of a pipeline's `Commands` action, without a project, as the session that makes the call; called again with
/// `buildId` it tells how they stand. On AWS this is hidden behind the action, whose role needs the rights to its log and no
/// right of CodeBuild's: so it is here. Name and input are ours, and no other than CodePipeline calls it: on the wire there is no such
/// operation.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Commands.html>
pub struct RunCommands;

/// What is run, and with what.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunCommandsInput {
    /// The pipeline: its log group is `/aws/codepipeline/NAME`.
    pub pipeline_name: String,
    /// Its execution.
    pub pipeline_execution_id: Option<String>,
    /// The build that is asked about.
    pub build_id: Option<String>,
    /// The commands, one a line.
    #[serde(default)]
    pub commands: Vec<String>,
    /// Variables.
    #[serde(default)]
    pub environment_variables: Vec<EnvironmentVariable>,
    /// The variables whose values are told afterwards.
    #[serde(default)]
    pub output_variables: Vec<String>,
    /// What is read: the first is the primary source.
    #[serde(default)]
    pub pipeline_source: Vec<PipelineSource>,
    /// Where the output goes.
    pub pipeline_artifact: Option<PipelineArtifact>,
    /// The output's files.
    #[serde(default)]
    pub files: Vec<String>,
    /// The revision of the primary source.
    pub source_version: Option<String>,
}

/// The build.
#[derive(Debug, Clone, Serialize)]
pub struct RunCommandsOutput {
    /// The build.
    pub build: Build,
}

/// AWS's limits.
const MAX_COMMANDS: usize = 50;
/// With the variables' values in it, which may well have more than one line.
const MAX_COMMAND: usize = 122_880;
const MAX_SOURCES: usize = 10;
const MAX_VARIABLES: usize = 25;
const MINUTES: u64 = 55;
/// A session lasts an hour: what waits longer than this could not end in it.
const QUEUED_MINUTES: u64 = 5;
/// Who calls it. Calls from the wire have an address in this place.
const CALLER: &str = "codepipeline.amazonaws.com";
const IMAGE: &str = "aws/codebuild/amazonlinux-x86_64-standard:5.0";

impl RunCommandsInput {
    fn check(&self) -> Result<(), Error> {
        let fits = |command: &String| (1..=MAX_COMMAND).contains(&command.len());
        if !(1..=MAX_COMMANDS).contains(&self.commands.len()) || !self.commands.iter().all(fits) {
            return Err(invalid(format!("There must be 1 to {MAX_COMMANDS} commands, each of 1 to {MAX_COMMAND} bytes")));
        }
        if self.pipeline_source.len() > MAX_SOURCES || self.output_variables.len() > MAX_VARIABLES {
            return Err(invalid(format!("There are at most {MAX_SOURCES} sources and {MAX_VARIABLES} output variables")));
        }
        check_variables(&self.environment_variables)
    }
    fn group(&self) -> String {
        format!("/aws/codepipeline/{}", self.pipeline_name)
    }
    /// The build's project, which there is not: its builds are counted under this name.
    fn project(&self) -> String {
        format!("AWSCodePipeline-{}", self.pipeline_name)
    }
    fn buildspec(&self) -> Value {
        let mut spec = json!({"version": 0.2, "phases": {"build": {"commands": self.commands}}});
        if !self.output_variables.is_empty() {
            spec["env"] = json!({"exported-variables": self.output_variables});
        }
        if self.pipeline_artifact.is_some() {
            let all = vec!["**/*".to_string()];
            spec["artifacts"] = json!({"files": if self.files.is_empty() { &all } else { &self.files }});
        }
        spec
    }
}

fn row_of(call: &Authorized<'_, RunCommands>, input: RunCommandsInput, role: Arn, uuid: &str) -> Result<BuildRow, Error> {
    let kind = || "CODEPIPELINE".to_string();
    let source = ProjectSource { kind: kind(), buildspec: Some(input.buildspec().to_string()), ..ProjectSource::default() };
    let environment = Environment {
        kind: "LINUX_CONTAINER".into(),
        image: IMAGE.into(),
        compute_type: "BUILD_GENERAL1_SMALL".into(),
        environment_variables: input.environment_variables.clone(),
        ..Environment::default()
    };
    Ok(BuildRow {
        project: input.project(),
        number: 0,
        status: String::new(),
        started: call.now(),
        ended: None,
        phases: Vec::new(),
        source,
        source_version: input.source_version.clone(),
        resolved_source_version: input.source_version.clone(),
        artifacts: ProjectArtifacts { kind: kind(), ..ProjectArtifacts::default() },
        placed: None,
        environment,
        service_role: role,
        timeout_in_minutes: MINUTES,
        queued_timeout_in_minutes: QUEUED_MINUTES,
        encryption_key: None,
        log: Some((input.group(), uuid.to_string())),
        initiator: format!("codepipeline/{}", input.pipeline_name),
        exported: Vec::new(),
        pipeline_sources: input.pipeline_source,
        pipeline_artifacts: input.pipeline_artifact.into_iter().collect(),
        pipeline: Some(input.pipeline_name),
        pipeline_execution: input.pipeline_execution_id,
        stopping: false,
        attempts: 0,
        secondary_sources: Vec::new(),
        secondary_source_versions: Vec::new(),
        secondary_artifacts: Vec::new(),
        secondary_placed: Default::default(),
        cache: None,
        cache_generation: 0,
        s3_log: None,
        s3_log_object: None,
        reports: Vec::new(),
        part: None,
        tasks: None,
        auto_retry: None,
        retry_wanted: None,
        session: Some(call.keep(&call.forward())?),
    })
}

impl Operation for RunCommands {
    type Service = CodeBuild;
    const NAME: &'static str = "RunCommands";
    const READ_ONLY: bool = false;
    type Input = RunCommandsInput;
    type Output = RunCommandsOutput;

    fn demands(input: &RunCommandsInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        let name = &input.pipeline_name;
        if !(1..=100).contains(&name.len()) || !name.chars().all(|c| c.is_ascii_alphanumeric() || ".@-_".contains(c)) {
            return Err(invalid(format!("'{}' is no name of a pipeline", name.escape_debug())));
        }
        let account = view.account()?;
        // The stream gets its name when the commands begin.
        let streams = Arn::new("logs", view.region().as_str(), account.as_str(), &format!("log-group:{}:log-stream:*", input.group()));
        // The other rights are demanded of the runner's calls.
        Ok(Demand::new("logs:CreateLogStream", streams).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: RunCommandsInput) -> Result<RunCommandsOutput, Error> {
        if call.context().source_ip != CALLER {
            return Err(Error::not_implemented("codebuild:RunCommands called by another than CodePipeline"));
        }
        let owner = Owner::of(call)?;
        if let Some(text) = &input.build_id {
            let id = build_id(text)?;
            let found = call.get(&BUILDS, &owner.row(id))?.filter(|row| row.session.is_some() && row.project == input.project());
            let row = found.ok_or_else(|| no_project(owner.build_arn(id).as_str()))?;
            return Ok(RunCommandsOutput { build: Build::of(&owner, id, row) });
        }
        input.check()?;
        let session = call.caller().session().ok_or_else(|| invalid("Commands run as a role's session: the caller is none"))?;
        let (role, uuid) = (session.role_arn.clone(), base::uuid(call.entropy()));
        let mut row = row_of(call, input, role, &uuid)?;
        let id = begin(call, &owner, &uuid, &mut row)?;
        Ok(RunCommandsOutput { build: Build::of(&owner, &id, row) })
    }

    fn example() -> Example {
        Example::of(json!({"pipelineName": "example", "commands": ["echo hello"]})).fails("NotImplemented")
    }

    fn recorded(input: &RunCommandsInput) -> Value {
        let mut all = serde_json::to_value(input).unwrap_or_default();
        for variable in all["environmentVariables"].as_array_mut().into_iter().flatten() {
            variable["value"] = Value::from("***");
        }
        all
    }
}
