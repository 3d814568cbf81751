//! What streams tell of what came last.

use crate::{
    Logs,
    names::Group,
    place::BatchKey,
    state::{ARRIVALS, Arrived, STREAMS, StreamRow},
};
use base::Timestamp;
use gate::{Error, Scope};

/// How long a stream remembers its batches for those who follow it, in milliseconds, and how many.
pub(crate) const REMEMBERED: i64 = 10_000;
const MOST_REMEMBERED: usize = 64;
/// Streams of a page.
const PAGE: usize = 64;

/// Streams are sorted by the second in which something came last, so that one that gets much is moved seldom.
pub(crate) fn arrival_key(time: Timestamp) -> String {
    format!("{:012}", time.0.div_euclid(1000).max(0))
}

/// Notes that a batch came now.
pub(crate) fn arrived(scope: &mut Scope<'_, Logs>, group: &Group, name: &str, row: &mut StreamRow, batch: &BatchKey) -> Result<(), Error> {
    let now = scope.now();
    let key = arrival_key(now);
    let before = row.last_ingestion.map(arrival_key);
    if before.as_ref() != Some(&key) {
        let [account, id] = group.key();
        if let Some(before) = before {
            scope.delete(&ARRIVALS, &[account, id, &before, &row.id]);
        }
        scope.put(&ARRIVALS, &[account, id, &key, &row.id], &name.to_owned())?;
    }
    row.last_ingestion = Some(now);
    row.recent.retain(|arrived| arrived.at.0 > now.0 - REMEMBERED);
    row.recent.push(Arrived { at: now, first: batch.first, number: batch.number });
    let surplus = row.recent.len().saturating_sub(MOST_REMEMBERED);
    row.recent.drain(..surplus);
    Ok(())
}

/// The streams that got something since, by name.
pub(crate) fn since(
    scope: &mut Scope<'_, Logs>,
    group: &Group,
    time: Timestamp,
    fits: &dyn Fn(&str) -> bool,
) -> Result<Vec<(String, StreamRow)>, Error> {
    let first = arrival_key(time);
    let mut found = Vec::new();
    let mut edge: Option<[String; 2]> = None;
    loop {
        let from = edge.as_ref().map(|[second, id]| [second.as_str(), id.as_str()]);
        let rows = scope.page(&ARRIVALS, &group.key(), from.as_ref().map(|from| from.as_slice()), PAGE, true)?;
        let full = rows.len() == PAGE;
        for (mut key, name) in rows {
            let (id, second) = (key.pop().unwrap_or_default(), key.pop().unwrap_or_default());
            if second < first {
                return Ok(found);
            }
            if fits(&name)
                && let Some(row) = scope.get(&STREAMS, &group.under(&name))?
            {
                found.push((name, row));
            }
            edge = Some([second, id]);
        }
        if !full {
            return Ok(found);
        }
    }
}
