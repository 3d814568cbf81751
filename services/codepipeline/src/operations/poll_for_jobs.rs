use crate::{
    CodePipeline, custom,
    declaration::ActionTypeId,
    examples,
    jobs::{self, JOBS, JobData, JobStatus, QUEUE},
};
use base::AccountId;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};

/// Tells a worker of the jobs that wait for it.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PollForJobs.html>
pub struct PollForJobs;

/// Of which type, and how many.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PollForJobsInput {
    /// The type.
    pub action_type_id: ActionTypeId,
    /// How many at most.
    pub max_batch_size: Option<usize>,
    /// Those whose queryable property has this value.
    #[serde(default)]
    pub query_param: BTreeMap<String, String>,
}

/// A job.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Job {
    id: String,
    data: JobData,
    nonce: String,
    account_id: AccountId,
}

/// The jobs.
#[derive(Debug, Serialize)]
pub struct PollForJobsOutput {
    jobs: Vec<Job>,
}

/// So many jobs are looked through, and told of at most.
const LOOKED_THROUGH: usize = 1000;
const MOST: usize = 50;
/// A worker that does not take a job it was told of leaves it to others after this time.
const TAKE: Duration = Duration::from_secs(60);

impl Operation for PollForJobs {
    type Service = CodePipeline;
    const NAME: &'static str = "PollForJobs";
    const READ_ONLY: bool = false;
    type Input = PollForJobsInput;
    type Output = PollForJobsOutput;

    fn demands(input: &PollForJobsInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        let id = &input.action_type_id;
        if id.owner != "Custom" {
            return Err(Error::validation(format!("Jobs are polled for action types of the owner Custom, not of '{}'", id.owner)));
        }
        custom::check_id(&id.category, &id.provider, &id.version)?;
        Ok(Demand::new("codepipeline:PollForJobs", custom::arn(facts, &id.category, &id.provider, &id.version)?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PollForJobsInput) -> Result<PollForJobsOutput, Error> {
        let account = call.account()?;
        let id = &input.action_type_id;
        let Some(kind) = custom::found(call, account, id)? else {
            return Err(Error::new(
                "ActionTypeNotFoundException",
                format!("There is no action type {}/Custom/{}/{}", id.category, id.provider, id.version),
            ));
        };
        let properties = &kind.declared.action_configuration_properties;
        let queryable = |name: &String| properties.iter().any(|p| p.name == *name && p.queryable == Some(true));
        if let Some(other) = input.query_param.keys().find(|name| !queryable(name)) {
            return Err(Error::validation(format!("'{other}' is not a queryable property of the action type")));
        }
        let most = input.max_batch_size.unwrap_or(1).clamp(1, MOST);
        let now = call.now();
        let mut told = Vec::new();
        let queued = call.page(
            &QUEUE,
            &[account.as_str(), id.category.as_str(), id.provider.as_str(), id.version.as_str()],
            None,
            LOOKED_THROUGH,
            false,
        )?;
        for (key, ()) in queued {
            if told.len() == most {
                break;
            }
            let Some(mut job) = call.get(&JOBS, &[account.as_str(), key[4].as_str()])? else { continue };
            match jobs::found(call, &job.id) {
                Ok(_) => {}
                // Its pipeline was deleted.
                Err(e) if e.code == "JobNotFoundException" => {
                    jobs::dequeue(call, account, &job);
                    continue;
                }
                Err(e) => return Err(e),
            }
            let free = job.taken_until.is_none_or(|until| until <= now);
            if !free || !input.query_param.iter().all(|(name, value)| job.configuration.get(name) == Some(value)) {
                continue;
            }
            job.status = JobStatus::Dispatched;
            job.nonce = base::uuid(call.entropy());
            job.taken_until = Some(now.plus(TAKE));
            jobs::put(call, account, &job)?;
            told.push(Job { data: jobs::data(call, account, &job)?, id: job.id, nonce: job.nonce, account_id: account });
        }
        Ok(PollForJobsOutput { jobs: told })
    }

    fn example() -> Example {
        examples::with_job(json!({"actionTypeId": examples::custom_id()})).inside(["sts:AssumeRole"])
    }
}
