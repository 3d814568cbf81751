use crate::{
    CodePipeline, examples,
    pipelines::{self, page_size},
    state::{EXECUTIONS, ExecutionRow, Revision, SUCCEEDED, Trigger},
    structure,
};
use base::EpochTime;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A pipeline's executions, newest first.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListPipelineExecutions.html>
pub struct ListPipelineExecutions;

/// Of which pipeline, and which page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListPipelineExecutionsInput {
    /// The pipeline.
    pub pipeline_name: String,
    /// How many.
    pub max_results: Option<usize>,
    /// The page before gave it.
    pub next_token: Option<String>,
    /// Which of them.
    pub filter: Option<PipelineExecutionFilter>,
}

/// Which executions.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PipelineExecutionFilter {
    succeeded_in_stage: Option<SucceededInStage>,
}

/// Those that succeeded in a stage.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SucceededInStage {
    stage_name: Option<String>,
}

/// The execution that one goes back to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RollbackMetadata {
    rollback_target_pipeline_execution_id: String,
}

impl RollbackMetadata {
    pub(super) fn of(row: &ExecutionRow) -> Option<Self> {
        row.rollback_of.clone().map(|id| Self { rollback_target_pipeline_execution_id: id })
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SourceRevision {
    action_name: String,
    revision_id: String,
    revision_summary: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StopTrigger {
    reason: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    pipeline_execution_id: String,
    status: &'static str,
    status_summary: Option<String>,
    start_time: EpochTime,
    last_update_time: EpochTime,
    source_revisions: Vec<SourceRevision>,
    trigger: Trigger,
    stop_trigger: Option<StopTrigger>,
    execution_mode: &'static str,
    execution_type: &'static str,
    rollback_metadata: Option<RollbackMetadata>,
}

/// One page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListPipelineExecutionsOutput {
    pipeline_execution_summaries: Vec<Summary>,
    next_token: Option<String>,
}

fn summary(row: ExecutionRow) -> Summary {
    let revision = |r: Revision| SourceRevision { action_name: r.action, revision_id: r.revision_id, revision_summary: r.revision_summary };
    Summary {
        execution_mode: row.mode.word(),
        execution_type: row.kind(),
        rollback_metadata: RollbackMetadata::of(&row),
        pipeline_execution_id: row.id,
        status: row.status.word(),
        status_summary: row.status_summary,
        start_time: EpochTime(row.started),
        last_update_time: EpochTime(row.updated),
        source_revisions: row.revisions.into_iter().map(revision).collect(),
        trigger: row.trigger,
        stop_trigger: row.stop.map(|s| StopTrigger { reason: s.reason }),
    }
}

impl Operation for ListPipelineExecutions {
    type Service = CodePipeline;
    const NAME: &'static str = "ListPipelineExecutions";
    const READ_ONLY: bool = true;
    type Input = ListPipelineExecutionsInput;
    type Output = ListPipelineExecutionsOutput;

    fn demands(input: &ListPipelineExecutionsInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        structure::check_name("pipelineName", &input.pipeline_name)?;
        Ok(pipelines::demand("codepipeline:ListPipelineExecutions", facts, &input.pipeline_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListPipelineExecutionsInput) -> Result<ListPipelineExecutionsOutput, Error> {
        let name = input.pipeline_name.as_str();
        let (account, _) = pipelines::found(call, name)?;
        let size = page_size(input.max_results, 100)?;
        let after = pipelines::after(input.next_token.as_deref())?;
        let from = after.as_deref().map(|id| [id]);
        let from = from.as_ref().map(|f| f.as_slice());
        let rows: Vec<ExecutionRow> = match input.filter.and_then(|f| f.succeeded_in_stage).and_then(|s| s.stage_name) {
            Some(stage) => {
                let mut rows = Vec::new();
                for (key, _) in call.page(&SUCCEEDED, &[account.as_str(), name, stage.as_str()], from, size, true)? {
                    rows.extend(call.get(&EXECUTIONS, &[account.as_str(), name, key[3].as_str()])?);
                }
                rows
            }
            None => call.page(&EXECUTIONS, &[account.as_str(), name], from, size, true)?.into_iter().map(|(_, row)| row).collect(),
        };
        let next_token = if rows.len() == size { rows.last().map(|row| base::list_token(&row.id)) } else { None };
        Ok(ListPipelineExecutionsOutput { pipeline_execution_summaries: rows.into_iter().map(summary).collect(), next_token })
    }

    fn example() -> Example {
        examples::with_pipeline(json!({"pipelineName": "example"}))
    }
}
