//! Rows that nearly all calls read (roles, policies, keys, buckets), decoded once for as long as their bytes stay the same.

use std::{
    any::Any,
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

/// Above these it begins anew: rows, and their bytes.
const MAX_ROWS: usize = 4096;
const MAX_BYTES: usize = 4 << 20;

type Row = Arc<dyn Any + Send + Sync>;

/// Rows by their keys. What a row was decoded to is believed only beside the very bytes that it was decoded from: they are read
/// from the call's own snapshot first, so nothing here can be out of date.
#[derive(Default)]
pub(crate) struct Decoded(RwLock<Kept>);

#[derive(Default)]
struct Kept {
    rows: HashMap<Vec<u8>, (store::Value, Row)>,
    bytes: usize,
}

impl Decoded {
    /// What these bytes were decoded to.
    pub(crate) fn get<V: Send + Sync + 'static>(&self, key: &[u8], bytes: &store::Value) -> Option<Arc<V>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (from, row) = kept.rows.get(key)?;
        let same = (from.as_ptr() == bytes.as_ptr() && from.len() == bytes.len()) || from == bytes;
        if same { row.clone().downcast().ok() } else { None }
    }

    /// Keeps what they were decoded to.
    pub(crate) fn keep<V: Send + Sync + 'static>(&self, key: Vec<u8>, bytes: store::Value, row: &Arc<V>) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.rows.len() >= MAX_ROWS || kept.bytes + bytes.len() > MAX_BYTES {
            *kept = Kept::default();
        }
        kept.bytes += bytes.len();
        if let Some((before, _)) = kept.rows.insert(key, (bytes, row.clone())) {
            kept.bytes -= before.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_believed_beside_the_same_bytes_alone() {
        let decoded = Decoded::default();
        let bytes = store::Value::from("1");
        decoded.keep(b"a".to_vec(), bytes.clone(), &Arc::new(1_u8));
        assert_eq!(decoded.get::<u8>(b"a", &bytes).as_deref(), Some(&1));
        assert_eq!(decoded.get::<u8>(b"a", &"1".into()).as_deref(), Some(&1));
        assert_eq!(decoded.get::<u8>(b"a", &"2".into()), None);
        assert_eq!(decoded.get::<u8>(b"b", &bytes), None);
        assert_eq!(decoded.get::<u16>(b"a", &bytes), None);
        for n in 0..MAX_ROWS {
            decoded.keep(n.to_be_bytes().to_vec(), vec![0; 2000].into(), &Arc::new(n));
        }
        let kept = decoded.0.read().unwrap();
        assert!(kept.bytes <= MAX_BYTES && kept.rows.len() <= MAX_ROWS);
    }
}
