use crate::{
    CodePipeline, examples,
    pipelines::{self, page_size},
    state::{EXECUTIONS, ExecutionRow, Revision, Trigger},
    structure,
};
use base::EpochTime;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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
    /// Refused, not ignored.
    pub filter: Option<Value>,
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
        pipeline_execution_id: row.id,
        status: row.status.word(),
        status_summary: row.status_summary,
        start_time: EpochTime(row.started),
        last_update_time: EpochTime(row.updated),
        source_revisions: row.revisions.into_iter().map(revision).collect(),
        trigger: row.trigger,
        stop_trigger: row.stop.map(|s| StopTrigger { reason: s.reason }),
        execution_mode: "SUPERSEDED",
        execution_type: "STANDARD",
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
        if input.filter.is_some() {
            return Err(Error::not_implemented("codepipeline:ListPipelineExecutions with filter"));
        }
        let (account, _) = pipelines::found(call, &input.pipeline_name)?;
        let size = page_size(input.max_results, 100)?;
        let after = pipelines::after(input.next_token.as_deref())?;
        let from = after.as_deref().map(|id| [id]);
        let rows =
            call.page(&EXECUTIONS, &[account.as_str(), input.pipeline_name.as_str()], from.as_ref().map(|f| f.as_slice()), size, true)?;
        let next_token = if rows.len() == size { rows.last().map(|(_, row)| base::list_token(&row.id)) } else { None };
        Ok(ListPipelineExecutionsOutput {
            pipeline_execution_summaries: rows.into_iter().map(|(_, row)| summary(row)).collect(),
            next_token,
        })
    }

    fn example() -> Example {
        examples::with_pipeline(json!({"pipelineName": "example"}))
    }
}
