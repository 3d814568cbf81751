use crate::{
    Key,
    backend::{Batch, Change, Span},
};
use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::{
        PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Rows that are in the log and not yet in the tree, with the versions that living snapshots need.
#[derive(Default)]
pub(super) struct Layer {
    rows: RwLock<BTreeMap<Key, Versions>>,
    bytes: AtomicUsize,
}

/// A row's changes, each with the batch that made it.
struct Versions {
    last: (u64, Change),
    /// Oldest first.
    before: Vec<(u64, Change)>,
}

/// What a row costs beside its bytes, about.
const OVERHEAD: usize = 160;

impl Versions {
    fn as_of(&self, seq: u64) -> Option<&Change> {
        if self.last.0 <= seq {
            return Some(&self.last.1);
        }
        self.before.iter().rev().find(|(at, _)| *at <= seq).map(|(_, change)| change)
    }
}

impl Layer {
    fn rows(&self) -> RwLockReadGuard<'_, BTreeMap<Key, Versions>> {
        self.rows.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a batch. Snapshots before `seq` do not see it.
    pub(super) fn insert(&self, seq: u64, batch: Batch) {
        let mut bytes = 0;
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        for (key, change) in batch {
            bytes += OVERHEAD + key.len() + change.value().map_or(0, |value| value.len());
            match rows.entry(key) {
                Entry::Vacant(place) => {
                    place.insert(Versions { last: (seq, change), before: Vec::new() });
                }
                Entry::Occupied(mut place) => {
                    let versions = place.get_mut();
                    let before = std::mem::replace(&mut versions.last, (seq, change));
                    if before.0 != seq {
                        versions.before.push(before);
                    }
                }
            }
        }
        self.bytes.fetch_add(bytes, Ordering::Release);
    }

    /// The memory it takes, about.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Acquire)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes() == 0
    }

    /// What the batches up to `seq` made of the row; None: nothing.
    pub(super) fn get(&self, key: &[u8], seq: u64) -> Option<Change> {
        self.rows().get(key)?.as_of(seq).cloned()
    }

    /// What they made of the rows of the span: in order, up to the one that completes `limit` rows that are there.
    pub(super) fn scan(&self, span: &Span, seq: u64, limit: usize, reverse: bool) -> Vec<(Key, Change)> {
        let mut found = Vec::new();
        let mut left = limit;
        let mut take = |(key, versions): (&Key, &Versions)| {
            if let Some(change) = versions.as_of(seq) {
                left -= usize::from(change.value().is_some());
                found.push((key.clone(), change.clone()));
            }
            left > 0
        };
        let rows = self.rows();
        let mut range = rows.range::<[u8], _>(span.bounds());
        if limit > 0 {
            match reverse {
                false => range.all(&mut take),
                true => range.rev().all(&mut take),
            };
        }
        found
    }

    /// Gives each row's last change, in the order of keys.
    pub(super) fn each<E>(&self, mut give: impl FnMut(&Key, &Change) -> Result<(), E>) -> Result<(), E> {
        self.rows().iter().try_for_each(|(key, versions)| give(key, &versions.last.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_snapshot_sees_its_own_versions() {
        let layer = Layer::default();
        layer.insert(1, vec![(b"a".to_vec(), Change::Put("1".into())), (b"b".to_vec(), Change::Put("1".into()))]);
        layer.insert(3, vec![(b"a".to_vec(), Change::Delete), (b"c".to_vec(), Change::Append("3".into()))]);
        let all = Span { start: Vec::new(), end: None };
        let seen = |seq, limit, reverse| -> String {
            let rows = layer.scan(&all, seq, limit, reverse);
            rows.iter().map(|(k, c)| format!("{}{} ", k[0] as char, c.value().map_or('-', |v| v[0] as char))).collect()
        };
        assert_eq!((seen(0, 9, false), seen(2, 9, false), seen(3, 9, false)), ("".into(), "a1 b1 ".into(), "a- b1 c3 ".into()));
        assert_eq!((seen(3, 1, false), seen(3, 1, true), seen(3, 0, true)), ("a- b1 ".into(), "c3 ".into(), "".into()));
        assert_eq!(layer.get(b"a", 2), Some(Change::Put("1".into())));
        assert_eq!(layer.get(b"a", 0), None);
        assert!(layer.bytes() > 4 && !layer.is_empty());
    }
}
