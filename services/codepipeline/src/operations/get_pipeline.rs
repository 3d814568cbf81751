use crate::{CodePipeline, declaration::PipelineDeclaration, examples, pipelines, structure};
use base::{Arn, EpochTime};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A pipeline's declaration.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_GetPipeline.html>
pub struct GetPipeline;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetPipelineInput {
    /// Its name.
    pub name: String,
    /// Its version; the present one if not given.
    pub version: Option<u64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    pipeline_arn: Arn,
    created: EpochTime,
    updated: EpochTime,
}

/// The pipeline.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GetPipelineOutput {
    /// The declaration.
    pub pipeline: PipelineDeclaration,
    metadata: Metadata,
}

impl Operation for GetPipeline {
    type Service = CodePipeline;
    const NAME: &'static str = "GetPipeline";
    const READ_ONLY: bool = true;
    type Input = GetPipelineInput;
    type Output = GetPipelineOutput;

    fn demands(input: &GetPipelineInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        structure::check_name("name", &input.name)?;
        Ok(pipelines::demand("codepipeline:GetPipeline", facts, &input.name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetPipelineInput) -> Result<GetPipelineOutput, Error> {
        let (account, row) = pipelines::found(call, &input.name)?;
        let pipeline = pipelines::declaration(call, account, &input.name, input.version.unwrap_or(row.version))?;
        let metadata = Metadata { pipeline_arn: call.arn(&input.name)?, created: EpochTime(row.created), updated: EpochTime(row.updated) };
        Ok(GetPipelineOutput { pipeline, metadata })
    }

    fn example() -> Example {
        examples::with_pipeline(json!({"name": "example"}))
    }
}
