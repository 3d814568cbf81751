use crate::{
    CodePipeline, examples,
    jobs::{self, JobData},
};
use base::AccountId;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A job.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_GetJobDetails.html>
pub struct GetJobDetails;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetJobDetailsInput {
    /// The job.
    pub job_id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JobDetails {
    id: String,
    data: JobData,
    account_id: AccountId,
}

/// The job.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GetJobDetailsOutput {
    job_details: JobDetails,
}

impl Operation for GetJobDetails {
    type Service = CodePipeline;
    const NAME: &'static str = "GetJobDetails";
    const READ_ONLY: bool = true;
    type Input = GetJobDetailsInput;
    type Output = GetJobDetailsOutput;

    fn demands(_input: &GetJobDetailsInput, _facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        Ok(Demand::any("codepipeline:GetJobDetails").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetJobDetailsInput) -> Result<GetJobDetailsOutput, Error> {
        let (account_id, job) = jobs::found(call, &input.job_id)?;
        let data = jobs::data(call, account_id, &job)?;
        Ok(GetJobDetailsOutput { job_details: JobDetails { id: job.id, data, account_id } })
    }

    fn example() -> Example {
        examples::with_polled_job(json!({"jobId": "$8/jobs/0/id"})).inside(["sts:AssumeRole"])
    }
}
