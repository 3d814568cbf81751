use crate::{
    CodePipeline, examples,
    jobs::{self, JobResult},
    state::External,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A worker's job has succeeded, or goes on as another one.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutJobSuccessResult.html>
pub struct PutJobSuccessResult;

/// What the worker did.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionDetails {
    /// In short.
    pub summary: Option<String>,
    /// Its name where it was done.
    pub external_execution_id: Option<String>,
    /// How far it is.
    pub percent_complete: Option<u32>,
}

/// Which job, and what came of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutJobSuccessResultInput {
    /// The job.
    pub job_id: String,
    /// Refused, not ignored: custom actions are no sources here.
    pub current_revision: Option<Value>,
    /// The next job's token, if it goes on.
    pub continuation_token: Option<String>,
    /// What the worker did.
    pub execution_details: Option<ExecutionDetails>,
    /// What other actions may refer to.
    #[serde(default)]
    pub output_variables: BTreeMap<String, String>,
}

/// AWS's limits: of all variables of a pipeline, and of a token.
const MAX_VARIABLES: usize = 122_880;
const MAX_TOKEN: usize = 2048;

impl Operation for PutJobSuccessResult {
    type Service = CodePipeline;
    const NAME: &'static str = "PutJobSuccessResult";
    const READ_ONLY: bool = false;
    type Input = PutJobSuccessResultInput;
    type Output = Value;

    fn demands(_input: &PutJobSuccessResultInput, _facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        Ok(Demand::any("codepipeline:PutJobSuccessResult").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutJobSuccessResultInput) -> Result<Value, Error> {
        if input.current_revision.is_some() {
            return Err(Error::not_implemented("codepipeline:PutJobSuccessResult with currentRevision"));
        }
        let (account, job) = jobs::taken(call, &input.job_id)?;
        let continuation = input.continuation_token;
        if continuation.as_ref().is_some_and(|t| t.is_empty() || t.chars().count() > MAX_TOKEN) {
            return Err(Error::validation(format!("The continuation token must have 1 to {MAX_TOKEN} characters")));
        }
        if continuation.is_some() && !input.output_variables.is_empty() {
            return Err(Error::validation("outputVariables can be given only when there is no continuation token"));
        }
        if input.output_variables.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > MAX_VARIABLES {
            let message = format!("The output variables are larger than {MAX_VARIABLES} bytes");
            return Err(Error::new("OutputVariablesSizeExceededException", message));
        }
        let (id, summary) = input.execution_details.map(|d| (d.external_execution_id, d.summary)).unwrap_or_default();
        let external = External { id, summary, url: None };
        jobs::conclude(call, account, job, JobResult { failure: None, external, variables: input.output_variables, continuation })?;
        Ok(json!({}))
    }

    fn example() -> Example {
        examples::with_taken_job(json!({"jobId": "$8/jobs/0/id", "outputVariables": {"Tag": "v1"}}))
    }
}
