use std::{fmt, path::PathBuf};

/// Why a store could not be opened or read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// The operating system refused, or the disk failed.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried, and the system's words.
        message: String,
    },
    /// The disk is full: what was being written was not kept.
    Full {
        /// The file or folder.
        path: PathBuf,
        /// What was tried, and the system's words.
        message: String,
    },
    /// Another process has the data directory open.
    Busy {
        /// The data directory.
        path: PathBuf,
        /// The other process, where its lock file tells.
        pid: Option<u32>,
    },
    /// The data was written under another root key.
    WrongKey {
        /// The data directory.
        path: PathBuf,
    },
    /// The data was written by a version with another format.
    Version {
        /// The data directory.
        path: PathBuf,
        /// The format found.
        found: u32,
    },
    /// What lies on disk is not what was written: altered, cut off or mixed up.
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        message: String,
    },
    /// There is no such blob.
    NotFound {
        /// The blob's id.
        id: String,
    },
    /// A commit failed, for want of space perhaps, while this was read; what was read belongs to the time before.
    Interrupted {
        /// The file.
        path: PathBuf,
    },
    /// A backup is not what was written, or none.
    Backup {
        /// The backup's file.
        path: PathBuf,
        /// The byte where it was noticed.
        at: u64,
        /// What does not fit.
        message: String,
    },
    /// The caller asked for something impossible: a bad blob id, a range beyond the end.
    Invalid(String),
    /// The store was closed.
    Closed,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, message } => write!(f, "{}: {message}", path.display()),
            Self::Full { path, message } => write!(f, "the disk is full: {}: {message}; free some space", path.display()),
            Self::Busy { path, pid: Some(pid) } => write!(
                f,
                "data directory '{}' is in use by process {pid}: one process per data directory; stop it or use another directory",
                path.display()
            ),
            Self::Busy { path, pid: None } => write!(
                f,
                "data directory '{}' is in use by another process: one process per data directory; stop it or use another directory",
                path.display()
            ),
            Self::WrongKey { path } => {
                write!(f, "'{}' was written under another root key: give the root key that it was made with", path.display())
            }
            Self::Version { path, found } => write!(
                f,
                "'{}' has format {found}, which this version does not read: use the version that wrote it, or a newer one",
                path.display()
            ),
            Self::Corrupt { path, message } => {
                write!(f, "{}: {message}: the data on disk is damaged or was altered; restore a backup", path.display())
            }
            Self::NotFound { id } => write!(f, "there is no blob '{id}'"),
            Self::Interrupted { path } => {
                write!(f, "{}: a commit failed meanwhile, because the disk is full or has failed: try again", path.display())
            }
            Self::Backup { path, at, message } => {
                write!(
                    f,
                    "backup '{}' cannot be used: at byte {at}: {message}: take another copy of it, or an earlier backup",
                    path.display()
                )
            }
            Self::Invalid(message) => f.write_str(message),
            Self::Closed => f.write_str("the store is closed"),
        }
    }
}
impl std::error::Error for StoreError {}

impl StoreError {
    /// Why the tree took nothing in.
    pub(crate) fn of_commit(error: CommitError, path: &std::path::Path) -> Self {
        let path = path.into();
        match error {
            CommitError::Full(message) => Self::Full { path, message },
            other => Self::Io { path, message: other.to_string() },
        }
    }
}

/// Why a transaction was not committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommitError {
    /// Something the transaction read was written since: nothing of it was kept; run it again.
    Conflict,
    /// The disk is full: nothing of it was kept; the store goes on once there is space.
    Full(String),
    /// A key or a value of the transaction is longer than the store takes.
    TooLarge(String),
    /// The disk failed, or the store was closed. Whether the transaction was kept is only known by reading.
    Io(String),
}

impl fmt::Display for CommitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => f.write_str("another transaction wrote what this one read"),
            Self::Full(message) => write!(f, "the disk of the data directory is full: {message}; free some space"),
            Self::TooLarge(message) => f.write_str(message),
            Self::Io(message) => write!(f, "the commit failed: {message}"),
        }
    }
}
impl std::error::Error for CommitError {}
