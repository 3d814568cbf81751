use super::{example_batch, example_with_role};
use crate::{
    CodeBuild,
    batches::{self, BATCHES},
    checks::one_of,
    error::{invalid, no_batch},
    model::batch::BuildBatch,
    names::{Owner, batch_id, on_project, project_of},
    starting::{keep_token, started_before},
    state::{BUILDS, IN_PROGRESS, SUCCEEDED},
    workflows::batch,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Makes the builds of a batch that failed again: all of them, or those that failed.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_RetryBuildBatch.html>
pub struct RetryBuildBatch;

/// Which batch.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RetryBuildBatchInput {
    /// Its id or ARN.
    pub id: String,
    /// The same one, within five minutes, starts nothing more.
    pub idempotency_token: Option<String>,
    /// `RETRY_FAILED_BUILDS` if not given; or `RETRY_ALL_BUILDS`.
    pub retry_type: Option<String>,
}

/// The batch.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RetryBuildBatchOutput {
    /// The batch.
    pub build_batch: BuildBatch,
}

impl Operation for RetryBuildBatch {
    type Service = CodeBuild;
    const NAME: &'static str = "RetryBuildBatch";
    const READ_ONLY: bool = false;
    type Input = RetryBuildBatchInput;
    type Output = RetryBuildBatchOutput;

    fn demands(input: &RetryBuildBatchInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        Ok(on_project("codebuild:RetryBuildBatch", view, project_of(batch_id(&input.id)?))?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: RetryBuildBatchInput) -> Result<RetryBuildBatchOutput, Error> {
        let owner = Owner::of(call)?;
        let id = batch_id(&input.id)?;
        let mut row = call.get(&BATCHES, &owner.row(id))?.ok_or_else(|| no_batch(owner.batch_arn(id).as_str()))?;
        let token = input.idempotency_token.as_deref();
        if started_before(call, &owner, Self::NAME, token, &input)?.is_some() {
            return Ok(RetryBuildBatchOutput { build_batch: batches::answer(call, &owner, id, row)? });
        }
        let kind = input.retry_type.as_deref().unwrap_or("RETRY_FAILED_BUILDS");
        one_of(kind, "retryType", &["RETRY_ALL_BUILDS", "RETRY_FAILED_BUILDS"], &[])?;
        if row.ended.is_none() || row.status == SUCCEEDED {
            return Err(invalid(format!("Build batch {id} has the status {}: only batches that have failed can be retried", row.status)));
        }
        let now = call.now();
        for group in &mut row.groups {
            let build = match &group.build {
                Some(build) => call.get(&BUILDS, &owner.row(build))?,
                None => None,
            };
            if kind == "RETRY_ALL_BUILDS" || build.is_none_or(|build| build.status != SUCCEEDED) {
                group.prior.extend(group.build.take());
                group.refused = None;
            }
        }
        // Without its first build nothing is known of the others.
        if row.groups.len() <= 1 || row.groups[0].build.is_none() {
            row.groups.clear();
        }
        (row.ended, row.stopping, row.late, row.started, row.status) = (None, false, false, now, IN_PROGRESS.into());
        row.phases.clear();
        row.enter("SUBMITTED", now);
        if !row.groups.is_empty() {
            row.enter("IN_PROGRESS", now);
        }
        batch::save(call, &owner, id, &row)?;
        batch::begin(call, &owner, id)?;
        keep_token(call, &owner, Self::NAME, token, &input, id)?;
        Ok(RetryBuildBatchOutput { build_batch: batches::answer(call, &owner, id, row)? })
    }

    fn example() -> Example {
        example_with_role(json!({"id": "$2/buildBatch/id"}))
            .after("codebuild:CreateProject", example_batch())
            .after("codebuild:StartBuildBatch", json!({"projectName": "example"}))
            .fails("InvalidInputException")
    }
}
