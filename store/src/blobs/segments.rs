use super::BlobKey;
use crate::key::{aes_gcm, derive};
use aws_lc_rs::{
    aead::{Aad, LessSafeKey, Nonce},
    error::Unspecified,
};

/// Plain bytes in each segment but the last.
pub(super) const SEGMENT: usize = 64 << 10;
pub(super) const TAG: usize = 16;
/// Names the format and its version.
pub(super) const MAGIC: [u8; 8] = *b"skblob\0\x01";
pub(super) const SALT: usize = 32;
/// What stands before the first segment.
pub(super) const HEADER: usize = MAGIC.len() + SALT;

/// Seals and opens one blob's segments.
pub(super) struct Segments {
    key: LessSafeKey,
    id: String,
}

/// How many segments a blob has: at least one, so that an empty blob is authenticated too. All but the last are full.
pub(super) fn count(length: u64) -> u64 {
    length.div_ceil(SEGMENT as u64).max(1)
}

/// The size of a blob as it is stored; None if it has more segments than can be counted.
pub(super) fn stored_size(length: u64) -> Option<u64> {
    u32::try_from(count(length)).ok()?;
    Some(HEADER as u64 + length + count(length) * TAG as u64)
}

fn nonce(number: u32, last: bool) -> Nonce {
    let mut bytes = [0; 12];
    bytes[7..11].copy_from_slice(&number.to_be_bytes());
    bytes[11] = u8::from(last);
    Nonce::assume_unique_for_key(bytes)
}

impl Segments {
    pub(super) fn new(key: &BlobKey, salt: &[u8; SALT], id: &str) -> Self {
        Self { key: aes_gcm(&derive(&key.0, salt, &[b"blob"])), id: id.into() }
    }

    /// Seals the segment in place.
    pub(super) fn seal(&self, number: u32, last: bool, segment: &mut Vec<u8>) -> Result<(), Unspecified> {
        self.key.seal_in_place_append_tag(nonce(number, last), Aad::from(self.id.as_bytes()), segment)
    }

    /// Opens the segment in place; it is shorter by its tag afterwards.
    pub(super) fn open(&self, number: u32, last: bool, segment: &mut Vec<u8>) -> Result<(), Unspecified> {
        let plain = self.key.open_in_place(nonce(number, last), Aad::from(self.id.as_bytes()), segment)?.len();
        segment.truncate(plain);
        Ok(())
    }
}
