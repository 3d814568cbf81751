//! Appended rows in the tree: many in one compressed pack, under the key of its first row. Packs do not overlap: a pack holds
//! what lies between its key and the next one's. Records come in the order of time, so that nearly all packs are written once.

use super::codec;
use crate::{
    Key, Value,
    backend::{Change, Span},
};
use redb::{ReadableTable, StorageError, Table, TableDefinition};
use std::{collections::BTreeMap, ops::Bound};

pub(super) type Bytes = &'static [u8];
pub(super) const PACKS: TableDefinition<'static, Bytes, Bytes> = TableDefinition::new("packs");

/// Bytes of rows in a pack, before they are compressed, unless one row alone is longer.
const FULL: usize = 64 << 10;

type Result<T> = std::result::Result<T, StorageError>;

fn broken() -> StorageError {
    StorageError::Corrupted("a pack of rows cannot be read".into())
}

/// A pack as it lies in the table: the length of its last key, that key, the length of the rows, the compressed rows.
struct Pack<'a> {
    last: &'a [u8],
    raw: usize,
    sealed: &'a [u8],
}

impl<'a> Pack<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self> {
        let parts = || {
            let (length, rest) = bytes.split_first_chunk()?;
            let (last, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            let (raw, sealed) = rest.split_first_chunk()?;
            Some(Self { last, raw: u32::from_le_bytes(*raw) as usize, sealed })
        };
        parts().ok_or_else(broken)
    }

    fn rows(&self) -> Result<Vec<(Key, Change)>> {
        let raw = lz4_flex::block::decompress(self.sealed, self.raw).map_err(|_| broken())?;
        codec::read(&raw.into()).ok_or_else(broken)
    }
}

fn write(table: &mut Table<'_, Bytes, Bytes>, rows: &[(Key, Change)]) -> Result<()> {
    let mut rest = rows;
    while let (Some((first, _)), mut raw) = (rest.first(), Vec::with_capacity(FULL)) {
        let mut count = 0;
        while let Some((key, change)) = rest.get(count)
            && (count == 0 || raw.len() + codec::size(key, change) <= FULL)
        {
            codec::push(&mut raw, key, change);
            count += 1;
        }
        let last = &rest[count - 1].0;
        let mut pack = Vec::with_capacity(8 + last.len() + raw.len() / 3);
        pack.extend_from_slice(&(last.len() as u32).to_le_bytes());
        pack.extend_from_slice(last);
        pack.extend_from_slice(&(raw.len() as u32).to_le_bytes());
        pack.extend_from_slice(&lz4_flex::block::compress(&raw));
        table.insert(first.as_slice(), pack.as_slice())?;
        rest = &rest[count..];
    }
    Ok(())
}

/// Adds rows, which are in order.
pub(super) fn insert(table: &mut Table<'_, Bytes, Bytes>, rows: &[(Key, Change)]) -> Result<()> {
    let mut rest = rows;
    while let Some((first, _)) = rest.first() {
        let behind = (Bound::Excluded(first.as_slice()), Bound::Unbounded);
        let next = table.range::<&[u8]>(behind)?.next().transpose()?.map(|(key, _)| key.value().to_vec());
        let count = next.map_or(rest.len(), |next| rest.partition_point(|(key, _)| *key < next));
        let (here, later) = rest.split_at(count);
        match around(table, first)? {
            // What comes behind a full pack begins a new one.
            Some((start, bytes)) if !(Pack::of(&bytes)?.raw >= FULL / 2 && Pack::of(&bytes)?.last < first.as_slice()) => {
                let mut merged: BTreeMap<Key, Change> = Pack::of(&bytes)?.rows()?.into_iter().collect();
                merged.extend(here.iter().cloned());
                table.remove(start.as_slice())?;
                write(table, &merged.into_iter().collect::<Vec<_>>())?;
            }
            _ => write(table, here)?,
        }
        rest = later;
    }
    Ok(())
}

/// Takes a row out, if it is there.
pub(super) fn remove(table: &mut Table<'_, Bytes, Bytes>, key: &[u8]) -> Result<()> {
    let Some((start, bytes)) = around(table, key)? else { return Ok(()) };
    let pack = Pack::of(&bytes)?;
    if pack.last < key {
        return Ok(());
    }
    let mut rows = pack.rows()?;
    let before = rows.len();
    rows.retain(|(other, _)| other != key);
    if rows.len() < before {
        table.remove(start.as_slice())?;
        write(table, &rows)?;
    }
    Ok(())
}

/// The pack in whose reach the key lies.
fn around(table: &impl ReadableTable<Bytes, Bytes>, key: &[u8]) -> Result<Option<(Key, Vec<u8>)>> {
    let found = table.range::<&[u8]>(..=key)?.next_back().transpose()?;
    Ok(found.map(|(start, bytes)| (start.value().to_vec(), bytes.value().to_vec())))
}

pub(super) fn get(table: &impl ReadableTable<Bytes, Bytes>, key: &[u8]) -> Result<Option<Value>> {
    let Some((_, bytes)) = table.range::<&[u8]>(..=key)?.next_back().transpose()? else { return Ok(None) };
    let pack = Pack::of(bytes.value())?;
    if pack.last < key {
        return Ok(None);
    }
    let found = pack.rows()?.into_iter().find(|(other, _)| other == key);
    // Not a part of the pack, which would stay in memory with it.
    Ok(found.and_then(|(_, change)| change.value().map(|value| Value::copy_from_slice(value))))
}

/// The rows of the span, in order or in reverse, a pack at a time.
pub(super) fn range<'a>(
    table: &'a impl ReadableTable<Bytes, Bytes>,
    span: &'a Span,
    reverse: bool,
) -> Result<impl Iterator<Item = Result<(Key, Change)>> + 'a> {
    let first = table.range::<&[u8]>(..=span.start.as_slice())?.next_back().transpose()?.map(|(key, _)| key.value().to_vec());
    let reach = Span { start: first.unwrap_or_else(|| span.start.clone()), end: span.end.clone() };
    let mut packs = table.range::<&[u8]>(reach.bounds())?;
    let in_turn = std::iter::from_fn(move || if reverse { packs.next_back() } else { packs.next() });
    Ok(in_turn.flat_map(move |pack| {
        let rows = pack.and_then(|(_, bytes)| Pack::of(bytes.value())?.rows());
        let mut rows: Vec<_> = match rows {
            Ok(rows) => rows.into_iter().filter(|(key, _)| span.contains(key)).map(Ok).collect(),
            Err(e) => vec![Err(e)],
        };
        if reverse {
            rows.reverse();
        }
        rows
    }))
}
