use super::{example_project, example_with_role, without_values};
use crate::{
    CodeBuild,
    configuration::{check_artifacts, check_logs, check_queued_timeout, check_source, check_timeout, check_variables, refuse_rest},
    error::{invalid, no_project},
    events,
    model::{EnvironmentVariable, LogsConfig, PipelineArtifact, PipelineSource, ProjectArtifacts, Rest, answer::Build},
    names::{Owner, check_project, on_project},
    state::{BUILDS, BUILDS_BY_PROJECT, BUILDS_BY_TIME, BuildRow, IN_PROGRESS, NUMBERS, PROJECTS, ProjectRow},
    workflows::build,
};
use gate::{Authorized, Caller, Demands, Error, Example, Identity, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Starts a build of a project.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html>
pub struct StartBuild;

/// The project, and what this build has otherwise than it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StartBuildInput {
    /// The project.
    pub project_name: String,
    /// A version of the source: for S3 a version id; for a pipeline the revision that its source resolved.
    pub source_version: Option<String>,
    /// Variables that are added or replaced.
    #[serde(default)]
    pub environment_variables_override: Vec<EnvironmentVariable>,
    /// Another buildspec, or another path.
    pub buildspec_override: Option<String>,
    /// Another source type.
    pub source_type_override: Option<String>,
    /// Another source.
    pub source_location_override: Option<String>,
    /// Other artifacts.
    pub artifacts_override: Option<ProjectArtifacts>,
    /// Another place for the log.
    pub logs_config_override: Option<LogsConfig>,
    /// Another image.
    pub image_override: Option<String>,
    /// Another time limit.
    pub timeout_in_minutes_override: Option<u64>,
    /// Another limit of the time in the queue.
    pub queued_timeout_in_minutes_override: Option<u64>,
    /// What a pipeline hands over: the first is the primary source, each further one lies in `CODEBUILD_SRC_DIR_<name>`.
    /// Taken only for projects of source type CODEPIPELINE, which need it.
    #[serde(default)]
    pub pipeline_source: Vec<PipelineSource>,
    /// Where a pipeline wants the artifacts.
    #[serde(default)]
    pub pipeline_artifacts: Vec<PipelineArtifact>,
    /// The pipeline, for `CODEBUILD_INITIATOR`.
    pub pipeline_name: Option<String>,
    /// Other members: refused.
    #[serde(flatten)]
    pub rest: Rest,
}

/// The build.
#[derive(Debug, Clone, Serialize)]
pub struct StartBuildOutput {
    /// The build.
    pub build: Build,
}

const MAX_PIPELINE_ARTIFACTS: usize = 5;

/// As AWS names those who start builds.
fn initiator(caller: &Caller, pipeline: Option<&str>) -> String {
    match (pipeline, caller.identity()) {
        (Some(pipeline), _) => format!("codepipeline/{pipeline}"),
        (None, Identity::Role(session)) => format!("{}/{}", session.role_name, session.name),
        (None, Identity::User { name, .. }) => name.clone(),
        (None, Identity::Root { .. }) => "root".into(),
        (None, Identity::Service { name, .. }) => name.clone(),
        (None, Identity::Federated(session)) => session.name.clone(),
        (None, Identity::WebIdentity(_) | Identity::Anonymous) => "anonymous".into(),
    }
}

fn apply(project: &mut ProjectRow, input: &StartBuildInput) -> Result<(), Error> {
    let name = StartBuild::NAME;
    refuse_rest(name, "", &input.rest)?;
    if let Some(kind) = &input.source_type_override {
        project.source.kind = kind.clone();
    }
    if let Some(location) = &input.source_location_override {
        project.source.location = Some(location.clone());
    }
    if let Some(buildspec) = &input.buildspec_override {
        project.source.buildspec = Some(buildspec.clone());
    }
    if let Some(artifacts) = &input.artifacts_override {
        project.artifacts = artifacts.clone();
    }
    if let Some(logs) = &input.logs_config_override {
        project.logs_config = Some(logs.clone());
    }
    if let Some(image) = &input.image_override {
        project.environment.image = image.clone();
    }
    if let Some(minutes) = input.timeout_in_minutes_override {
        project.timeout_in_minutes = minutes;
    }
    if let Some(minutes) = input.queued_timeout_in_minutes_override {
        project.queued_timeout_in_minutes = minutes;
    }
    let variables = &mut project.environment.environment_variables;
    for variable in &input.environment_variables_override {
        variables.retain(|v| v.name != variable.name);
        variables.push(variable.clone());
    }
    check_source(name, &project.source)?;
    check_artifacts(name, &project.source, &project.artifacts)?;
    check_variables(&project.environment.environment_variables)?;
    project.logs_config.as_ref().map_or(Ok(()), |logs| check_logs(name, logs))?;
    check_timeout(project.timeout_in_minutes)?;
    check_queued_timeout(project.queued_timeout_in_minutes)?;
    check_hand_over(project, input)
}

/// Pipelines, and they alone, bring their sources along.
fn check_hand_over(project: &ProjectRow, input: &StartBuildInput) -> Result<(), Error> {
    let of_pipeline = project.source.kind == "CODEPIPELINE";
    let handed = !input.pipeline_source.is_empty() || !input.pipeline_artifacts.is_empty() || input.pipeline_name.is_some();
    if of_pipeline && input.pipeline_source.is_empty() {
        return Err(invalid(format!(
            "Build cannot be started: the source of project {} is CODEPIPELINE, so only a pipeline can start it. Override its source and artifacts to build without one",
            input.project_name
        )));
    }
    if !of_pipeline && handed {
        return Err(invalid("pipelineSource, pipelineArtifacts and pipelineName are for projects whose source type is CODEPIPELINE"));
    }
    if input.pipeline_source.len() > MAX_PIPELINE_ARTIFACTS || input.pipeline_artifacts.len() > MAX_PIPELINE_ARTIFACTS {
        return Err(invalid(format!(
            "a build action has at most {MAX_PIPELINE_ARTIFACTS} input and {MAX_PIPELINE_ARTIFACTS} output artifacts"
        )));
    }
    input.pipeline_source.iter().skip(1).try_for_each(|source| crate::variables::check_name(&source.name)).map_err(invalid)
}

fn log_of(project: &ProjectRow, name: &str, uuid: &str) -> Option<(String, String)> {
    let config = project.logs_config.as_ref().and_then(|c| c.cloud_watch_logs.as_ref());
    if config.is_some_and(|c| c.status == "DISABLED") {
        return None;
    }
    let group = config.and_then(|c| c.group_name.clone()).unwrap_or_else(|| format!("/aws/codebuild/{name}"));
    let stream = config.and_then(|c| c.stream_name.as_ref()).map_or_else(|| uuid.to_string(), |prefix| format!("{prefix}/{uuid}"));
    Some((group, stream))
}

impl Operation for StartBuild {
    type Service = CodeBuild;
    const NAME: &'static str = "StartBuild";
    const READ_ONLY: bool = false;
    type Input = StartBuildInput;
    type Output = StartBuildOutput;

    fn demands(input: &StartBuildInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        check_project(&input.project_name)?;
        Ok(on_project("codebuild:StartBuild", view, &input.project_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: StartBuildInput) -> Result<StartBuildOutput, Error> {
        let owner = Owner::of(call)?;
        let name = input.project_name.as_str();
        let mut project = call.get(&PROJECTS, &owner.row(name))?.ok_or_else(|| no_project(owner.project_arn(name).as_str()))?;
        apply(&mut project, &input)?;
        let number = call.get(&NUMBERS, &owner.row(name))?.unwrap_or(0) + 1;
        call.put(&NUMBERS, &owner.row(name), &number)?;
        let (now, uuid) = (call.now(), base::uuid(call.entropy()));
        let id = format!("{name}:{uuid}");
        let mut row = BuildRow {
            project: name.into(),
            number,
            status: IN_PROGRESS.into(),
            started: now,
            ended: None,
            phases: Vec::new(),
            source_version: input.source_version.clone().or_else(|| project.source_version.clone()),
            resolved_source_version: input.source_version.filter(|_| project.source.kind == "CODEPIPELINE"),
            artifact_location: None,
            log: log_of(&project, name, &uuid),
            source: project.source,
            artifacts: project.artifacts,
            environment: project.environment,
            service_role: project.service_role,
            timeout_in_minutes: project.timeout_in_minutes,
            queued_timeout_in_minutes: project.queued_timeout_in_minutes,
            encryption_key: project.encryption_key,
            initiator: initiator(call.caller(), input.pipeline_name.as_deref()),
            exported: Vec::new(),
            pipeline_sources: input.pipeline_source,
            pipeline_artifacts: input.pipeline_artifacts,
            stopping: false,
            attempts: 0,
        };
        row.enter("SUBMITTED", now);
        row.enter("QUEUED", now);
        call.put(&BUILDS, &owner.row(&id), &row)?;
        let by_time = base::uuid_v7(call.entropy(), now);
        call.put(&BUILDS_BY_TIME, &owner.row(&by_time), &id)?;
        call.put(&BUILDS_BY_PROJECT, &owner.row_of(name, &format!("{number:020}")), &id)?;
        build::begin(call, &owner, &id)?;
        events::changed(call, &owner, &id, &row)?;
        Ok(StartBuildOutput { build: Build::of(&owner, &id, row) })
    }

    fn example() -> Example {
        example_with_role(json!({"projectName": "example"})).after("codebuild:CreateProject", example_project())
    }

    fn recorded(input: &StartBuildInput) -> Value {
        without_values(serde_json::to_value(input).unwrap_or_default())
    }
}
