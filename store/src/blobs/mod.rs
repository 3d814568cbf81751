//! Encrypted content of any size: in memory, or as files spread over a folder.

mod hold;
mod place;
mod reader;
mod segments;
mod writer;

use crate::StoreError;
use hold::Holds;
use place::Place;
use std::{ops::Range, path::Path, sync::Arc};
use zeroize::Zeroizing;

pub(crate) use hold::{BlobSink, Hold};
pub use reader::BlobReader;
pub use writer::BlobWriter;

const MAX_ID: usize = 128;

/// A blob's data key. Make a fresh one for each blob and keep it with the blob's row, itself encrypted: who has it can
/// read the blob. The key that encrypts is derived from it with a salt of the blob's own, so that an upload that was
/// cut off and made again under the same key is safe.
#[derive(Clone)]
pub struct BlobKey(Zeroizing<[u8; 32]>);

impl BlobKey {
    /// Takes 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

/// Encrypted blobs under ids. Clones are the same blobs.
///
/// Content lies in segments of 64 KiB, each AES-256-GCM under a nonce of its number and whether it is the last
/// (the STREAM construction), so that a blob that was cut, reordered, altered or swapped is an error, never wrong bytes.
#[derive(Clone)]
pub struct Blobs(Arc<Shared>);

struct Shared {
    place: Box<dyn Place>,
    holds: Holds,
}

impl Blobs {
    /// No blobs yet, and none after the end of the process.
    pub fn memory() -> Self {
        Self::at(Box::new(place::Memory::default()))
    }

    /// The blobs of a folder, which is made if it is not there. What unfinished writers of an earlier process left is
    /// removed, so one process per folder.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Ok(Self::at(Box::new(place::Folder::open(dir)?)))
    }

    fn at(place: Box<dyn Place>) -> Self {
        Self(Arc::new(Shared { place, holds: Holds::default() }))
    }

    /// Lets no blob go for as long as the answer lives.
    pub(crate) fn hold(&self) -> Hold {
        Hold::new(self)
    }

    /// Begins a blob that is sealed already.
    pub(crate) fn sealed(&self, id: &str) -> Result<BlobSink, StoreError> {
        Ok(BlobSink::new(self.0.place.create(valid(id)?)?))
    }

    /// Begins the blob `id` (ASCII letters, digits and hyphens). It is there once it is finished; dropped before, it
    /// never was.
    pub fn writer(&self, id: &str, key: &BlobKey) -> Result<BlobWriter, StoreError> {
        let id = valid(id)?;
        if self.0.place.exists(id)? {
            return Err(StoreError::Invalid(format!("there is already a blob '{id}': give each blob an id of its own")));
        }
        BlobWriter::new(self.0.place.create(id)?, id, key)
    }

    /// Reads the blob, which was `length` bytes long, or a range of it.
    pub fn reader(&self, id: &str, key: &BlobKey, length: u64, range: Option<Range<u64>>) -> Result<BlobReader, StoreError> {
        let id = valid(id)?;
        let range = range.unwrap_or(0..length);
        if range.start > range.end || range.end > length {
            let Range { start, end } = range;
            return Err(StoreError::Invalid(format!("bytes {start} to {end} are not within a blob of {length} bytes")));
        }
        let (source, size) = self.0.place.open(id)?.ok_or_else(|| StoreError::NotFound { id: id.into() })?;
        BlobReader::new(source, size, id, key, length, range)
    }

    /// Removes the blob; nothing happens if it is not there.
    pub fn delete(&self, id: &str) -> Result<(), StoreError> {
        let id = valid(id)?;
        if self.0.holds.keeps(id) { Ok(()) } else { self.0.place.delete(id) }
    }

    /// Whether there is such a blob.
    pub fn exists(&self, id: &str) -> Result<bool, StoreError> {
        self.0.place.exists(valid(id)?)
    }

    /// All ids, in no order: for removing blobs that no row knows.
    pub fn ids(&self) -> Result<Box<dyn Iterator<Item = Result<String, StoreError>> + Send>, StoreError> {
        self.0.place.ids()
    }
}

fn valid(id: &str) -> Result<&str, StoreError> {
    let good = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if (1..=MAX_ID).contains(&id.len()) && id.bytes().all(good) {
        Ok(id)
    } else {
        Err(StoreError::Invalid(format!("{id:?} is not a blob id: expected 1 to {MAX_ID} ASCII letters, digits and hyphens")))
    }
}
