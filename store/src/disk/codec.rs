//! Rows in a row of bytes: each with its kind, the lengths of its key and its value, and both.

use crate::{Key, Value, backend::Change};

const PUT: u8 = 0;
const APPEND: u8 = 1;
const DELETE: u8 = 2;
const HEAD: usize = 1 + 4 + 4;

/// How many bytes [`push`] takes.
pub(super) fn size(key: &[u8], change: &Change) -> usize {
    HEAD + key.len() + change.value().map_or(0, |value| value.len())
}

pub(super) fn push(out: &mut Vec<u8>, key: &[u8], change: &Change) {
    let kind = match change {
        Change::Put(_) => PUT,
        Change::Append(_) => APPEND,
        Change::Delete => DELETE,
    };
    let value = change.value().map_or(&[][..], |value| value);
    // Keys and values are far below 4 GiB: the store refuses longer ones.
    out.push(kind);
    out.extend_from_slice(&(key.len() as u32).to_le_bytes());
    out.extend_from_slice(&(value.len() as u32).to_le_bytes());
    out.extend_from_slice(key);
    out.extend_from_slice(value);
}

/// The rows that `bytes` holds, whose values are parts of it; None: it is not what [`push`] wrote.
pub(super) fn read(bytes: &Value) -> Option<Vec<(Key, Change)>> {
    let length = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(|four| u32::from_le_bytes(four) as usize);
    let mut rows = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let key_end = (at + HEAD).checked_add(length(at + 1)?)?;
        let end = key_end.checked_add(length(at + 5)?)?;
        let key = bytes.get(at + HEAD..key_end)?.to_vec();
        if end > bytes.len() {
            return None;
        }
        let value = bytes.slice(key_end..end);
        rows.push(match bytes[at] {
            PUT => (key, Change::Put(value)),
            APPEND => (key, Change::Append(value)),
            DELETE => (key, Change::Delete),
            _ => return None,
        });
        at = end;
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_and_cut_ones_do_not() {
        let rows =
            [(b"key".to_vec(), Change::Put("value".into())), (b"".to_vec(), Change::Append("".into())), (b"gone".to_vec(), Change::Delete)];
        let mut bytes = Vec::new();
        rows.iter().for_each(|(key, change)| push(&mut bytes, key, change));
        assert_eq!(bytes.len(), rows.iter().map(|(key, change)| size(key, change)).sum::<usize>());
        assert_eq!(read(&bytes.clone().into()).unwrap(), rows);
        let ends = [0, 17, 26];
        for cut in (0..bytes.len()).filter(|cut| !ends.contains(cut)) {
            assert_eq!(read(&bytes[..cut].to_vec().into()), None, "{cut} bytes");
        }
    }
}
