use super::{example_batch, example_with_role};
use crate::{
    BatchDeleteBuildsOutput, CodeBuild,
    batches::BATCHES,
    names::{Owner, batch_id, on_project, project_of},
    operations::batch_delete_builds::delete,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a batch that has ended, with its builds.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_DeleteBuildBatch.html>
pub struct DeleteBuildBatch;

/// Which batch.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteBuildBatchInput {
    /// Its id or ARN.
    pub id: String,
}

/// What became of it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteBuildBatchOutput {
    /// What kept it from being deleted.
    pub status_code: Option<String>,
    /// The builds that are gone.
    #[serde(flatten)]
    pub builds: BatchDeleteBuildsOutput,
}

impl Operation for DeleteBuildBatch {
    type Service = CodeBuild;
    const NAME: &'static str = "DeleteBuildBatch";
    const READ_ONLY: bool = false;
    type Input = DeleteBuildBatchInput;
    type Output = DeleteBuildBatchOutput;

    fn demands(input: &DeleteBuildBatchInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        Ok(on_project("codebuild:DeleteBuildBatch", view, project_of(batch_id(&input.id)?))?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteBuildBatchInput) -> Result<DeleteBuildBatchOutput, Error> {
        let owner = Owner::of(call)?;
        let id = batch_id(&input.id)?;
        let mut builds = BatchDeleteBuildsOutput::default();
        let Some(row) = call.get(&BATCHES, &owner.row(id))? else {
            return Ok(DeleteBuildBatchOutput { status_code: Some("BATCH_NOT_FOUND".into()), builds });
        };
        if row.ended.is_none() {
            return Ok(DeleteBuildBatchOutput { status_code: Some("BATCH_IN_PROGRESS".into()), builds });
        }
        for build in row.groups.iter().flat_map(|group| group.prior.iter().chain(&group.build)) {
            delete(call, &owner, build, &mut builds)?;
        }
        call.delete(&BATCHES, &owner.row(id));
        Ok(DeleteBuildBatchOutput { status_code: None, builds })
    }

    fn example() -> Example {
        example_with_role(json!({"id": "$2/buildBatch/id"}))
            .after("codebuild:CreateProject", example_batch())
            .after("codebuild:StartBuildBatch", json!({"projectName": "example"}))
    }
}
