use crate::BodyKey;
use md5::{Digest, Md5};
use std::{
    collections::BTreeMap,
    io::{self, Write},
};
use wire::checksum::Checksum;

/// The checksums that an operation wants of a body, computed while it arrives.
#[derive(Default)]
pub(crate) struct Sums {
    running: Vec<Checksum>,
    md5: Option<Md5>,
}

impl Sums {
    pub(crate) fn of(key: &BodyKey) -> Self {
        Self { running: key.sums.iter().copied().map(Checksum::new).collect(), md5: key.md5.then(Md5::new) }
    }
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.running.iter_mut().for_each(|sum| sum.update(bytes));
        if let Some(md5) = &mut self.md5 {
            md5.update(bytes);
        }
    }
    /// MD5 in hex; the checksums by the names of S3's members, in base64.
    pub(crate) fn finish(self) -> (Option<String>, BTreeMap<String, String>) {
        let sums = self.running.into_iter().map(|sum| (sum.algorithm().member().to_string(), sum.finish_base64())).collect();
        (self.md5.map(|md5| hex::encode(md5.finalize())), sums)
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
