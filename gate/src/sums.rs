use std::{
    collections::BTreeMap,
    io::{self, Write},
};
use wire::checksum::{Algorithm, Checksum};

/// The checksums that an operation wants of a body, computed while it arrives.
pub(crate) struct Sums(Vec<Checksum>);

impl Sums {
    pub(crate) fn new(wanted: &[Algorithm]) -> Self {
        Self(wanted.iter().copied().map(Checksum::new).collect())
    }
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.iter_mut().for_each(|sum| sum.update(bytes));
    }
    /// By the names of S3's members, in base64.
    pub(crate) fn finish(self) -> BTreeMap<String, String> {
        self.0.into_iter().map(|sum| (sum.algorithm().member().to_string(), sum.finish_base64())).collect()
    }
}

/// Takes in what is written through it.
pub(crate) struct Summing<'a, W> {
    pub(crate) sums: &'a mut Sums,
    pub(crate) to: &'a mut W,
}

impl<W: Write> Write for Summing<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.sums.update(&bytes[..written]);
        Ok(written)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
