use super::{
    BlobKey,
    place::Source,
    segments::{HEADER, MAGIC, SALT, SEGMENT, Segments, TAG, count, stored_size},
};
use crate::StoreError;
use std::{
    io::{self, Error, ErrorKind, Read, SeekFrom},
    ops::Range,
};

/// Gives a blob's content, segment by segment; nothing of a segment before all of it is found to be unaltered.
pub struct BlobReader {
    source: Box<dyn Source>,
    segments: Segments,
    id: String,
    length: u64,
    /// What is still to be given.
    range: Range<u64>,
    segment: Vec<u8>,
    /// The number of the segment that `segment` holds.
    held: Option<u64>,
}

impl std::fmt::Debug for BlobReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BlobReader({}, {:?})", self.id, self.range)
    }
}

impl BlobReader {
    pub(super) fn new(
        mut source: Box<dyn Source>,
        size: u64,
        id: &str,
        key: &BlobKey,
        length: u64,
        range: Range<u64>,
    ) -> Result<Self, StoreError> {
        let corrupt = |message: String| StoreError::Corrupt { path: id.into(), message };
        if stored_size(length) != Some(size) {
            return Err(corrupt(format!("the blob was {length} bytes long, and {size} stored bytes cannot be that")));
        }
        let mut magic = [0; MAGIC.len()];
        let mut salt = [0; SALT];
        source
            .read_exact(&mut magic)
            .and_then(|()| source.read_exact(&mut salt))
            .map_err(|e| StoreError::Io { path: id.into(), message: format!("reading the blob failed: {e}") })?;
        if magic != MAGIC {
            return Err(corrupt("the file is not a blob of this version".into()));
        }
        let mut reader =
            Self { source, segments: Segments::new(key, &salt, id), id: id.into(), length, range, segment: Vec::new(), held: None };
        if reader.length == 0 {
            // There is nothing to give, but it must be known that there never was.
            reader.load(0).map_err(|e| corrupt(e.to_string()))?;
        }
        Ok(reader)
    }

    fn load(&mut self, number: u64) -> io::Result<()> {
        let start = number * SEGMENT as u64;
        let plain = (self.length - start).min(SEGMENT as u64);
        if self.held.is_none_or(|held| held + 1 != number) {
            self.source.seek(SeekFrom::Start(HEADER as u64 + number * (SEGMENT + TAG) as u64))?;
        }
        self.held = None;
        self.segment.clear();
        let stored = plain as usize + TAG;
        self.segment.reserve_exact(stored);
        // Into memory as it is: to fill it with zeros first would cost as much as to decrypt it.
        if self.source.by_ref().take(stored as u64).read_to_end(&mut self.segment)? != stored {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let last = number + 1 == count(self.length);
        let short = u32::try_from(number).map_err(Error::other)?;
        self.segments.open(short, last, &mut self.segment).map_err(|_| {
            let message = format!("segment {number} of blob '{}' is not what was written", self.id);
            Error::new(ErrorKind::InvalidData, message)
        })?;
        self.held = Some(number);
        Ok(())
    }
}

impl BlobReader {
    /// What comes next, a segment at most, without a copy where all of it is wanted; None at the end.
    pub fn piece(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.range.is_empty() {
            return Ok(None);
        }
        let number = self.range.start / SEGMENT as u64;
        if self.held != Some(number) {
            self.load(number)?;
        }
        let from = (self.range.start % SEGMENT as u64) as usize;
        let wanted = usize::try_from(self.range.end - self.range.start).unwrap_or(usize::MAX);
        let to = self.segment.len().min(from.saturating_add(wanted));
        self.range.start += (to - from) as u64;
        if (from, to) != (0, self.segment.len()) {
            return Ok(Some(self.segment[from..to].to_vec()));
        }
        // The next one follows in the source, as if this one were still held; it is not read again.
        Ok(Some(std::mem::take(&mut self.segment)))
    }
}

impl Read for BlobReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.range.is_empty() || out.is_empty() {
            return Ok(0);
        }
        let number = self.range.start / SEGMENT as u64;
        if self.held != Some(number) {
            self.load(number)?;
        }
        let from = (self.range.start % SEGMENT as u64) as usize;
        let wanted = usize::try_from(self.range.end - self.range.start).unwrap_or(usize::MAX).min(out.len());
        let given = &self.segment[from..];
        let given = &given[..given.len().min(wanted)];
        out[..given.len()].copy_from_slice(given);
        self.range.start += given.len() as u64;
        Ok(given.len())
    }
}
