use super::{
    BlobKey,
    place::Sink,
    segments::{MAGIC, SALT, SEGMENT, Segments},
};
use crate::{StoreError, files, key::random};
use std::io::{self, Error, Write};

/// Takes a blob's content. It must be [finished](BlobWriter::finish): dropped before, the blob never was.
pub struct BlobWriter {
    sink: Box<dyn Sink>,
    segments: Segments,
    id: String,
    /// The segment being filled. A full one waits for the next byte, for only then is it known not to be the last.
    segment: Vec<u8>,
    number: u32,
    length: u64,
    failed: bool,
}

impl BlobWriter {
    pub(super) fn new(mut sink: Box<dyn Sink>, id: &str, key: &BlobKey) -> Result<Self, StoreError> {
        let salt: [u8; SALT] = random();
        sink.write_all(&MAGIC).and_then(|()| sink.write_all(&salt)).map_err(|e| failed(id, e))?;
        Ok(Self { sink, segments: Segments::new(key, &salt, id), id: id.into(), segment: Vec::new(), number: 0, length: 0, failed: false })
    }

    /// Flushes the content and its folder: the blob is there, whatever happens next. Gives the number of its plain bytes, which a
    /// reader needs.
    pub fn finish(mut self) -> Result<u64, StoreError> {
        if self.failed {
            return Err(failed(&self.id, Error::other("an earlier write failed")));
        }
        self.seal(true).map_err(|e| failed(&self.id, e))?;
        self.sink.keep()?;
        Ok(self.length)
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let next = self.number.checked_add(1).ok_or_else(|| Error::other("the blob is too long"))?;
        self.segments.seal(self.number, last, &mut self.segment).map_err(|_| Error::other("encryption failed"))?;
        self.sink.write_all(&self.segment)?;
        self.segment.clear();
        self.number = next;
        Ok(())
    }
}

impl Write for BlobWriter {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if self.failed {
            return Err(Error::other("an earlier write failed"));
        }
        if self.segment.len() == SEGMENT && !data.is_empty() {
            // After a failure part of the segment may be written: what would follow is no longer in its place.
            self.failed = true;
            self.seal(false)?;
            self.failed = false;
        }
        let taken = &data[..data.len().min(SEGMENT - self.segment.len())];
        self.segment.extend_from_slice(taken);
        self.length += taken.len() as u64;
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn failed(id: &str, error: Error) -> StoreError {
    files::failed(id.as_ref(), "writing the blob")(error)
}
