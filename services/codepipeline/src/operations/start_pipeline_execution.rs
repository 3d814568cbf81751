use crate::{CodePipeline, examples, pipelines, state::Trigger, structure, tokens, workflows::run};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Starts an execution with the newest revisions of the sources.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_StartPipelineExecution.html>
pub struct StartPipelineExecution;

/// A variable's value.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PipelineVariable {
    name: String,
    value: String,
}

/// A revision that a source is asked for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceRevisionOverride {
    /// The source action.
    pub action_name: String,
    /// `COMMIT_ID`, `IMAGE_DIGEST`, `S3_OBJECT_VERSION_ID` or `S3_OBJECT_KEY`.
    pub revision_type: String,
    /// The revision.
    pub revision_value: String,
}

/// Which pipeline, and with what.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StartPipelineExecutionInput {
    /// The pipeline.
    pub name: String,
    /// Values of its variables.
    #[serde(default)]
    pub variables: Vec<PipelineVariable>,
    /// A start with the same token is the same start.
    pub client_request_token: Option<String>,
    /// The revisions that its sources are asked for.
    #[serde(default)]
    pub source_revisions: Vec<SourceRevisionOverride>,
}

/// The execution.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StartPipelineExecutionOutput {
    /// Its id.
    pub pipeline_execution_id: String,
}

impl Operation for StartPipelineExecution {
    type Service = CodePipeline;
    const NAME: &'static str = "StartPipelineExecution";
    const READ_ONLY: bool = false;
    type Input = StartPipelineExecutionInput;
    type Output = StartPipelineExecutionOutput;

    fn demands(input: &StartPipelineExecutionInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        structure::check_name("name", &input.name)?;
        Ok(pipelines::demand("codepipeline:StartPipelineExecution", facts, &input.name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: StartPipelineExecutionInput) -> Result<StartPipelineExecutionOutput, Error> {
        let (account, row) = pipelines::found(call, &input.name)?;
        let token = input.client_request_token.unwrap_or_default();
        if token.len() > 128 {
            return Err(Error::validation(
                "Value at 'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to 128",
            ));
        }
        if !token.is_empty()
            && let Some(pipeline_execution_id) = tokens::started(call, account, &input.name, &token)?
        {
            return Ok(StartPipelineExecutionOutput { pipeline_execution_id });
        }
        let pipeline = pipelines::declaration(call, account, &input.name, row.version)?;
        let given = input.variables.into_iter().map(|v| (v.name, v.value)).collect();
        let variables = pipelines::variables(&pipeline, given)?;
        let overrides = pipelines::overrides(&pipeline, input.source_revisions)?;
        let trigger = match &call.context().source_arn {
            Some(rule) if rule.service() == "events" => {
                Trigger { trigger_type: "CloudWatchEvent".into(), trigger_detail: Some(rule.to_string()) }
            }
            _ => Trigger { trigger_type: "StartPipelineExecution".into(), trigger_detail: Some(call.caller().name()) },
        };
        let id = run::start(call, account, &pipeline, &row, run::Start { trigger, variables, overrides })?;
        if !token.is_empty() {
            tokens::keep(call, account, &input.name, &token, &id)?;
        }
        Ok(StartPipelineExecutionOutput { pipeline_execution_id: id })
    }

    fn example() -> Example {
        examples::with_pipeline(json!({"name": "example"}))
    }
}
