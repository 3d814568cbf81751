use super::{create_project::pass_role, example_batch, example_with_role, without_values};
use crate::{
    CodeBuild, StartBuildInput,
    batches::{self, BATCH_NUMBERS, BATCHES, BATCHES_BY_TIME, BatchRow},
    checks::check_batch_config,
    conditions,
    error::{invalid, no_project},
    model::{
        Rest,
        batch::{BuildBatch, BuildBatchConfig},
    },
    names::{Owner, check_project, on_project},
    overrides,
    starting::{check_reach, initiator, keep_token, started_before},
    state::{IN_PROGRESS, PROJECTS, ProjectRow},
    workflows::batch,
};
use gate::{Authorized, Demands, Error, Example, Operation, Scope, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Starts a batch of builds, which the buildspec's `batch` names.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuildBatch.html>
pub struct StartBuildBatch;

/// The project, and what the builds have otherwise than it: the overrides of StartBuild, but for those that are here.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StartBuildBatchInput {
    /// The project.
    pub project_name: String,
    /// Another time limit of each build.
    pub build_timeout_in_minutes_override: Option<u64>,
    /// Whether a git host is told.
    pub report_build_batch_status_override: Option<bool>,
    /// How the batch is made.
    pub build_batch_config_override: Option<BuildBatchConfig>,
    /// The same one, within five minutes, starts nothing more.
    pub idempotency_token: Option<String>,
    /// As in StartBuild.
    #[serde(flatten)]
    pub rest: Rest,
}

/// The batch.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StartBuildBatchOutput {
    /// The batch.
    pub build_batch: BuildBatch,
}

/// The input of each of its builds.
fn start(input: &StartBuildBatchInput) -> Result<StartBuildInput, Error> {
    let mut members = input.rest.clone();
    members.retain(|_, value| !value.is_null());
    members.insert("projectName".into(), json!(input.project_name));
    let mut start: StartBuildInput =
        serde_json::from_value(Value::Object(members)).map_err(|e| invalid(format!("Invalid batch build: {e}")))?;
    start.timeout_in_minutes_override = input.build_timeout_in_minutes_override;
    start.report_build_status_override = input.report_build_batch_status_override;
    Ok(start)
}

/// Starts a batch, whoever asked for it.
pub(crate) fn start_batch(
    scope: &mut Scope<'_, CodeBuild>,
    owner: &Owner,
    mut project: ProjectRow,
    input: &StartBuildBatchInput,
    initiator: String,
) -> Result<(String, BatchRow), Error> {
    let name = input.project_name.clone();
    let start = start(input)?;
    overrides::apply(&mut project, &start)?;
    check_reach(StartBuildBatch::NAME, [&project.source].into_iter().chain(&project.secondary_sources))?;
    let config = input.build_batch_config_override.clone().or(project.build_batch_config.clone()).unwrap_or_default();
    check_batch_config(&config)?;
    if config.combine_artifacts == Some(true) {
        return Err(Error::not_implemented("codebuild:StartBuildBatch with buildBatchConfig.combineArtifacts"));
    }
    if config.service_role.is_none() {
        return Err(invalid("Build batch requires a service role: give buildBatchConfig.serviceRole, to the project or to this call"));
    }
    let number = scope.get(&BATCH_NUMBERS, &owner.row(&name))?.unwrap_or(0) + 1;
    scope.put(&BATCH_NUMBERS, &owner.row(&name), &number)?;
    let (now, uuid) = (scope.now(), base::uuid(scope.entropy()));
    let id = format!("{name}:{uuid}");
    let mut row = BatchRow {
        number,
        name,
        status: IN_PROGRESS.into(),
        started: now,
        ended: None,
        phases: Vec::new(),
        project,
        config,
        initiator,
        start,
        fast_fail: false,
        stopping: false,
        late: false,
        groups: Vec::new(),
    };
    row.enter("SUBMITTED", now);
    let by_time = base::uuid_v7(scope.entropy(), now);
    scope.put(&BATCHES_BY_TIME, &owner.row(&by_time), &id)?;
    batch::save(scope, owner, &id, &row)?;
    batch::begin(scope, owner, &id)?;
    Ok((id, row))
}

impl Operation for StartBuildBatch {
    type Service = CodeBuild;
    const NAME: &'static str = "StartBuildBatch";
    const READ_ONLY: bool = false;
    type Input = StartBuildBatchInput;
    type Output = StartBuildBatchOutput;

    fn demands(input: &StartBuildBatchInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        check_project(&input.project_name)?;
        let demand = conditions::of_start(on_project("codebuild:StartBuildBatch", view, &input.project_name)?, input);
        let build = start(input)?.service_role_override;
        let batch = input.build_batch_config_override.as_ref().and_then(|config| config.service_role.as_ref());
        Ok(Demands::all([demand].into_iter().chain(pass_role(build.as_ref())).chain(pass_role(batch))))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: StartBuildBatchInput) -> Result<StartBuildBatchOutput, Error> {
        let owner = Owner::of(call)?;
        let name = input.project_name.clone();
        let project = call.get(&PROJECTS, &owner.row(&name))?.ok_or_else(|| no_project(owner.project_arn(&name).as_str()))?;
        let token = input.idempotency_token.as_deref();
        if let Some(id) = started_before(call, &owner, Self::NAME, token, &input)?
            && let Some(row) = call.get(&BATCHES, &owner.row(&id))?
        {
            return Ok(StartBuildBatchOutput { build_batch: batches::answer(call, &owner, &id, row)? });
        }
        let initiator = initiator(call.caller(), start(&input)?.pipeline_name.as_deref());
        let (id, row) = start_batch(call, &owner, project, &input, initiator)?;
        keep_token(call, &owner, Self::NAME, token, &input, &id)?;
        Ok(StartBuildBatchOutput { build_batch: batches::answer(call, &owner, &id, row)? })
    }

    fn example() -> Example {
        example_with_role(json!({"projectName": "example"})).after("codebuild:CreateProject", example_batch())
    }

    fn recorded(input: &StartBuildBatchInput) -> Value {
        without_values(serde_json::to_value(input).unwrap_or_default())
    }
}
