//! Jobs as they are asked for and shown.

use super::{JOBS, JobRow};
use crate::{Iam, error::no_such_entity, names::clipped};
use base::IsoTime;
use gate::{Caller, Error, Scope};
use serde::Serialize;

/// Who asks for a report: a user, or a role in whatever session.
pub(crate) fn maker(caller: &Caller) -> String {
    caller.user_id().split(':').next().unwrap_or_default().to_owned()
}

/// The job of this id, if the caller made it.
pub(crate) fn job(scope: &mut Scope<'_, Iam>, id: &str) -> Result<JobRow, Error> {
    let account = scope.account()?;
    let maker = maker(scope.caller());
    let found = scope.get(&JOBS, &[account.as_str(), id])?.filter(|row| row.made_by == maker);
    found.ok_or_else(|| no_such_entity(format!("The job with id {} cannot be found, or another made it.", clipped(id))))
}

/// How far a job is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct JobState {
    job_status: &'static str,
    job_creation_date: IsoTime,
    job_completion_date: Option<IsoTime>,
    error: Option<Failure>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Failure {
    message: String,
    code: &'static str,
}

impl JobState {
    pub(crate) fn of(row: &JobRow) -> Self {
        let job_status = match (row.completed, &row.failure) {
            (None, _) => "IN_PROGRESS",
            (Some(_), None) => "COMPLETED",
            (Some(_), Some(_)) => "FAILED",
        };
        Self {
            job_status,
            job_creation_date: IsoTime(row.created),
            job_completion_date: row.completed.map(IsoTime),
            error: row.failure.clone().map(|message| Failure { message, code: "ServiceFailure" }),
        }
    }
}
