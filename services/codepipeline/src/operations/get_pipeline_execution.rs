use super::list_pipeline_executions::RollbackMetadata;
use crate::{
    CodePipeline, examples, pipelines,
    state::{ExecutionRow, Trigger},
    structure,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// An execution.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_GetPipelineExecution.html>
pub struct GetPipelineExecution;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetPipelineExecutionInput {
    /// The pipeline.
    pub pipeline_name: String,
    /// The execution.
    pub pipeline_execution_id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactRevision {
    name: String,
    revision_id: String,
    revision_summary: Option<String>,
    created: base::EpochTime,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ResolvedVariable {
    name: String,
    resolved_value: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PipelineExecution {
    pipeline_name: String,
    pipeline_version: u64,
    pipeline_execution_id: String,
    status: &'static str,
    status_summary: Option<String>,
    artifact_revisions: Vec<ArtifactRevision>,
    variables: Vec<ResolvedVariable>,
    trigger: Trigger,
    execution_mode: &'static str,
    execution_type: &'static str,
    rollback_metadata: Option<RollbackMetadata>,
}

/// The execution.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GetPipelineExecutionOutput {
    pipeline_execution: PipelineExecution,
}

fn shown(name: String, row: ExecutionRow) -> PipelineExecution {
    let revision = |r: crate::state::Revision| ArtifactRevision {
        name: r.name,
        revision_id: r.revision_id,
        revision_summary: r.revision_summary,
        created: base::EpochTime(r.created),
    };
    PipelineExecution {
        execution_mode: row.mode.word(),
        execution_type: row.kind(),
        rollback_metadata: RollbackMetadata::of(&row),
        pipeline_name: name,
        pipeline_version: row.version,
        pipeline_execution_id: row.id,
        status: row.status.word(),
        status_summary: row.status_summary,
        artifact_revisions: row.revisions.into_iter().map(revision).collect(),
        variables: row.variables.into_iter().map(|(name, resolved_value)| ResolvedVariable { name, resolved_value }).collect(),
        trigger: row.trigger,
    }
}

impl Operation for GetPipelineExecution {
    type Service = CodePipeline;
    const NAME: &'static str = "GetPipelineExecution";
    const READ_ONLY: bool = true;
    type Input = GetPipelineExecutionInput;
    type Output = GetPipelineExecutionOutput;

    fn demands(input: &GetPipelineExecutionInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        structure::check_name("pipelineName", &input.pipeline_name)?;
        Ok(pipelines::demand("codepipeline:GetPipelineExecution", facts, &input.pipeline_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetPipelineExecutionInput) -> Result<GetPipelineExecutionOutput, Error> {
        let (account, _) = pipelines::found(call, &input.pipeline_name)?;
        let row = pipelines::execution(call, account, &input.pipeline_name, &input.pipeline_execution_id)?;
        Ok(GetPipelineExecutionOutput { pipeline_execution: shown(input.pipeline_name, row) })
    }

    fn example() -> Example {
        examples::with_execution(json!({"pipelineName": "example", "pipelineExecutionId": "$7/pipelineExecutionId"}))
    }
}
