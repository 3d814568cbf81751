use super::{Blobs, place::Ids, place::Sink, valid};
use crate::StoreError;
use std::{
    io::{self, Read, Write},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// What is being held, and what is deleted when nothing is any more.
#[derive(Default)]
pub(super) struct Holds(Mutex<(usize, Vec<String>)>);

impl Holds {
    fn state(&self) -> MutexGuard<'_, (usize, Vec<String>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the blob for later, if blobs are held.
    pub(super) fn keeps(&self, id: &str) -> bool {
        let mut state = self.state();
        let held = state.0 > 0;
        if held {
            state.1.push(id.to_owned());
        }
        held
    }
}

/// Sealed bytes, and how many.
type Lying = (Box<dyn Read + Send>, u64);

/// As long as this lives, no blob goes: those that are deleted are removed when it is dropped, or found to be no one's at the
/// next start.
pub(crate) struct Hold(Blobs);

impl Hold {
    pub(super) fn new(blobs: &Blobs) -> Self {
        blobs.0.holds.state().0 += 1;
        Self(blobs.clone())
    }

    pub(crate) fn ids(&self) -> Result<Ids, StoreError> {
        self.0.0.place.ids()
    }

    /// A blob as it lies there, sealed, and its length.
    pub(crate) fn open(&self, id: &str) -> Result<Option<Lying>, StoreError> {
        Ok(self.0.0.place.open(valid(id)?)?.map(|(source, length)| (Box::new(source) as Box<dyn Read + Send>, length)))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let deleted = {
            let mut state = self.0.0.holds.state();
            state.0 -= 1;
            if state.0 > 0 { Vec::new() } else { std::mem::take(&mut state.1) }
        };
        for id in deleted {
            // What stays behind belongs to no row: it goes at the next start.
            let _ = self.0.0.place.delete(&id);
        }
    }
}

/// A blob that is brought back, sealed as it was.
pub(crate) struct BlobSink(Box<dyn Sink>);

impl BlobSink {
    pub(super) fn new(sink: Box<dyn Sink>) -> Self {
        Self(sink)
    }

    pub(crate) fn keep(self) -> Result<(), StoreError> {
        self.0.keep()
    }
}

impl Write for BlobSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
