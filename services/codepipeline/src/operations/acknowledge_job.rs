use crate::{
    CodePipeline, examples,
    jobs::{self, JobStatus},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A worker takes a job that it was told of.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_AcknowledgeJob.html>
pub struct AcknowledgeJob;

/// Which job, and what proves that the worker was told of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AcknowledgeJobInput {
    /// The job.
    pub job_id: String,
    /// What PollForJobs gave with it.
    pub nonce: String,
}

/// Where the job stands.
#[derive(Debug, Serialize)]
pub struct AcknowledgeJobOutput {
    status: JobStatus,
}

impl Operation for AcknowledgeJob {
    type Service = CodePipeline;
    const NAME: &'static str = "AcknowledgeJob";
    const READ_ONLY: bool = false;
    type Input = AcknowledgeJobInput;
    type Output = AcknowledgeJobOutput;

    fn demands(_input: &AcknowledgeJobInput, _facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        Ok(Demand::any("codepipeline:AcknowledgeJob").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: AcknowledgeJobInput) -> Result<AcknowledgeJobOutput, Error> {
        let (account, mut job) = jobs::found(call, &input.job_id)?;
        let known = !job.nonce.is_empty()
            && aws_lc_rs::constant_time::verify_slices_are_equal(job.nonce.as_bytes(), input.nonce.as_bytes()).is_ok();
        if !known {
            return Err(Error::new("InvalidNonceException", "The nonce is not the one that the last PollForJobs gave with the job"));
        }
        if job.status == JobStatus::Dispatched {
            job.status = JobStatus::InProgress;
            jobs::dequeue(call, account, &job);
            jobs::put(call, account, &job)?;
        }
        Ok(AcknowledgeJobOutput { status: job.status })
    }

    /// The nonce is a right of its own: the record does not hold it.
    fn recorded(input: &AcknowledgeJobInput) -> serde_json::Value {
        json!({"jobId": input.job_id, "nonce": "***"})
    }

    fn example() -> Example {
        examples::with_polled_job(json!({"jobId": "$8/jobs/0/id", "nonce": "$8/jobs/0/nonce"}))
    }
}
