use crate::{
    CodePipeline, examples,
    jobs::{self, JobResult},
    state::{ErrorDetails, External},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A worker's job has failed.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutJobFailureResult.html>
pub struct PutJobFailureResult;

/// AWS's kinds of failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailureType {
    /// The job failed.
    JobFailed,
    /// The action's settings are wrong.
    ConfigurationError,
    /// A right is missing.
    PermissionError,
    /// The revision is another one by now.
    RevisionOutOfSync,
    /// The revision is not there.
    RevisionUnavailable,
    /// What does the job is out of order.
    SystemUnavailable,
}

/// Why.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailureDetails {
    /// The kind.
    #[serde(rename = "type")]
    pub kind: FailureType,
    /// In words.
    pub message: String,
    /// Its name where it was done.
    pub external_execution_id: Option<String>,
}

/// Which job, and why.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutJobFailureResultInput {
    /// The job.
    pub job_id: String,
    /// Why.
    pub failure_details: FailureDetails,
}

/// AWS's limit.
const MAX_MESSAGE: usize = 5000;

impl Operation for PutJobFailureResult {
    type Service = CodePipeline;
    const NAME: &'static str = "PutJobFailureResult";
    const READ_ONLY: bool = false;
    type Input = PutJobFailureResultInput;
    type Output = Value;

    fn demands(_input: &PutJobFailureResultInput, _facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        Ok(Demand::any("codepipeline:PutJobFailureResult").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutJobFailureResultInput) -> Result<Value, Error> {
        let FailureDetails { kind, message, external_execution_id } = input.failure_details;
        if message.chars().count() > MAX_MESSAGE {
            return Err(Error::validation(format!("The failure's message has more than {MAX_MESSAGE} characters")));
        }
        let (account, job) = jobs::taken(call, &input.job_id)?;
        let result = JobResult {
            failure: Some(ErrorDetails { code: format!("{kind:?}"), message }),
            external: External { id: external_execution_id, summary: None, url: None },
            variables: Default::default(),
            continuation: None,
        };
        jobs::conclude(call, account, job, result)?;
        Ok(json!({}))
    }

    fn example() -> Example {
        examples::with_taken_job(json!({"jobId": "$8/jobs/0/id", "failureDetails": {"type": "JobFailed", "message": "it broke"}}))
    }
}
