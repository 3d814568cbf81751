use std::fmt;
use std::io;

/// Why an archive was not written or not read. Names from archives are shown escaped.
#[derive(Debug)]
#[non_exhaustive]
pub enum ArchiveError {
    /// Not a zip archive, cut off, or its content does not match its own tables.
    Damaged {
        /// The member, where one is at fault.
        path: Option<String>,
        /// What does not match.
        reason: String,
    },
    /// A member of a kind that is not taken: encrypted, a device, an unknown compression.
    Unsupported {
        /// The member.
        path: String,
        /// What it is.
        reason: String,
    },
    /// A member's name could leave the folder it is extracted to.
    UnsafePath {
        /// The name as it stands in the archive.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A link that could lead out of the folder.
    UnsafeLink {
        /// The link.
        path: String,
        /// Where it points.
        target: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Two members would be the same file, or one would lie inside another that is no folder.
    Conflict {
        /// The later of the two.
        path: String,
    },
    /// More members than allowed.
    TooManyEntries {
        /// How many there may be.
        limit: usize,
    },
    /// More content than allowed, in one member or in all.
    TooLarge {
        /// The member, or none if it is the sum of all.
        path: Option<String>,
        /// How many bytes there may be.
        limit: u64,
    },
    /// A member that unpacks to suspiciously much more than it takes in the archive.
    TooDense {
        /// The member.
        path: String,
        /// How many bytes one byte may become.
        limit: u64,
    },
    /// No such member.
    NotFound {
        /// The name that was asked for.
        path: String,
    },
    /// The content to pack could not be read.
    Source {
        /// The member.
        path: String,
        /// The reader's error.
        error: io::Error,
    },
    /// The place that the bytes go to refused them.
    Sink {
        /// The member, where one is at fault.
        path: Option<String>,
        /// The writer's error.
        error: io::Error,
    },
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { path: Some(path), reason } => {
                write!(f, "the archive is damaged at {path:?}: {reason}; make it again")
            }
            Self::Damaged { path: None, reason } => {
                write!(f, "not a readable zip archive: {reason}; make it again")
            }
            Self::Unsupported { path, reason } => {
                write!(f, "the archive's member {path:?} is not supported: {reason}; pack it as a plain file")
            }
            Self::UnsafePath { path, reason } => {
                write!(f, "refused the name {path:?}: {reason}; names are relative, with `/` between folders")
            }
            Self::UnsafeLink { path, target, reason } => {
                write!(f, "refused the link {path:?} to {target:?}: {reason}; pack the file that it points to")
            }
            Self::Conflict { path } => {
                write!(f, "refused {path:?}: another member has this name or stands where one of its folders should be")
            }
            Self::TooManyEntries { limit } => {
                write!(f, "the archive has more than {limit} members; split it, or pack fewer files")
            }
            Self::TooLarge { path: Some(path), limit } => {
                write!(f, "the archive's member {path:?} is larger than {limit} bytes")
            }
            Self::TooLarge { path: None, limit } => {
                write!(f, "the archive's content is larger than {limit} bytes")
            }
            Self::TooDense { path, limit } => {
                write!(f, "the archive's member {path:?} unpacks to more than {limit} times its size, as a zip bomb would")
            }
            Self::NotFound { path } => write!(f, "the archive has no member {path:?}"),
            Self::Source { path, error } => {
                write!(f, "cannot read the content of {path:?} to pack it: {error}")
            }
            Self::Sink { path: Some(path), error } => write!(f, "cannot write {path:?}: {error}"),
            Self::Sink { path: None, error } => write!(f, "cannot write the archive: {error}"),
        }
    }
}

impl std::error::Error for ArchiveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Source { error, .. } | Self::Sink { error, .. } => Some(error),
            _ => None,
        }
    }
}
