//! Adds up what a workspace takes on disk: the kernel bounds single files and file systems, but no folder.

use std::collections::HashSet;
use std::fs::{self, File, Metadata};
use std::io::{self, PipeReader};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};

use super::processes::Processes;

/// A walk takes at most this part of the time.
const SHARE: u32 = 10;
const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);
/// What an entry counts at least: an empty file takes room too.
const ENTRY: u64 = 512;

/// Watches on a thread of its own, as a walk may take long; what it gives ends when the workspace takes more than
/// `limit` bytes. `processes` shows what is deleted and still open.
pub(super) fn watch(workspace: &Path, limit: u64, processes: Option<Processes>) -> io::Result<PipeReader> {
    let root = File::open(workspace)?;
    let (full, held) = io::pipe()?;
    thread::Builder::new().name("disk".into()).spawn(move || {
        let mut pause = SHORTEST;
        loop {
            thread::sleep(pause);
            let begin = Instant::now();
            if Sum::of(&root, limit, processes.as_ref()).is_none() {
                break;
            }
            pause = (begin.elapsed() * SHARE).clamp(SHORTEST, LONGEST);
        }
        drop(held);
    })?;
    Ok(full)
}

struct Sum {
    device: u64,
    bytes: u64,
    limit: u64,
    /// Files with several names, or several descriptors, count once.
    known: HashSet<u64>,
}

impl Sum {
    /// None: it is more than the limit.
    fn of(root: &File, limit: u64, processes: Option<&Processes>) -> Option<u64> {
        let Ok(top) = root.metadata() else { return Some(0) };
        let mut sum = Sum { device: top.dev(), bytes: 0, limit, known: HashSet::new() };
        sum.walk(root)?;
        processes.map_or(Some(()), |processes| sum.deleted(processes))?;
        Some(sum.bytes)
    }

    fn add(&mut self, file: &Metadata) -> Option<()> {
        if !file.is_dir() && file.nlink() != 1 && !self.known.insert(file.ino()) {
            return Some(());
        }
        self.bytes = self.bytes.saturating_add((file.blocks() * 512).max(ENTRY));
        (self.bytes <= self.limit).then_some(())
    }

    fn walk(&mut self, root: &File) -> Option<()> {
        let mut folders = vec![PathBuf::from(".")];
        while let Some(folder) = folders.pop() {
            let (_held, entries) = match entries(root, &folder) {
                Ok(found) => found,
                // So deep that it has no path: nothing but hiding needs that.
                Err(e) if e.kind() == io::ErrorKind::InvalidFilename => return None,
                // It has gone meanwhile, or is closed to the caller's user itself.
                Err(_) => continue,
            };
            for entry in entries.flatten() {
                // Of the entry itself, never of what a link leads to.
                let Ok(metadata) = entry.path().symlink_metadata() else { continue };
                if metadata.dev() != self.device {
                    continue;
                }
                self.add(&metadata)?;
                if metadata.is_dir() {
                    folders.push(folder.join(entry.file_name()));
                }
            }
        }
        Some(())
    }

    /// Files without a name that a process holds open.
    fn deleted(&mut self, processes: &Processes) -> Option<()> {
        for folder in processes.folders() {
            for descriptor in fs::read_dir(folder.join("fd")).into_iter().flatten().flatten() {
                if let Ok(file) = fs::metadata(descriptor.path())
                    && file.nlink() == 0
                    && file.is_file()
                    && file.dev() == self.device
                {
                    self.add(&file)?;
                }
            }
        }
        Some(())
    }
}

/// The entries of a folder below `root`, and what their paths go through: no link leads the walk out of it, however it
/// changes meanwhile.
fn entries(root: &File, folder: &Path) -> io::Result<(OwnedFd, fs::ReadDir)> {
    let how = OpenHow::new()
        .flags(OFlag::O_DIRECTORY | OFlag::O_RDONLY | OFlag::O_CLOEXEC)
        .resolve(ResolveFlag::RESOLVE_BENEATH | ResolveFlag::RESOLVE_NO_SYMLINKS | ResolveFlag::RESOLVE_NO_MAGICLINKS);
    let opened = openat2(root, folder, how)?;
    let entries = fs::read_dir(format!("/proc/self/fd/{}", opened.as_raw_fd()))?;
    Ok((opened, entries))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_not_followed_and_hard_links_count_once() {
        let (outer, workspace) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(outer.path().join("big"), vec![1; 4 << 20]).unwrap();
        let at = |name: &str| workspace.path().join(name);
        fs::create_dir(at("folder")).unwrap();
        fs::write(at("folder/file"), vec![1; 1 << 20]).unwrap();
        let root = File::open(workspace.path()).unwrap();
        let before = Sum::of(&root, u64::MAX, None).unwrap();
        assert!((1 << 20..2 << 20).contains(&before), "{before}");
        fs::hard_link(at("folder/file"), at("again")).unwrap();
        std::os::unix::fs::symlink(outer.path(), at("link")).unwrap();
        let after = Sum::of(&root, u64::MAX, None).unwrap();
        assert!(after < before + (64 << 10), "{before} {after}");
        assert!(Sum::of(&root, 1 << 20, None).is_none());
    }
}
