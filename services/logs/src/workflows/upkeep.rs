use crate::{
    Logs,
    names::{Group, Named},
    place::{DAY, SPAN},
    state::{BATCHES, GROUPS, TIMES},
};
use base::{AccountId, Timestamp};
use durable::{Next, Work, Workflow};
use gate::{Error, Scope};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Removes the events of a group that have outlived its retention. Under way as long as the group has both.
pub(super) struct Upkeep;

#[derive(Serialize, Deserialize)]
pub(super) struct State {
    account: AccountId,
    region: String,
    name: String,
    id: String,
}

/// Batches of one step.
const ROWS: usize = 256;
/// It does not come more often than this.
const PAUSE: Duration = Duration::from_secs(60 * 60);

fn work_id(group: &Group) -> String {
    format!("logs/upkeep/{}", group.row.id)
}

/// Sees to it that the work is under way, for a group that has events and a retention.
pub(crate) fn ensure(scope: &mut Scope<'_, Logs>, group: &mut Group) -> Result<(), Error> {
    if group.row.upkeep || group.row.retention.is_none() {
        return Ok(());
    }
    group.row.upkeep = true;
    group.save(scope)?;
    let Named { account, region, name } = group.named.clone();
    let state = State { account, region, name, id: group.row.id.clone() };
    durable::start::<Upkeep>(scope, &work_id(group), account, &state)
}

/// The retention is another: what is due is looked for at once.
pub(crate) fn hurry(scope: &mut Scope<'_, Logs>, group: &Group) -> Result<(), Error> {
    let now = scope.now();
    if group.row.upkeep { durable::wake_at(scope, &work_id(group), now) } else { Ok(()) }
}

impl Workflow for Upkeep {
    type Service = Logs;
    const NAME: &'static str = "Upkeep";
    type State = State;

    fn token() -> Logs {
        Logs(())
    }

    fn step(work: &mut Work<'_, Self>, state: State) -> Result<Next<State>, Error> {
        let key = [state.account.as_str(), &state.region, &state.name];
        let Some(mut row) = work.get(&GROUPS, &key)?.filter(|row| row.id == state.id) else { return Ok(Next::Done) };
        let now = work.now();
        let lives = row.retention.map(|days| i64::from(days) * DAY + i64::try_from(SPAN).unwrap_or(0));
        let under = [state.account.as_str(), &state.id];
        let rows = if lives.is_some() { work.page(&TIMES, &under, None, ROWS, false)? } else { Vec::new() };
        for (key, _) in &rows {
            let first: i64 = key[2].parse().unwrap_or(0);
            let ends = first.saturating_add(lives.unwrap_or(0));
            if ends >= now.0 {
                let next = Timestamp(ends.saturating_add(1)).max(now.plus(PAUSE));
                return Ok(Next::At(state, next));
            }
            work.delete(&TIMES, &[under[0], under[1], &key[2], &key[3], &key[4]]);
            work.delete(&BATCHES, &[under[0], under[1], &key[3], &key[2], &key[4]]);
        }
        if rows.len() == ROWS {
            return Ok(Next::Go(state));
        }
        row.upkeep = false;
        work.put(&GROUPS, &key, &row)?;
        Ok(Next::Done)
    }

    fn give_up(work: &mut Work<'_, Self>, state: State, _error: &Error) -> Result<(), Error> {
        let key = [state.account.as_str(), &state.region, &state.name];
        let Some(mut row) = work.get(&GROUPS, &key)?.filter(|row| row.id == state.id) else { return Ok(()) };
        // The next events begin it again.
        row.upkeep = false;
        work.put(&GROUPS, &key, &row)
    }
}
