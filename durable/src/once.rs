//! What comes from outside once or again: deliveries, known by their ids for a while.

use base::Timestamp;
use gate::{Error, Scope, Service, Table};
use std::time::Duration;

/// For how long an id is known, and how many are at a place.
const KNOWN: Duration = Duration::from_secs(3 * 24 * 3600);
const MOST_KNOWN: usize = 1000;

/// Whether an id comes to this place for the first time; from now on it is known there.
///
/// # Errors
/// The store failed.
pub fn is_first<S: Service>(
    scope: &mut Scope<'_, S>,
    table: &'static Table<S, Timestamp>,
    place: [&str; 3],
    id: &str,
) -> Result<bool, Error> {
    let [a, b, c] = place;
    if scope.get(table, &[a, b, c, id])?.is_some() {
        return Ok(false);
    }
    let now = scope.now();
    let mut known: Vec<(Vec<String>, Timestamp)> = scope.scan(table, &place)?;
    known.sort_by_key(|(_, came)| *came);
    let surplus = (known.len() + 1).saturating_sub(MOST_KNOWN);
    for (at, (old, came)) in known.iter().enumerate() {
        if let Some(last) = old.last().filter(|_| at < surplus || came.plus(KNOWN) < now) {
            scope.delete(table, &[a, b, c, last.as_str()]);
        }
    }
    scope.put(table, &[a, b, c, id], &now)?;
    Ok(true)
}
