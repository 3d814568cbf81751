//! Readers that hold an archive to what the limits were applied to.

use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};

/// A member's content, held to the size that its table entry declares, which the limits were applied to. Remembers
/// its own failure, so that it is not taken for the sink's.
pub(crate) struct Content<R> {
    inner: R,
    left: u64,
    pub(crate) fault: Option<String>,
}

impl<R> Content<R> {
    pub(crate) fn new(inner: R, declared: u64) -> Self {
        Self { inner, left: declared, fault: None }
    }
}

impl<R: Read> Read for Content<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(fault) = &self.fault {
            return Err(io::Error::new(io::ErrorKind::InvalidData, fault.clone()));
        }
        if buffer.is_empty() {
            return Ok(0);
        }
        let fault = match self.inner.read(buffer) {
            Ok(0) if self.left > 0 => format!("{} bytes of its content are missing", self.left),
            Ok(count) => match self.left.checked_sub(count as u64) {
                Some(left) => {
                    self.left = left;
                    return Ok(count);
                }
                None => "it holds more than it declares".to_owned(),
            },
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => error.to_string(),
        };
        self.fault = Some(fault.clone());
        Err(io::Error::new(io::ErrorKind::InvalidData, fault))
    }
}

/// A reader with a budget of bytes while one is set.
pub(crate) struct Metered<'a, R> {
    pub(crate) inner: R,
    pub(crate) budget: &'a Cell<Option<u64>>,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(budget) = self.budget.get() else {
            return self.inner.read(buffer);
        };
        if budget == 0 && !buffer.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its tables are larger than allowed"));
        }
        let room = buffer.len().min(usize::try_from(budget).unwrap_or(usize::MAX));
        let count = self.inner.read(&mut buffer[..room])?;
        self.budget.set(Some(budget - count as u64));
        Ok(count)
    }
}

impl<R: Seek> Seek for Metered<'_, R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.inner.seek(position)
    }
}
