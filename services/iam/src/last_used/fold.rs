//! From the trail to figures, a stretch at a time.

use super::{ENTITIES, FOLDED, KEYS_USED, LastUse, USED, folded};
use crate::Iam;
use base::{AccountId, Timestamp};
use gate::{Error, RowKey, Scope, Table, Use};
use std::{collections::BTreeMap, time::Duration};

/// Events that one transaction folds.
const STRETCH: usize = 500;
/// A record's id is made when its call begins, so calls that take this long come behind younger ones. Records of calls that take
/// longer (uploads) may be missed: others of the same principal will not.
const SETTLED: Duration = Duration::from_secs(60);

/// How far folding came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FoldStep {
    /// There is more to fold.
    More,
    /// All that is old enough is folded.
    Done,
}

/// Folds the next stretch.
pub(crate) fn fold(scope: &mut Scope<'_, Iam>, account: AccountId) -> Result<FoldStep, Error> {
    let until = Timestamp(scope.now().0 - i64::try_from(SETTLED.as_millis()).unwrap_or(i64::MAX));
    let from = folded(scope, account)?;
    let uses = scope.uses(account, from.as_deref(), until, STRETCH)?;
    let mut newest = Newest::default();
    uses.list.into_iter().for_each(|used| newest.add(used));
    for (entity, last) in &newest.entities {
        put(scope, &ENTITIES, &[account.as_str(), entity], last)?;
    }
    for (key, last) in &newest.keys {
        put(scope, &KEYS_USED, key.as_str(), last)?;
    }
    for ((entity, action), last) in &newest.actions {
        let (service, operation) = action.split_once(':').unwrap_or((action, ""));
        put(scope, &USED, &[account.as_str(), entity, service, operation], last)?;
    }
    if let Some(last) = uses.last {
        scope.put(&FOLDED, account.as_str(), &last)?;
    }
    Ok(if uses.more { FoldStep::More } else { FoldStep::Done })
}

/// Writes a figure unless a younger one is there.
fn put<K: RowKey + ?Sized>(scope: &mut Scope<'_, Iam>, table: &Table<Iam, LastUse>, key: &K, last: &LastUse) -> Result<(), Error> {
    if scope.get(table, key)?.is_some_and(|known| known.time >= last.time) {
        return Ok(());
    }
    scope.put(table, key, last)
}

/// The newest use of each thing.
#[derive(Default)]
pub(super) struct Newest {
    pub(super) entities: BTreeMap<String, LastUse>,
    pub(super) keys: BTreeMap<String, LastUse>,
    pub(super) actions: BTreeMap<(String, String), LastUse>,
}

impl Newest {
    pub(super) fn add(&mut self, used: Use) {
        let Use { time, entity, access_key_id, action, region } = used;
        let last = LastUse { time, region, action: action.clone() };
        // A role's keys are made for an hour: nobody asks for them.
        if let Some(key) = access_key_id.filter(|key| key.starts_with("AKIA")) {
            keep(&mut self.keys, key, &last);
        }
        keep(&mut self.entities, entity.clone(), &last);
        keep(&mut self.actions, (entity, action), &last);
    }
}

fn keep<K: Ord>(map: &mut BTreeMap<K, LastUse>, key: K, last: &LastUse) {
    let newest = map.entry(key).or_insert_with(|| last.clone());
    if newest.time < last.time {
        newest.clone_from(last);
    }
}
