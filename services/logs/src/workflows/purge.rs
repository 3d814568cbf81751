use crate::{
    Logs,
    state::{ARRIVALS, BATCHES, CURRENT_KEYS, DATA_KEYS, STREAMS, TIMES},
};
use base::AccountId;
use durable::{Next, Work, Workflow};
use gate::{Error, Scope, Table};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Removes what a deleted group or stream has left, a part at a time: nobody can reach it any more.
pub(super) struct Purge;

/// What is gone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Remains {
    pub(crate) account: AccountId,
    /// The group's id.
    pub(crate) group: String,
    /// The stream's id; None: the whole group.
    pub(crate) stream: Option<String>,
}

/// Rows of one step. Those of a stream are its batches themselves.
const ROWS: usize = 256;
const BATCH_ROWS: usize = 16;

/// Removes a first part at once, and the rest behind the call.
pub(crate) fn begin(scope: &mut Scope<'_, Logs>, remains: &Remains) -> Result<(), Error> {
    if part(scope, remains)? {
        return Ok(());
    }
    let id = format!("logs/purge/{}", remains.stream.as_ref().unwrap_or(&remains.group));
    durable::start::<Purge>(scope, &id, remains.account, remains)
}

/// Whether nothing is left.
fn part(scope: &mut Scope<'_, Logs>, remains: &Remains) -> Result<bool, Error> {
    let (account, group) = (remains.account.as_str(), remains.group.as_str());
    if let Some(stream) = &remains.stream {
        let rows = scope.page(&BATCHES, &[account, group, stream], None, BATCH_ROWS, false)?;
        for (key, _) in &rows {
            scope.delete(&BATCHES, &[account, group, stream, &key[3], &key[4]]);
            scope.delete(&TIMES, &[account, group, &key[3], stream, &key[4]]);
        }
        return Ok(rows.len() < BATCH_ROWS);
    }
    let rows = scope.page(&TIMES, &[account, group], None, ROWS, false)?;
    for (key, _) in &rows {
        scope.delete(&TIMES, &[account, group, &key[2], &key[3], &key[4]]);
        scope.delete(&BATCHES, &[account, group, &key[3], &key[2], &key[4]]);
    }
    if rows.len() == ROWS {
        return Ok(false);
    }
    let arrivals = scope.page(&ARRIVALS, &[account, group], None, ROWS, false)?;
    for (key, _) in &arrivals {
        scope.delete(&ARRIVALS, &[account, group, &key[2], &key[3]]);
    }
    scope.delete(&CURRENT_KEYS, &[account, group]);
    let streams = clear(scope, &STREAMS, [account, group])?;
    let keys = clear(scope, &DATA_KEYS, [account, group])?;
    Ok(arrivals.len() < ROWS && streams && keys)
}

fn clear<V: Serialize + DeserializeOwned>(scope: &mut Scope<'_, Logs>, table: &Table<Logs, V>, under: [&str; 2]) -> Result<bool, Error> {
    let rows = scope.page(table, &under, None, ROWS, false)?;
    for (key, _) in &rows {
        scope.delete(table, &[under[0], under[1], &key[2]]);
    }
    Ok(rows.len() < ROWS)
}

impl Workflow for Purge {
    type Service = Logs;
    const NAME: &'static str = "Purge";
    type State = Remains;

    fn token() -> Logs {
        Logs(())
    }

    fn step(work: &mut Work<'_, Self>, remains: Remains) -> Result<Next<Remains>, Error> {
        Ok(if part(work, &remains)? { Next::Done } else { Next::Go(remains) })
    }

    fn give_up(_work: &mut Work<'_, Self>, _remains: Remains, _error: &Error) -> Result<(), Error> {
        Ok(())
    }
}
