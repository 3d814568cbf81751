use crate::{
    Error, Service,
    core::{Core, Frame},
};
use base::{Region, revealed};
use serde::{Serialize, de::DeserializeOwned};
use std::{marker::PhantomData, sync::Arc};

/// A typed table of one service's state. Declared as a `static` in the service's `state.rs`; only a scope of the same
/// service opens it.
pub struct Table<S, V> {
    name: &'static str,
    regional: bool,
    /// Whose rows these are, where it is not the world's own region.
    region: Option<Region>,
    marker: PhantomData<fn() -> (S, V)>,
}

/// The parts of a row's key: compared part by part, in the order of their bytes.
pub trait RowKey {
    /// The parts, first to last.
    fn parts(&self) -> Vec<&[u8]>;
}
impl RowKey for str {
    fn parts(&self) -> Vec<&[u8]> {
        vec![self.as_bytes()]
    }
}
impl RowKey for String {
    fn parts(&self) -> Vec<&[u8]> {
        vec![self.as_bytes()]
    }
}
impl<const N: usize> RowKey for [&str; N] {
    fn parts(&self) -> Vec<&[u8]> {
        self.iter().map(|p| p.as_bytes()).collect()
    }
}

/// A part ends with 0x00 0x01; a zero byte inside is written as 0x00 0xff, so that order is kept and no part runs into the next.
fn push_part(key: &mut Vec<u8>, part: &[u8]) {
    for &b in part {
        key.push(b);
        if b == 0 {
            key.push(0xff);
        }
    }
    key.extend([0, 1]);
}

fn split_parts(mut rest: &[u8]) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = Vec::new();
    while let Some((&b, tail)) = rest.split_first() {
        match (b, tail.first()) {
            (0, Some(1)) => {
                parts.push(String::from_utf8_lossy(&part).into_owned());
                part.clear();
                rest = &tail[1..];
            }
            (0, Some(_)) => {
                part.push(0);
                rest = &tail[1..];
            }
            _ => {
                part.push(b);
                rest = tail;
            }
        }
    }
    parts
}

/// The smallest key above all keys that begin with `prefix`.
fn after(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < 0xff {
            end.push(last + 1);
            break;
        }
    }
    end
}

/// Stored values begin with the version of their form.
pub(crate) const VALUE_VERSION: u8 = 1;

pub(crate) fn encode<V: Serialize>(value: &V) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![VALUE_VERSION];
    revealed(|| serde_json::to_writer(&mut bytes, value)).map_err(Error::internal)?;
    Ok(bytes)
}

pub(crate) fn decode<V: DeserializeOwned>(bytes: &[u8]) -> Result<V, Error> {
    match bytes.split_first() {
        Some((&VALUE_VERSION, rest)) => {
            serde_json::from_slice(rest).map_err(|e| Error::internal(format_args!("a stored row is not readable: {e}")))
        }
        Some((version, _)) => Err(Error::internal(format_args!("a stored row has version {version}, which this release does not know"))),
        None => Err(Error::internal("a stored row is empty")),
    }
}

impl<S: Service, V: Serialize + DeserializeOwned> Table<S, V> {
    /// The table `name` of service `S`.
    pub const fn new(name: &'static str) -> Self {
        Self { name, regional: false, region: None, marker: PhantomData }
    }

    /// A table whose rows name no region: each region has its own, and a call sees that of its region alone.
    pub const fn regional(name: &'static str) -> Self {
        Self { name, regional: true, region: None, marker: PhantomData }
    }

    /// The rows that a call sees. The world's own region has no mark, so that what was kept before there were others stays.
    pub(crate) fn seen(&self, core: &Core, frame: &Frame) -> Self {
        let region = (self.regional && frame.context.region != core.gate.0.region).then(|| frame.context.region.clone());
        Self { name: self.name, regional: self.regional, region, marker: PhantomData }
    }

    fn prefix(&self) -> Vec<u8> {
        let mut key = Vec::with_capacity(64);
        push_part(&mut key, S::NAME.as_bytes());
        match &self.region {
            // No table's name has the sign.
            Some(region) => push_part(&mut key, format!("{}@{region}", self.name).as_bytes()),
            None => push_part(&mut key, self.name.as_bytes()),
        }
        key
    }

    /// The bytes of a row's key.
    pub fn key<K: RowKey + ?Sized>(&self, key: &K) -> Vec<u8> {
        let mut bytes = self.prefix();
        for part in key.parts() {
            push_part(&mut bytes, part);
        }
        bytes
    }

    pub(crate) fn get<K: RowKey + ?Sized>(&self, core: &mut Core, key: &K) -> Result<Option<V>, Error> {
        core.tx.get(&self.key(key))?.map(|bytes| decode(&bytes)).transpose()
    }

    /// As `get`, for rows that are read often.
    pub(crate) fn shared<K: RowKey + ?Sized>(&self, core: &mut Core, key: &K) -> Result<Option<Arc<V>>, Error>
    where
        V: Send + Sync + 'static,
    {
        let key = self.key(key);
        let Some(bytes) = core.tx.get(&key)? else { return Ok(None) };
        let decoded = &core.gate.0.decoded;
        if let Some(row) = decoded.get(&key, &bytes) {
            return Ok(Some(row));
        }
        let row = Arc::new(decode(&bytes)?);
        decoded.keep(key, bytes, &row);
        Ok(Some(row))
    }

    pub(crate) fn put<K: RowKey + ?Sized>(&self, core: &mut Core, key: &K, value: &V) -> Result<(), Error> {
        core.tx.put(self.key(key), encode(value)?.into());
        Ok(())
    }

    pub(crate) fn delete<K: RowKey + ?Sized>(&self, core: &mut Core, key: &K) {
        core.tx.delete(self.key(key));
    }

    /// Rows whose keys begin with the parts of `prefix`; behind (or, in reverse, before) `from` where it is given.
    pub(crate) fn scan<K: RowKey + ?Sized>(&self, core: &mut Core, prefix: &K, bounds: Bounds<'_>) -> Result<Vec<(Vec<String>, V)>, Error> {
        let first = self.key(prefix);
        let (mut start, mut end) = (first.clone(), after(&first));
        if let Some(from) = bounds.from {
            let mut edge = first;
            for part in from {
                push_part(&mut edge, part.as_bytes());
            }
            match (bounds.reverse, bounds.inclusive) {
                (false, true) => start = edge,
                (false, false) => start = after(&edge),
                (true, true) => end = after(&edge),
                (true, false) => end = edge,
            }
        }
        let skip = self.prefix().len();
        let rows = core.tx.scan(start..end, bounds.limit, bounds.reverse)?;
        rows.into_iter().map(|(key, value)| Ok((split_parts(&key[skip..]), decode(&value)?))).collect()
    }
}

/// Where a scan begins and how far it goes.
#[derive(Clone, Copy)]
pub(crate) struct Bounds<'a> {
    pub(crate) from: Option<&'a [&'a str]>,
    pub(crate) inclusive: bool,
    pub(crate) limit: usize,
    pub(crate) reverse: bool,
}

impl Bounds<'_> {
    pub(crate) const ALL: Bounds<'static> = Bounds { from: None, inclusive: true, limit: usize::MAX, reverse: false };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_their_order_and_their_borders() {
        let key = |parts: &[&str]| {
            let mut k = Vec::new();
            parts.iter().for_each(|p| push_part(&mut k, p.as_bytes()));
            k
        };
        assert!(key(&["a"]) < key(&["a", "b"]));
        assert!(key(&["a", "z"]) < key(&["ab", "a"]));
        assert!(key(&["a\0"]) > key(&["a"]));
        assert!(key(&["a\0b"]) < key(&["ab"]));
        assert_eq!(split_parts(&key(&["a\0b", "", "ü"])), ["a\0b", "", "ü"]);
        assert_eq!(after(&[1, 0xff]), [2]);
    }
}
