use crate::{CommitError, Key, StoreError, Value};
use std::{collections::BTreeMap, ops::Bound};

/// What one group of transactions changes: the new value, or None for a row that goes.
pub(crate) type Batch = BTreeMap<Key, Option<Value>>;

/// Where rows lie. Memory and disk differ in this, and in nothing else.
pub(crate) trait Backend: Send + Sync {
    /// The rows as of batch `seq` or a later one.
    fn view(&self, seq: u64) -> Result<Box<dyn View>, StoreError>;
    /// Makes the whole batch durable and visible, or none of it. No snapshot before `oldest` is read any more.
    fn apply(&self, seq: u64, oldest: u64, batch: Batch) -> Result<(), CommitError>;
    /// Gives the space of removed rows back to the file system. Reads and commits wait meanwhile.
    fn compact(&self) -> Result<(), StoreError>;
    /// Lets go of all that is held; what is asked for later answers [`StoreError::Closed`].
    fn close(&self);
}

/// One unchanging state of the rows.
pub(crate) trait View: Send + Sync {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, StoreError>;
    /// The first (or, in reverse, the last) `limit` rows of the span, in that order.
    fn scan(&self, span: &Span, limit: usize, reverse: bool) -> Result<Vec<(Key, Value)>, StoreError>;
}

/// From `start`, up to but without `end`; no end, no upper bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: Key,
    pub(crate) end: Option<Key>,
}

impl Span {
    pub(crate) fn is_empty(&self) -> bool {
        self.end.as_ref().is_some_and(|end| *end <= self.start)
    }

    /// For `BTreeMap::range` and its like. The span must not be empty.
    pub(crate) fn bounds(&self) -> (Bound<&[u8]>, Bound<&[u8]>) {
        (Bound::Included(self.start.as_slice()), self.end.as_deref().map_or(Bound::Unbounded, Bound::Excluded))
    }
}
