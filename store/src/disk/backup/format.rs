use super::Contents;
use crate::key::{aes_gcm, derive, random};
use aws_lc_rs::{
    aead::{Aad, LessSafeKey, Nonce},
    digest,
};

pub(super) const MAGIC: [u8; 16] = *b"sekisho backup\r\n";
/// The format. It changes when an older version could not read it rightly.
pub(super) const VERSION: u32 = 1;
pub(super) const SALT: usize = 32;
/// Magic, version, salt, the lengths of the manifest and of the keyring.
pub(super) const FIXED: usize = MAGIC.len() + 4 + SALT + 4 + 4;
pub(super) const TAG: usize = 16;
/// The longest manifest and keyring.
pub(super) const LONGEST: usize = 64 << 10;
/// The longest content of a frame: a row of the largest kind, and some.
pub(super) const LARGEST: usize = 20 << 20;
/// What stands before a frame's content: its kind and its length.
pub(super) const HEAD: usize = 1 + 4;

/// Rows, compressed; before them, how long they are when they are not.
pub(super) const ROWS: u8 = 1;
/// A blob begins: its sealed length, and its id.
pub(super) const BLOB: u8 = 2;
/// Sealed bytes of the last blob that began.
pub(super) const DATA: u8 = 3;
/// The end, and what came before.
pub(super) const END: u8 = 4;

/// Seals and opens the frames of one backup.
pub(super) struct Cipher {
    key: LessSafeKey,
    beginning: [u8; 32],
    /// The number of the next frame.
    pub(super) number: u64,
}

fn nonce(number: u64) -> Nonce {
    let mut bytes = [0; 12];
    bytes[4..].copy_from_slice(&number.to_be_bytes());
    Nonce::assume_unique_for_key(bytes)
}

impl Cipher {
    /// `beginning`: all that stands in the clear before the frames, whose salt makes the key.
    pub(super) fn new(rows_key: &[u8; 32], salt: &[u8], beginning: &[u8]) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, beginning).as_ref());
        Self { key: aes_gcm(&derive(rows_key, salt, &[b"backup"])), beginning: hash, number: 0 }
    }

    fn aad(&self, head: &[u8]) -> Aad<Vec<u8>> {
        Aad::from([head, &self.beginning].concat())
    }

    /// Appends a frame.
    pub(super) fn seal(&mut self, kind: u8, plain: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
        let length = u32::try_from(plain.len()).ok().filter(|_| plain.len() <= LARGEST).ok_or("a row is too long for a backup")?;
        let head = [&[kind][..], &length.to_le_bytes()].concat();
        out.extend_from_slice(&head);
        let start = out.len();
        out.extend_from_slice(plain);
        let tag = self.key.seal_in_place_separate_tag(nonce(self.number), self.aad(&head), &mut out[start..]);
        out.extend_from_slice(tag.map_err(|_| "encryption failed")?.as_ref());
        self.number += 1;
        Ok(())
    }

    /// Opens the frame's content in place. False: it is not what was written as this one.
    pub(super) fn open(&mut self, head: &[u8; HEAD], content: &mut Vec<u8>) -> bool {
        let Ok(plain) = self.key.open_in_place(nonce(self.number), self.aad(head), content) else { return false };
        let length = plain.len();
        content.truncate(length);
        self.number += 1;
        true
    }
}

/// What stands before the frames.
pub(super) fn beginning(manifest: &[u8], keyring: &[u8]) -> Option<([u8; SALT], Vec<u8>)> {
    let short = |bytes: &[u8]| u32::try_from(bytes.len()).ok().filter(|_| bytes.len() <= LONGEST);
    let salt: [u8; SALT] = random();
    let mut out = [&MAGIC[..], &VERSION.to_le_bytes(), &salt].concat();
    out.extend_from_slice(&short(manifest)?.to_le_bytes());
    out.extend_from_slice(&short(keyring)?.to_le_bytes());
    out.extend_from_slice(manifest);
    out.extend_from_slice(keyring);
    Some((salt, out))
}

impl Contents {
    pub(super) fn to_bytes(self) -> Vec<u8> {
        [self.rows, self.blobs, self.bytes].iter().flat_map(|n| n.to_le_bytes()).collect()
    }

    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let [rows, blobs, bytes] = [0, 8, 16].map(|at| bytes.get(at..at + 8).and_then(|n| n.try_into().ok()).map(u64::from_le_bytes));
        Some(Self { rows: rows?, blobs: blobs?, bytes: bytes? })
    }
}
