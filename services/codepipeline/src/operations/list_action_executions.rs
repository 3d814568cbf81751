use crate::{
    CodePipeline,
    declaration::ActionTypeId,
    error, examples,
    pipelines::{self, page_size},
    state::{ACTIONS, ActionRow, Artifact, ErrorDetails, External},
    structure,
};
use base::{AccountId, Arn, EpochTime};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What the actions of a pipeline's executions did, newest first.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListActionExecutions.html>
pub struct ListActionExecutions;

/// Of one execution only.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionFilter {
    pipeline_execution_id: Option<String>,
    latest_in_pipeline_execution: Option<LatestInPipelineExecution>,
}

/// Of one execution, with or without what was tried again.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LatestInPipelineExecution {
    pipeline_execution_id: String,
    start_time_range: StartTimeRange,
}

/// Which runs of what was tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StartTimeRange {
    /// The last ones.
    Latest,
    /// All.
    All,
}

impl ActionFilter {
    /// The execution that is asked about.
    pub(super) fn execution(&self) -> Option<&str> {
        let latest = self.latest_in_pipeline_execution.as_ref().map(|l| l.pipeline_execution_id.as_str());
        latest.or(self.pipeline_execution_id.as_deref())
    }
    /// Whether only the last runs are.
    pub(super) fn latest_only(&self) -> bool {
        self.latest_in_pipeline_execution.as_ref().is_some_and(|l| l.start_time_range == StartTimeRange::Latest)
    }
}

/// Of which pipeline, and which page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListActionExecutionsInput {
    /// The pipeline.
    pub pipeline_name: String,
    /// Of one execution only.
    pub filter: Option<ActionFilter>,
    /// How many.
    pub max_results: Option<usize>,
    /// The page before gave it.
    pub next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    bucket: String,
    key: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactDetail {
    name: String,
    s3location: Location,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Given {
    action_type_id: ActionTypeId,
    configuration: BTreeMap<String, String>,
    resolved_configuration: BTreeMap<String, String>,
    role_arn: Option<Arn>,
    region: String,
    input_artifacts: Vec<ArtifactDetail>,
    namespace: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExecutionResult {
    external_execution_id: Option<String>,
    external_execution_summary: Option<String>,
    external_execution_url: Option<String>,
    error_details: Option<ErrorDetails>,
}

impl ExecutionResult {
    pub(super) fn of(external: External, summary: Option<String>, error: Option<ErrorDetails>) -> Self {
        Self {
            external_execution_id: external.id,
            external_execution_summary: external.summary.or(summary),
            external_execution_url: external.url,
            error_details: error,
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    output_artifacts: Vec<ArtifactDetail>,
    execution_result: ExecutionResult,
    output_variables: BTreeMap<String, String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    pipeline_execution_id: String,
    action_execution_id: String,
    pipeline_version: u64,
    stage_name: String,
    action_name: String,
    start_time: EpochTime,
    last_update_time: EpochTime,
    updated_by: Option<String>,
    status: &'static str,
    input: Given,
    output: Made,
}

/// One page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListActionExecutionsOutput {
    action_execution_details: Vec<Detail>,
    next_token: Option<String>,
}

pub(super) fn artifacts(list: Vec<Artifact>) -> Vec<ArtifactDetail> {
    list.into_iter().map(|a| ArtifactDetail { name: a.name, s3location: Location { bucket: a.bucket, key: a.key } }).collect()
}

fn detail(call: &mut Authorized<'_, ListActionExecutions>, account: AccountId, pipeline: &str, row: ActionRow) -> Result<Detail, Error> {
    let declared = pipelines::declaration(call, account, pipeline, row.version)?;
    let action = pipelines::action(&declared, &row.stage, &row.action)?.clone();
    Ok(Detail {
        pipeline_execution_id: row.execution,
        action_execution_id: row.id,
        pipeline_version: row.version,
        stage_name: row.stage,
        action_name: row.action,
        start_time: EpochTime(row.started),
        last_update_time: EpochTime(row.updated),
        updated_by: row.updated_by,
        status: row.status.word(),
        input: Given {
            action_type_id: action.action_type_id,
            configuration: action.configuration,
            resolved_configuration: row.configuration,
            role_arn: action.role_arn,
            region: action.region.unwrap_or_else(|| call.region().as_str().into()),
            input_artifacts: artifacts(row.inputs),
            namespace: action.namespace,
        },
        output: Made {
            output_artifacts: artifacts(row.outputs),
            execution_result: ExecutionResult::of(row.external, row.summary, row.error),
            output_variables: row.variables,
        },
    })
}

/// The last run of each action of an execution.
fn last_runs(call: &mut Authorized<'_, ListActionExecutions>, execution: &[&str; 3]) -> Result<BTreeSet<String>, Error> {
    let mut last: BTreeMap<(String, String), String> = BTreeMap::new();
    for (_, row) in call.scan(&ACTIONS, execution)? {
        last.insert((row.stage, row.action), row.id);
    }
    Ok(last.into_values().collect())
}

impl Operation for ListActionExecutions {
    type Service = CodePipeline;
    const NAME: &'static str = "ListActionExecutions";
    const READ_ONLY: bool = true;
    type Input = ListActionExecutionsInput;
    type Output = ListActionExecutionsOutput;

    fn demands(input: &ListActionExecutionsInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        structure::check_name("pipelineName", &input.pipeline_name)?;
        Ok(pipelines::demand("codepipeline:ListActionExecutions", facts, &input.pipeline_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListActionExecutionsInput) -> Result<ListActionExecutionsOutput, Error> {
        let name = input.pipeline_name.as_str();
        let (account, _) = pipelines::found(call, name)?;
        let filter = input.filter.unwrap_or_default();
        let size = page_size(input.max_results, 100)?;
        let after = pipelines::after(input.next_token.as_deref())?;
        let from = after.as_deref().map(|t| t.split_once('/').ok_or_else(error::bad_next_token)).transpose()?;
        let rows = match filter.execution() {
            Some(execution) => {
                pipelines::execution(call, account, name, execution)?;
                let from = from.map(|(_, id)| [id]);
                call.page(&ACTIONS, &[account.as_str(), name, execution], from.as_ref().map(|f| f.as_slice()), size, true)?
            }
            None => {
                let from = from.map(|(execution, id)| [execution, id]);
                call.page(&ACTIONS, &[account.as_str(), name], from.as_ref().map(|f| f.as_slice()), size, true)?
            }
        };
        let next_token =
            if rows.len() == size { rows.last().map(|(_, row)| base::list_token(&format!("{}/{}", row.execution, row.id))) } else { None };
        let mut rows: Vec<ActionRow> = rows.into_iter().map(|(_, row)| row).collect();
        if let Some(execution) = filter.execution().filter(|_| filter.latest_only()) {
            let latest = last_runs(call, &[account.as_str(), name, execution])?;
            rows.retain(|row| latest.contains(&row.id));
        }
        let action_execution_details = rows.into_iter().map(|row| detail(call, account, name, row)).collect::<Result<_, _>>()?;
        Ok(ListActionExecutionsOutput { action_execution_details, next_token })
    }

    fn example() -> Example {
        examples::with_pipeline(json!({"pipelineName": "example"}))
    }
}
