use crate::{
    CodePipeline,
    condition_states::{self, StageConditionState},
    conditions::ConditionType,
    declaration::{ActionDeclaration, StageDeclaration},
    examples, pipelines,
    state::{ACTIONS, ActionRow, EXECUTIONS, ErrorDetails, Retries, STAGES, StageRow},
    structure,
};
use base::{AccountId, EpochTime};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Where a pipeline's stages and actions stand. A pending approval's token is shown here.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_GetPipelineState.html>
pub struct GetPipelineState;

/// Which pipeline.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetPipelineStateInput {
    /// Its name.
    pub name: String,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct StageExecution {
    pipeline_execution_id: String,
    status: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct TransitionState {
    enabled: bool,
    last_changed_by: Option<String>,
    last_changed_at: Option<EpochTime>,
    disabled_reason: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CurrentRevision {
    revision_id: String,
    revision_change_id: String,
    created: EpochTime,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ActionExecution {
    action_execution_id: String,
    status: &'static str,
    summary: Option<String>,
    last_status_change: EpochTime,
    token: Option<String>,
    last_updated_by: Option<String>,
    external_execution_id: Option<String>,
    external_execution_url: Option<String>,
    error_details: Option<ErrorDetails>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ActionState {
    action_name: String,
    current_revision: Option<CurrentRevision>,
    latest_execution: Option<ActionExecution>,
    entity_url: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StageState {
    stage_name: String,
    inbound_execution: Option<StageExecution>,
    inbound_executions: Vec<StageExecution>,
    inbound_transition_state: TransitionState,
    action_states: Vec<ActionState>,
    latest_execution: Option<StageExecution>,
    before_entry_condition_state: Option<StageConditionState>,
    on_success_condition_state: Option<StageConditionState>,
    on_failure_condition_state: Option<StageConditionState>,
    retry_stage_metadata: Option<Retries>,
}

/// The pipeline's state.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GetPipelineStateOutput {
    pipeline_name: String,
    pipeline_version: u64,
    stage_states: Vec<StageState>,
    created: EpochTime,
    updated: EpochTime,
}

type Call<'a> = Authorized<'a, GetPipelineState>;

fn action_state(
    call: &mut Call<'_>,
    account: AccountId,
    pipeline: &str,
    stage: &StageRow,
    action: &ActionDeclaration,
) -> Result<ActionState, Error> {
    let row: Option<ActionRow> = match stage.actions.get(&action.name) {
        Some((execution, id)) => call.get(&ACTIONS, &[account.as_str(), pipeline, execution.as_str(), id.as_str()])?,
        None => None,
    };
    let revision = row.as_ref().and_then(|r| r.revision.clone());
    let execution = |row: ActionRow| ActionExecution {
        action_execution_id: row.id,
        status: row.status.word(),
        summary: row.summary,
        last_status_change: EpochTime(row.updated),
        token: row.token,
        last_updated_by: row.updated_by,
        external_execution_id: row.external.id,
        external_execution_url: row.external.url,
        error_details: row.error,
    };
    Ok(ActionState {
        action_name: action.name.clone(),
        current_revision: revision.map(|r| CurrentRevision {
            revision_change_id: r.revision_id.clone(),
            revision_id: r.revision_id,
            created: EpochTime(r.created),
        }),
        latest_execution: row.map(execution),
        entity_url: action.setting("ExternalEntityLink").map(Into::into),
    })
}

fn stage_state(call: &mut Call<'_>, account: AccountId, pipeline: &str, stage: &StageDeclaration) -> Result<StageState, Error> {
    let row = call.get(&STAGES, &[account.as_str(), pipeline, stage.name.as_str()])?.unwrap_or_default();
    let action_states = stage.actions.iter().map(|action| action_state(call, account, pipeline, &row, action)).collect::<Result<_, _>>()?;
    let mut inbound_executions: Vec<StageExecution> = Vec::new();
    for id in row.waiting.iter().chain(&row.queue) {
        // What waits here may have been asked to stop.
        let found = call.get(&EXECUTIONS, &[account.as_str(), pipeline, id.as_str()])?;
        inbound_executions.extend(found.map(|e| StageExecution {
            pipeline_execution_id: id.clone(),
            status: e.status.word(),
            kind: e.kind(),
        }));
    }
    let inbound_execution = inbound_executions.last().cloned();
    let latest_execution = match row.latest {
        Some((id, status)) => {
            // A stage whose execution is asked to stop is stopping as well.
            let whole = call.get(&EXECUTIONS, &[account.as_str(), pipeline, id.as_str()])?.map(|e| e.status);
            let status = if status.under_way() { whole.unwrap_or(status) } else { status };
            let kind = if row.rollback { "ROLLBACK" } else { "STANDARD" };
            Some(StageExecution { pipeline_execution_id: id, status: status.word(), kind })
        }
        None => None,
    };
    let mut conditions = Vec::new();
    for kind in [ConditionType::BeforeEntry, ConditionType::OnSuccess, ConditionType::OnFailure] {
        let found = row.conditions.iter().find(|c| c.kind == kind);
        conditions.push(found.map(|c| condition_states::shown(call, account, pipeline, c)).transpose()?);
    }
    let [before_entry_condition_state, on_success_condition_state, on_failure_condition_state] =
        <[_; 3]>::try_from(conditions).unwrap_or_default();
    let (changed_by, changed_at) = row.transition.unzip();
    Ok(StageState {
        stage_name: stage.name.clone(),
        inbound_execution,
        inbound_executions,
        inbound_transition_state: TransitionState {
            enabled: row.disabled.is_none(),
            last_changed_by: changed_by,
            last_changed_at: changed_at.map(EpochTime),
            disabled_reason: row.disabled.map(|d| d.reason),
        },
        action_states,
        latest_execution,
        before_entry_condition_state,
        on_success_condition_state,
        on_failure_condition_state,
        retry_stage_metadata: Some(row.retries).filter(|r| *r != Retries::default()),
    })
}

impl Operation for GetPipelineState {
    type Service = CodePipeline;
    const NAME: &'static str = "GetPipelineState";
    const READ_ONLY: bool = true;
    type Input = GetPipelineStateInput;
    type Output = GetPipelineStateOutput;

    fn demands(input: &GetPipelineStateInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        structure::check_name("name", &input.name)?;
        Ok(pipelines::demand("codepipeline:GetPipelineState", facts, &input.name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetPipelineStateInput) -> Result<GetPipelineStateOutput, Error> {
        let (account, row) = pipelines::found(call, &input.name)?;
        let pipeline = pipelines::declaration(call, account, &input.name, row.version)?;
        let stage_states = pipeline.stages.iter().map(|stage| stage_state(call, account, &input.name, stage)).collect::<Result<_, _>>()?;
        Ok(GetPipelineStateOutput {
            pipeline_name: input.name,
            pipeline_version: row.version,
            stage_states,
            created: EpochTime(row.created),
            updated: EpochTime(row.updated),
        })
    }

    fn example() -> Example {
        examples::with_pipeline(json!({"name": "example"}))
    }
}
