//! A backup: one stream of bytes that holds the rows of one snapshot, and all blobs, encrypted as they are at rest.
//!
//! Behind a beginning in the clear (what it is, the manifest that the caller gives, the keyring as the root key wraps it) come
//! frames, each sealed under a key of this backup's own, numbered, so that none can be altered, left out, repeated or moved; the
//! last one says so and counts what came before. The root key is not in it, and without the root key nothing in it can be read.

mod format;
mod make;
mod read;

pub use make::Backup;
pub use read::BackupFile;

/// What a backup holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Contents {
    /// Rows.
    pub rows: u64,
    /// Blobs.
    pub blobs: u64,
    /// The bytes of both, before compression.
    pub bytes: u64,
}
