use crate::{
    Key, StoreError, Value,
    backend::{Span, View},
    engine::Core,
    recent::Reads,
};
use std::{collections::BTreeMap, ops::Range, sync::Arc};

/// What a transaction writes: the new value, or None for a row that goes.
pub(crate) type Writes = BTreeMap<Key, Option<Value>>;

/// A transaction: a snapshot taken at the first read, what was read of it, and writes that nobody else sees yet.
/// Dropping it without a commit leaves no trace.
pub struct Tx {
    core: Arc<Core>,
    view: Option<Box<dyn View>>,
    pub(crate) reads: Reads,
    pub(crate) writes: Writes,
    pub(crate) appends: BTreeMap<Key, Value>,
    /// What stood in `writes` before each write since the first savepoint; None: nothing.
    undo: Vec<(Key, Option<Option<Value>>)>,
    has_savepoint: bool,
}

/// A moment in a transaction to roll back to. Savepoints nest; rolling back to one forgets the later ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Savepoint(usize);

/// All keys that begin with `prefix`, for [`Tx::scan`].
pub fn prefix_range(prefix: &[u8]) -> Range<Key> {
    let mut end = prefix.to_vec();
    while end.pop_if(|last| *last == u8::MAX).is_some() {}
    if let Some(last) = end.last_mut() {
        *last += 1;
    }
    prefix.to_vec()..end
}

impl Tx {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self {
            core,
            view: None,
            reads: Reads::default(),
            writes: Writes::new(),
            appends: BTreeMap::new(),
            undo: Vec::new(),
            has_savepoint: false,
        }
    }

    /// The value of `key`: this transaction's own, else the snapshot's. A read of the snapshot is noted for the check.
    pub fn get(&mut self, key: &[u8]) -> Result<Option<Value>, StoreError> {
        if let Some(value) = self.appends.get(key) {
            return Ok(Some(value.clone()));
        }
        if let Some(own) = self.writes.get(key) {
            return Ok(own.clone());
        }
        let value = self.view()?.get(key)?;
        if !self.reads.keys.contains(key) {
            self.reads.keys.insert(key.to_vec());
        }
        Ok(value)
    }

    /// The first `limit` rows of the range, or the last ones in reverse, this transaction's own writes included.
    /// An empty `end` means no upper bound. What is noted for the check is the part of the range that was looked at:
    /// all of it, or up to the last row returned if the limit was reached.
    pub fn scan(&mut self, range: Range<Key>, limit: usize, reverse: bool) -> Result<Vec<(Key, Value)>, StoreError> {
        let mut span = Span { start: range.start, end: Some(range.end).filter(|end| !end.is_empty()) };
        if limit == 0 || span.is_empty() {
            return Ok(Vec::new());
        }
        let mut own: Writes = self.writes.range::<[u8], _>(span.bounds()).map(|(k, v)| (k.clone(), v.clone())).collect();
        own.extend(self.appends.range::<[u8], _>(span.bounds()).map(|(k, v)| (k.clone(), Some(v.clone()))));
        // Each own row hides at most one of the snapshot's, so these are enough to reach the limit.
        let found = self.view()?.scan(&span, limit.saturating_add(own.len()), reverse)?;
        let rows = if own.is_empty() { found } else { merge(found, own, limit, reverse) };
        if let (true, Some((last, _))) = (rows.len() == limit, rows.last()) {
            if reverse {
                span.start = last.clone();
            } else {
                let mut after = last.clone();
                after.push(0);
                span.end = Some(after);
            }
        }
        if self.reads.spans.last() != Some(&span) {
            self.reads.spans.push(span);
        }
        Ok(rows)
    }

    /// Sets `key` to `value`.
    pub fn put(&mut self, key: Key, value: Value) {
        self.write(key, Some(value));
    }

    /// Removes `key`; nothing happens if it is not there.
    pub fn delete(&mut self, key: Key) {
        self.write(key, None);
    }

    /// Sets a key that nobody else uses, for what must be kept whatever becomes of the rest: it stays when a savepoint
    /// is rolled back and when the writes are discarded. Appends are outside the check: they never make another
    /// transaction conflict, not even one that scanned over them.
    pub fn append(&mut self, key: Key, value: Value) {
        self.appends.insert(key, value);
    }

    /// Marks this moment.
    pub fn savepoint(&mut self) -> Savepoint {
        self.has_savepoint = true;
        Savepoint(self.undo.len())
    }

    /// Takes back the writes made since the savepoint; appends stay, and what was read stays noted.
    pub fn rollback(&mut self, to: Savepoint) {
        while self.undo.len() > to.0
            && let Some((key, before)) = self.undo.pop()
        {
            match before {
                Some(value) => self.writes.insert(key, value),
                None => self.writes.remove(&key),
            };
        }
    }

    /// Takes back all writes; appends stay, and what was read stays noted: a denial rests on reads too.
    pub fn discard(&mut self) {
        self.writes.clear();
        self.undo.clear();
    }

    /// Lets go of the snapshot's rows; what was read stays checkable.
    pub(crate) fn release(&mut self) {
        self.view = None;
    }

    fn view(&mut self) -> Result<&dyn View, StoreError> {
        if self.core.is_closed() {
            return Err(StoreError::Closed);
        }
        if self.view.is_none() {
            let seat = self.core.clock.seat();
            self.view = Some(self.core.backend.view(seat.seq)?);
            self.reads.seat = Some(seat);
        }
        self.view.as_deref().ok_or(StoreError::Closed)
    }

    fn write(&mut self, key: Key, value: Option<Value>) {
        if self.has_savepoint {
            let before = self.writes.insert(key.clone(), value);
            self.undo.push((key, before));
        } else {
            self.writes.insert(key, value);
        }
    }
}

fn merge(found: Vec<(Key, Value)>, own: Writes, limit: usize, reverse: bool) -> Vec<(Key, Value)> {
    let mut rows: Writes = found.into_iter().map(|(key, value)| (key, Some(value))).collect();
    rows.extend(own);
    let kept = rows.into_iter().filter_map(|(key, value)| Some((key, value?)));
    if reverse { kept.rev().take(limit).collect() } else { kept.take(limit).collect() }
}
