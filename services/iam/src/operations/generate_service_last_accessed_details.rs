use crate::{
    Iam,
    by_arn::demand,
    examples::role,
    last_used::{JOBS, JobRow, maker, subject},
    workflows,
};
use base::{Arn, uuid_v7};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Starts a report: for each service that the policies of a user, role or policy grant, when it was used last.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateServiceLastAccessedDetails.html>
pub struct GenerateServiceLastAccessedDetails;

/// Of whom.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    arn: Arn,
    #[serde(default)]
    granularity: Granularity,
}

/// How fine.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Granularity {
    /// By service.
    #[default]
    ServiceLevel,
    /// By service and action.
    ActionLevel,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    job_id: String,
}

impl Operation for GenerateServiceLastAccessedDetails {
    type Service = Iam;
    const NAME: &'static str = "GenerateServiceLastAccessedDetails";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(demand(facts, "iam:GenerateServiceLastAccessedDetails", &input.arn, &["user", "group", "role", "policy"])?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let account = call.account()?;
        subject(call, account, &input.arn)?;
        let job_id = uuid_v7(call.entropy(), call.now());
        let row = JobRow {
            arn: input.arn,
            made_by: maker(call.caller()),
            by_action: input.granularity == Granularity::ActionLevel,
            created: call.now(),
            completed: None,
            failure: None,
            services: Vec::new(),
            entities: Vec::new(),
        };
        call.put(&JOBS, &[account.as_str(), job_id.as_str()], &row)?;
        workflows::begin(call, account, &job_id)?;
        Ok(Output { job_id })
    }

    fn example() -> Example {
        role().then(json!({"Arn": "$0/Role/Arn"}))
    }
}
