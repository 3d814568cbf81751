//! Transactions on ordered keys, and blobs: in memory and on a local disk.
//!
//! A transaction ([`Tx`]) reads one snapshot, keeps its writes to itself, and is checked when it is committed: if
//! something it read was written since, it answers [`CommitError::Conflict`] and the caller runs it again. Many
//! transactions become one batch with one flush. All that lies on disk is encrypted.
//!
//! Knows nothing of services, calls, accounts or formats: keys and values are bytes.
#![allow(clippy::disallowed_methods, reason = "this crate owns the data directory")]

mod backend;
mod blobs;
mod clock;
mod committer;
mod disk;
mod engine;
mod error;
mod fail;
mod files;
mod key;
mod memory;
mod pending;
mod recent;
mod tx;

pub use blobs::{BlobKey, BlobReader, BlobWriter, Blobs};
pub use disk::{Backup, BackupFile, Contents, Held, KeyBytes, Step, hold, opens_with, rotate};
pub use engine::{Figures, Store};
pub use error::{CommitError, StoreError};
pub use fail::fail_point;
pub use key::RootKey;
pub use pending::Pending;
pub use tx::{Savepoint, Tx, prefix_range};

/// A row's key. Rows are ordered by it, byte by byte.
pub type Key = Vec<u8>;
/// A row's value: cheap to clone, made from a `Vec<u8>` without copying.
pub type Value = bytes::Bytes;
