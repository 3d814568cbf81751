use crate::{Key, Value};
use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

/// Bytes that are kept; above this it begins anew.
const LARGEST: usize = 4 << 20;
/// A row that is longer is not kept.
const LONGEST: usize = 16 << 10;
/// What a row costs beside its bytes, about.
const OVERHEAD: usize = 96;

/// What was read of one view of the tree, which never changes: the rows that nearly all calls read (roles, policies, keys) are
/// looked for once in each view.
#[derive(Default)]
pub(super) struct Known(RwLock<Kept>);

#[derive(Default)]
struct Kept {
    rows: HashMap<Key, Option<Value>>,
    bytes: usize,
}

impl Known {
    /// What was found under the key; None: it was not looked for.
    pub(super) fn get(&self, key: &[u8]) -> Option<Option<Value>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).rows.get(key).cloned()
    }

    /// Keeps what was found.
    pub(super) fn keep(&self, key: &[u8], found: &Option<Value>) {
        let size = key.len() + found.as_ref().map_or(0, |value| value.len()) + OVERHEAD;
        if size > LONGEST {
            return;
        }
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.bytes + size > LARGEST {
            *kept = Kept::default();
        }
        kept.bytes += size;
        kept.rows.insert(key.to_vec(), found.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_was_found_and_what_was_not_within_its_bounds() {
        let known = Known::default();
        assert_eq!(known.get(b"a"), None);
        known.keep(b"a", &Some("1".into()));
        known.keep(b"b", &None);
        known.keep(b"c", &Some(vec![0; LONGEST].into()));
        assert_eq!((known.get(b"a"), known.get(b"b"), known.get(b"c")), (Some(Some("1".into())), Some(None), None));
        for n in 0..LARGEST / 1000 {
            known.keep(&n.to_be_bytes(), &Some(vec![0; 1000].into()));
        }
        let kept = known.0.read().unwrap();
        assert!(kept.bytes <= LARGEST && kept.rows.len() < LARGEST / 1000);
    }
}
