use crate::{CommitError, Key, StoreError, Value};
use std::ops::Bound;

/// What one group of transactions changes, in the order in which it counts: where a key comes twice, the last change stays.
pub(crate) type Batch = Vec<(Key, Change)>;

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Put(Value),
    /// Set once, and rarely read: a record.
    Append(Value),
    Delete,
}

impl Change {
    /// The row's value from now on.
    pub(crate) fn value(&self) -> Option<&Value> {
        match self {
            Self::Put(value) | Self::Append(value) => Some(value),
            Self::Delete => None,
        }
    }
}

impl From<Option<Value>> for Change {
    fn from(value: Option<Value>) -> Self {
        value.map_or(Self::Delete, Self::Put)
    }
}

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
    /// The first rows of the span, about so many bytes of them and at least one, as they were written: put or appended.
    fn stretch(&self, span: &Span, bytes: usize) -> Result<Vec<(Key, Change)>, StoreError>;
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

    pub(crate) fn contains(&self, key: &[u8]) -> bool {
        key >= self.start.as_slice() && self.end.as_deref().is_none_or(|end| key < end)
    }

    /// For `BTreeMap::range` and its like. The span must not be empty.
    pub(crate) fn bounds(&self) -> (Bound<&[u8]>, Bound<&[u8]>) {
        (Bound::Included(self.start.as_slice()), self.end.as_deref().map_or(Bound::Unbounded, Bound::Excluded))
    }
}
