//! How a sandbox ended.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a sandbox ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// The program's exit code, if it ended by itself.
    pub code: Option<i32>,
    /// The signal that ended it, otherwise.
    pub signal: Option<i32>,
    /// The bound that the tree met. Of memory and of processes the kernel's groups tell even if the program itself
    /// went on: then something in the tree was killed, or could not be started.
    pub exceeded: Option<Bound>,
}

/// One of [`crate::Limits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Bound {
    /// `wall_time`.
    WallTime,
    /// `cpu_time`.
    CpuTime,
    /// `memory_bytes`.
    Memory,
    /// `processes`.
    Processes,
    /// `disk_bytes`.
    Disk,
    /// `file_size`.
    FileSize,
}

impl Bound {
    /// Whether it ends programs; otherwise it refuses them more.
    pub fn ends_programs(self) -> bool {
        self != Bound::Processes
    }
}

impl fmt::Display for Bound {
    /// Completes "it exceeded its limit of ...".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Bound::WallTime => "time",
            Bound::CpuTime => "processor time",
            Bound::Memory => "memory",
            Bound::Processes => "processes at once",
            Bound::Disk => "disk space",
            Bound::FileSize => "the size of a file",
        })
    }
}
