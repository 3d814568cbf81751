use crate::{
    CommitError, Key, StoreError, Value,
    backend::{Backend, Batch, Change, Span, View},
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, PoisonError, RwLock},
};

/// A row's values, oldest first, each with the batch that wrote it.
type Versions = Vec<(u64, Option<Value>)>;

#[derive(Default)]
struct Rows {
    rows: BTreeMap<Key, Versions>,
    /// Rows that hold a version to be dropped once no snapshot before that batch lives.
    stale: VecDeque<(u64, Key)>,
}

/// Rows in memory, with the versions that living snapshots need.
#[derive(Default)]
pub(crate) struct Memory(Arc<RwLock<Rows>>);

struct MemoryView {
    rows: Arc<RwLock<Rows>>,
    seq: u64,
}

fn as_of(versions: &Versions, seq: u64) -> Option<&Value> {
    versions.iter().rev().find(|(at, _)| *at <= seq)?.1.as_ref()
}

impl Backend for Memory {
    fn view(&self, seq: u64) -> Result<Box<dyn View>, StoreError> {
        Ok(Box::new(MemoryView { rows: Arc::clone(&self.0), seq }))
    }

    fn apply(&self, seq: u64, oldest: u64, batch: Batch) -> Result<(), CommitError> {
        let mut guard = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Rows { rows, stale } = &mut *guard;
        for (key, change) in batch {
            let gone = change == Change::Delete;
            let versions = rows.entry(key.clone()).or_default();
            versions.push((seq, change.value().cloned()));
            if gone || versions.len() > 1 {
                stale.push_back((seq, key));
            }
        }
        while let Some((_, key)) = stale.pop_front_if(|(at, _)| *at <= oldest) {
            let Some(versions) = rows.get_mut(&key) else { continue };
            let needed = versions.iter().rposition(|(at, _)| *at <= oldest).unwrap_or(0);
            versions.drain(..needed);
            if matches!(versions.as_slice(), [(at, None)] if *at <= oldest) {
                rows.remove(&key);
            }
        }
        Ok(())
    }

    fn compact(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn close(&self) {}
}

impl View for MemoryView {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, StoreError> {
        let guard = self.rows.read().unwrap_or_else(PoisonError::into_inner);
        Ok(guard.rows.get(key).and_then(|versions| as_of(versions, self.seq)).cloned())
    }

    fn scan(&self, span: &Span, limit: usize, reverse: bool) -> Result<Vec<(Key, Value)>, StoreError> {
        let guard = self.rows.read().unwrap_or_else(PoisonError::into_inner);
        let seen = guard.rows.range::<[u8], _>(span.bounds()).map(|(key, versions)| (key, as_of(versions, self.seq)));
        let owned = |(key, value): (&Key, Option<&Value>)| value.map(|value| (key.clone(), value.clone()));
        Ok(match reverse {
            false => seen.filter_map(owned).take(limit).collect(),
            true => seen.rev().filter_map(owned).take(limit).collect(),
        })
    }

    fn stretch(&self, span: &Span, bytes: usize) -> Result<Vec<(Key, Change)>, StoreError> {
        let rows = self.scan(span, bytes.max(1), false)?;
        Ok(rows.into_iter().map(|(key, value)| (key, Change::Put(value))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(rows: &[(&str, Option<&str>)]) -> Batch {
        rows.iter().map(|(k, v)| (k.as_bytes().to_vec(), v.map(|v| Value::from(v.to_owned())).into())).collect()
    }

    #[test]
    fn versions_that_nobody_reads_are_dropped() {
        let memory = Memory::default();
        memory.apply(1, 0, batch(&[("a", Some("1")), ("b", Some("1"))])).unwrap();
        memory.apply(2, 1, batch(&[("a", Some("2")), ("b", None)])).unwrap();
        let old = memory.view(1).unwrap();
        assert_eq!(old.get(b"b").unwrap().as_deref(), Some(&b"1"[..]));
        assert_eq!(memory.view(2).unwrap().get(b"b").unwrap(), None);
        memory.apply(3, 2, batch(&[("c", Some("3"))])).unwrap();
        let rows = memory.0.read().unwrap();
        assert_eq!(rows.rows.len(), 2);
        assert_eq!(rows.rows[&b"a"[..]].len(), 1);
        assert!(rows.stale.is_empty());
    }
}
