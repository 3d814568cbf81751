//! Deterministic zip archives, and their extraction with guards against hostile ones.
//!
//! Artifacts travel as zip archives that a build wrote, so an archive is input from outside: every name, count and
//! size in it is checked before a byte is handed on, and checked again while it is read. Where the content goes is
//! the caller's matter, through [`Sink`]; [`FolderSink`] (feature `folder`) is the one that writes to a disk.

mod builder;
mod error;
mod extract;
#[cfg(feature = "folder")]
mod folder;
mod path;
mod reader;

pub use builder::{Builder, sort_paths};
pub use error::ArchiveError;
pub use extract::{Each, Limits, Sink, Summary, extract, read_file};
#[cfg(feature = "folder")]
pub use folder::FolderSink;
