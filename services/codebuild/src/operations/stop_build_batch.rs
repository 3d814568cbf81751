use super::{example_batch, example_with_role};
use crate::{
    CodeBuild,
    batches::{self, BATCHES},
    error::no_batch,
    model::batch::BuildBatch,
    names::{Owner, batch_id, on_project, project_of},
    workflows::batch,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Asks a batch to stop: its builds are stopped, and no other one is started.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StopBuildBatch.html>
pub struct StopBuildBatch;

/// Which batch.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StopBuildBatchInput {
    /// Its id or ARN.
    pub id: String,
}

/// The batch.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StopBuildBatchOutput {
    /// The batch.
    pub build_batch: BuildBatch,
}

impl Operation for StopBuildBatch {
    type Service = CodeBuild;
    const NAME: &'static str = "StopBuildBatch";
    const READ_ONLY: bool = false;
    type Input = StopBuildBatchInput;
    type Output = StopBuildBatchOutput;

    fn demands(input: &StopBuildBatchInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        Ok(on_project("codebuild:StopBuildBatch", view, project_of(batch_id(&input.id)?))?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: StopBuildBatchInput) -> Result<StopBuildBatchOutput, Error> {
        let owner = Owner::of(call)?;
        let id = batch_id(&input.id)?;
        let mut row = call.get(&BATCHES, &owner.row(id))?.ok_or_else(|| no_batch(owner.batch_arn(id).as_str()))?;
        if row.ended.is_none() && !row.stopping {
            row.stopping = true;
            call.put(&BATCHES, &owner.row(id), &row)?;
            batch::wake(call, &owner, id)?;
        }
        Ok(StopBuildBatchOutput { build_batch: batches::answer(call, &owner, id, row)? })
    }

    fn example() -> Example {
        example_with_role(json!({"id": "$2/buildBatch/id"}))
            .after("codebuild:CreateProject", example_batch())
            .after("codebuild:StartBuildBatch", json!({"projectName": "example"}))
    }
}
