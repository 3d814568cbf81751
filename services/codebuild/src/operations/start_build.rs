use super::{create_project::pass_role, example_project, example_with_role, without_values};
use crate::{
    CodeBuild, conditions,
    error::no_project,
    model::{
        Cache, EnvironmentVariable, GitSubmodulesConfig, LogsConfig, PipelineArtifact, PipelineSource, ProjectArtifacts, ProjectSource,
        Rest, SourceAuth, SourceVersion, answer::Build, batch::BatchPart,
    },
    names::{Owner, check_project, on_project},
    overrides,
    starting::{begin, check_concurrency, check_reach, initiator, keep_token, log_of, started_before},
    state::{AutoRetry, BUILDS, BuildRow, PROJECTS, ProjectRow},
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, Scope, View};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

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
    /// How it is reached.
    pub source_auth_override: Option<SourceAuth>,
    /// How many commits are fetched.
    pub git_clone_depth_override: Option<u64>,
    /// Whether submodules are.
    pub git_submodules_config_override: Option<GitSubmodulesConfig>,
    /// Whether a certificate goes unverified.
    pub insecure_ssl_override: Option<bool>,
    /// Whether a git host is told.
    pub report_build_status_override: Option<bool>,
    /// In what words.
    pub build_status_config_override: Option<Map<String, Value>>,
    /// Other secondary sources.
    pub secondary_sources_override: Option<Vec<ProjectSource>>,
    /// Their versions.
    pub secondary_sources_version_override: Option<Vec<SourceVersion>>,
    /// Other artifacts.
    pub artifacts_override: Option<ProjectArtifacts>,
    /// Other secondary artifacts.
    pub secondary_artifacts_override: Option<Vec<ProjectArtifacts>>,
    /// Another cache.
    pub cache_override: Option<Cache>,
    /// Another place for the log.
    pub logs_config_override: Option<LogsConfig>,
    /// Another key for artifacts.
    pub encryption_key_override: Option<Arn>,
    /// Another role, which the caller must be allowed to pass.
    pub service_role_override: Option<Arn>,
    /// Another type of environment.
    pub environment_type_override: Option<String>,
    /// Another image.
    pub image_override: Option<String>,
    /// Another size.
    pub compute_type_override: Option<String>,
    /// Whether builds are to serve containers.
    pub privileged_mode_override: Option<bool>,
    /// Who pulls the image, which is not pulled.
    pub image_pull_credentials_type_override: Option<String>,
    /// Another time limit.
    pub timeout_in_minutes_override: Option<u64>,
    /// Another limit of the time in the queue.
    pub queued_timeout_in_minutes_override: Option<u64>,
    /// How often a build that failed is tried again.
    pub auto_retry_limit_override: Option<u64>,
    /// The same one, within five minutes, starts nothing more.
    pub idempotency_token: Option<String>,
    /// What a pipeline hands over: the first is the primary source, each further one lies in `CODEBUILD_SRC_DIR_<name>`.
    /// Taken only for projects of source type CODEPIPELINE, which need it.
    #[serde(default)]
    pub pipeline_source: Vec<PipelineSource>,
    /// Where a pipeline wants the artifacts.
    #[serde(default)]
    pub pipeline_artifacts: Vec<PipelineArtifact>,
    /// The pipeline, for `CODEBUILD_INITIATOR`.
    pub pipeline_name: Option<String>,
    /// Its execution, for the build's provenance.
    pub pipeline_execution_id: Option<String>,
    /// The batch that it is a build of.
    pub batch_part: Option<BatchPart>,
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

/// What the ids of the pipeline's revision and the caller's version make of it.
fn row_of(project: ProjectRow, input: StartBuildInput, uuid: &str, initiator: String, now: base::Timestamp) -> BuildRow {
    let name = input.project_name;
    let s3_log = project.logs_config.as_ref().and_then(|c| c.s3_logs.clone()).filter(|s3| s3.status == "ENABLED");
    let retries = project.auto_retry_limit.filter(|limit| *limit > 0 && project.source.kind != "CODEPIPELINE");
    BuildRow {
        number: 0,
        status: String::new(),
        started: now,
        ended: None,
        phases: Vec::new(),
        source_version: input.source_version.clone().or(project.source_version.clone()),
        resolved_source_version: input.source_version.filter(|_| project.source.kind == "CODEPIPELINE"),
        placed: None,
        log: log_of(&project, &name, uuid),
        project: name,
        source: project.source,
        artifacts: project.artifacts,
        environment: project.environment,
        service_role: project.service_role,
        timeout_in_minutes: project.timeout_in_minutes,
        queued_timeout_in_minutes: project.queued_timeout_in_minutes,
        encryption_key: project.encryption_key,
        initiator,
        exported: Vec::new(),
        pipeline_sources: input.pipeline_source,
        pipeline_artifacts: input.pipeline_artifacts,
        pipeline: input.pipeline_name,
        pipeline_execution: input.pipeline_execution_id,
        stopping: false,
        attempts: 0,
        secondary_sources: project.secondary_sources,
        secondary_source_versions: project.secondary_source_versions,
        secondary_artifacts: project.secondary_artifacts,
        secondary_placed: Default::default(),
        cache: project.cache,
        cache_generation: project.cache_generation,
        s3_log,
        s3_log_object: None,
        reports: Vec::new(),
        part: input.batch_part,
        tasks: None,
        auto_retry: retries.map(|limit| AutoRetry { auto_retry_limit: limit, ..AutoRetry::default() }),
        retry_wanted: None,
    }
}

/// Starts a build, whoever asked for it.
pub(crate) fn start_project(
    scope: &mut Scope<'_, CodeBuild>,
    owner: &Owner,
    mut project: ProjectRow,
    input: &StartBuildInput,
    initiator: String,
) -> Result<(String, BuildRow), Error> {
    overrides::apply(&mut project, input)?;
    check_reach(StartBuild::NAME, [&project.source].into_iter().chain(&project.secondary_sources))?;
    check_concurrency(scope, owner, &input.project_name, project.concurrent_build_limit)?;
    let (now, uuid) = (scope.now(), base::uuid(scope.entropy()));
    let mut row = row_of(project, input.clone(), &uuid, initiator, now);
    let id = begin(scope, owner, &uuid, &mut row)?;
    Ok((id, row))
}

impl Operation for StartBuild {
    type Service = CodeBuild;
    const NAME: &'static str = "StartBuild";
    const READ_ONLY: bool = false;
    type Input = StartBuildInput;
    type Output = StartBuildOutput;

    fn demands(input: &StartBuildInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        check_project(&input.project_name)?;
        let start = conditions::of_start(on_project("codebuild:StartBuild", view, &input.project_name)?, input);
        Ok(Demands::all([start].into_iter().chain(pass_role(input.service_role_override.as_ref()))))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: StartBuildInput) -> Result<StartBuildOutput, Error> {
        let owner = Owner::of(call)?;
        let name = input.project_name.clone();
        let project = call.get(&PROJECTS, &owner.row(&name))?.ok_or_else(|| no_project(owner.project_arn(&name).as_str()))?;
        let token = input.idempotency_token.clone();
        if let Some(id) = started_before(call, &owner, Self::NAME, token.as_deref(), &input)?
            && let Some(row) = call.get(&BUILDS, &owner.row(&id))?
        {
            return Ok(StartBuildOutput { build: Build::of(&owner, &id, row) });
        }
        let initiator = initiator(call.caller(), input.pipeline_name.as_deref());
        let (id, row) = start_project(call, &owner, project, &input, initiator)?;
        keep_token(call, &owner, Self::NAME, token.as_deref(), &input, &id)?;
        Ok(StartBuildOutput { build: Build::of(&owner, &id, row) })
    }

    fn example() -> Example {
        example_with_role(json!({"projectName": "example"})).after("codebuild:CreateProject", example_project())
    }

    fn recorded(input: &StartBuildInput) -> Value {
        without_values(serde_json::to_value(input).unwrap_or_default())
    }
}
