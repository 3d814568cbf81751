//! The job of `GenerateServiceLastAccessedDetails`: folds the account's trail, then writes the report.

use crate::{
    Iam,
    last_used::{FoldStep, JOBS, compile, fold},
};
use base::AccountId;
use durable::{Next, Work, Workflow};
use gate::{Error, Scope};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long reports are kept.
const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
/// Reports that one job removes.
const REMOVED: usize = 20;

pub(super) struct LastAccessed;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct State {
    account: AccountId,
    job: String,
}

/// Starts the work of a job whose row is written.
pub(crate) fn begin(scope: &mut Scope<'_, Iam>, account: AccountId, job: &str) -> Result<(), Error> {
    let state = State { account, job: job.to_owned() };
    durable::start::<LastAccessed>(scope, &format!("iam/last-accessed/{account}/{job}"), account, &state)
}

impl Workflow for LastAccessed {
    type Service = Iam;
    const NAME: &'static str = "LastAccessed";
    type State = State;

    fn token() -> Iam {
        Iam(())
    }

    fn step(work: &mut Work<'_, Self>, state: State) -> Result<Next<State>, Error> {
        let State { account, job } = &state;
        if fold(work, *account)? == FoldStep::More {
            return Ok(Next::Go(state));
        }
        let now = work.now();
        for (key, old) in work.page(&JOBS, &[account.as_str()], None, REMOVED, false)? {
            if now.since(old.created) > KEPT {
                work.delete(&JOBS, &[account.as_str(), key[1].as_str()]);
            }
        }
        let Some(mut row) = work.get(&JOBS, &[account.as_str(), job])? else { return Ok(Next::Done) };
        compile(work, *account, &mut row)?;
        row.completed = Some(now);
        work.put(&JOBS, &[account.as_str(), job], &row)?;
        Ok(Next::Done)
    }

    fn give_up(work: &mut Work<'_, Self>, State { account, job }: State, error: &Error) -> Result<(), Error> {
        let Some(mut row) = work.get(&JOBS, &[account.as_str(), &job])? else { return Ok(()) };
        row.failure = Some(error.message.clone());
        row.completed = Some(work.now());
        work.put(&JOBS, &[account.as_str(), &job], &row)
    }
}
