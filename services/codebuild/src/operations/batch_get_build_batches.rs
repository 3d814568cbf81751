use super::{example_batch, example_with_role};
use crate::{
    CodeBuild,
    batches::{self, BATCHES},
    error::invalid,
    model::batch::BuildBatch,
    names::{Owner, batch_id, on_projects, project_of},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Describes batches.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BatchGetBuildBatches.html>
pub struct BatchGetBuildBatches;

/// Which batches.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BatchGetBuildBatchesInput {
    /// Ids or ARNs.
    pub ids: Vec<String>,
}

/// The batches.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchGetBuildBatchesOutput {
    /// Those that there are.
    pub build_batches: Vec<BuildBatch>,
    /// Those that there are not.
    pub build_batches_not_found: Vec<String>,
}

const MOST: usize = 100;

impl Operation for BatchGetBuildBatches {
    type Service = CodeBuild;
    const NAME: &'static str = "BatchGetBuildBatches";
    const READ_ONLY: bool = true;
    type Input = BatchGetBuildBatchesInput;
    type Output = BatchGetBuildBatchesOutput;

    fn demands(input: &BatchGetBuildBatchesInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        if input.ids.is_empty() || input.ids.len() > MOST {
            return Err(invalid(format!("{} batches were named; it must be 1 to {MOST}", input.ids.len())));
        }
        let ids: Result<Vec<&str>, Error> = input.ids.iter().map(|id| batch_id(id)).collect();
        on_projects("codebuild:BatchGetBuildBatches", view, ids?.into_iter().map(project_of))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BatchGetBuildBatchesInput) -> Result<BatchGetBuildBatchesOutput, Error> {
        let owner = Owner::of(call)?;
        let mut output = BatchGetBuildBatchesOutput { build_batches: Vec::new(), build_batches_not_found: Vec::new() };
        for text in input.ids {
            let id = batch_id(&text)?;
            match call.get(&BATCHES, &owner.row(id))? {
                Some(row) => output.build_batches.push(batches::answer(call, &owner, id, row)?),
                None => output.build_batches_not_found.push(text),
            }
        }
        Ok(output)
    }

    fn example() -> Example {
        example_with_role(json!({"ids": ["$2/buildBatch/id"]}))
            .after("codebuild:CreateProject", example_batch())
            .after("codebuild:StartBuildBatch", json!({"projectName": "example"}))
    }
}
