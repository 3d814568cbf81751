//! The processes of a sandbox, seen through its own `/proc`, which shows them and no others.

use std::fs;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;

pub(super) struct Processes(OwnedFd);

impl Processes {
    pub(super) fn new(proc: OwnedFd) -> Self {
        Processes(proc)
    }

    pub(super) fn try_clone(&self) -> io::Result<Self> {
        self.0.try_clone().map(Processes)
    }

    /// The folder of each.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(format!("/proc/self/fd/{}", self.0.as_raw_fd())) else {
            return Vec::new();
        };
        let number = |name: &std::ffi::OsStr| name.to_str().is_some_and(|name| name.bytes().all(|b| b.is_ascii_digit()));
        entries.flatten().filter(|entry| number(&entry.file_name())).map(|entry| entry.path()).collect()
    }
}
