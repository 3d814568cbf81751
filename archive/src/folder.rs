use std::fs::{File, Permissions};
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::{Mode, mkdirat};
use nix::unistd::symlinkat;

use crate::Sink;

/// Extracts into a folder. Every step is taken from an open folder and follows no link, so neither a link that was
/// there before nor one that another process plants meanwhile leads a write outside. Files that are there already
/// are not overwritten.
pub struct FolderSink {
    root: OwnedFd,
}

impl FolderSink {
    /// Extraction into `root`, which exists and is no link.
    pub fn new(root: &Path) -> io::Result<Self> {
        Ok(Self { root: open(root, FOLDER, Mode::empty())? })
    }

    /// Opens the folder of a path, making what is missing, and gives the last part of the path.
    fn parent<'p>(&self, path: &'p str) -> io::Result<(OwnedFd, &'p str)> {
        match path.rsplit_once('/') {
            Some((folders, name)) => Ok((self.descend(folders)?, name)),
            None => Ok((self.root.try_clone()?, path)),
        }
    }

    fn descend(&self, path: &str) -> io::Result<OwnedFd> {
        let mut folder = self.root.try_clone()?;
        for part in path.split('/') {
            match mkdirat(&folder, part, Mode::from_bits_truncate(0o777)) {
                Ok(()) | Err(Errno::EEXIST) => {}
                Err(error) => return Err(error.into()),
            }
            folder = openat(&folder, part, FOLDER, Mode::empty()).map_err(|error| match error {
                Errno::ENOTDIR | Errno::ELOOP => io::Error::new(
                    io::ErrorKind::NotADirectory,
                    format!("{part:?} is no folder but a link or a file, and links are not followed"),
                ),
                other => other.into(),
            })?;
        }
        Ok(folder)
    }
}

const FOLDER: OFlag = OFlag::O_DIRECTORY.union(OFlag::O_NOFOLLOW).union(OFlag::O_RDONLY).union(OFlag::O_CLOEXEC);
const NEW_FILE: OFlag = OFlag::O_CREAT.union(OFlag::O_EXCL).union(OFlag::O_NOFOLLOW).union(OFlag::O_WRONLY).union(OFlag::O_CLOEXEC);

impl Sink for FolderSink {
    fn folder(&mut self, path: &str) -> io::Result<()> {
        self.descend(path).map(drop)
    }

    fn file(&mut self, path: &str, mode: u32, _size: u64, content: &mut dyn Read) -> io::Result<()> {
        let (folder, name) = self.parent(path)?;
        let mut file = File::from(openat(&folder, name, NEW_FILE, Mode::from_bits_truncate(0o600))?);
        io::copy(content, &mut file)?;
        // Whoever extracts must be able to read and remove what it extracted.
        file.set_permissions(Permissions::from_mode(mode & 0o777 | 0o600))
    }

    fn link(&mut self, path: &str, target: &str) -> io::Result<()> {
        let (folder, name) = self.parent(path)?;
        symlinkat(target, &folder, name)?;
        Ok(())
    }
}
