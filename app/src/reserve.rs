//! Space that is set aside in the data directory, so that a full disk is not the end: the operator's command gives it up, and
//! the change of the retention, and the removal of old records, have room to be recorded.

use crate::failure::Failure;
use std::{
    fs,
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Enough for what the store holds in memory for want of space, for the log of what comes next, and for the pages that a
/// removal writes before it frees any.
const SIZE: usize = 64 << 20;
const PIECE: usize = 1 << 20;

fn path(data: &Path) -> PathBuf {
    data.join("reserve")
}

/// Sets the space aside if it is not. False: there is no room for it now.
pub(crate) fn set_aside(data: &Path) -> io::Result<bool> {
    let path = path(data);
    if path.try_exists()? {
        return Ok(true);
    }
    let draft = path.with_extension("new");
    match written(&draft).and_then(|()| fs::rename(&draft, &path)) {
        Ok(()) => Ok(true),
        Err(e) => {
            // What is half set aside must not take the last space.
            fs::remove_file(&draft).or_else(|e| if e.kind() == ErrorKind::NotFound { Ok(()) } else { Err(e) })?;
            if matches!(e.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) { Ok(false) } else { Err(e) }
        }
    }
}

/// Real blocks, not a hole: bytes that no file system packs away.
fn written(path: &Path) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    let mut piece = vec![0; PIECE];
    base::Entropy::fill(&base::SystemEntropy, &mut piece);
    for n in 0..SIZE / PIECE {
        piece[..8].copy_from_slice(&n.to_be_bytes());
        file.write_all(&piece)?;
    }
    file.sync_all()
}

/// Gives the space up. Nothing to give is no error.
pub(crate) fn release(data: &Path) -> Result<(), Failure> {
    let path = path(data);
    match fs::remove_file(&path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(Failure::new(format!("{}: {e}", path.display()))),
        _ => Ok(()),
    }
}

/// Waits until a server has set the space aside again.
pub(crate) async fn comes_back(data: &Path, patience: Duration) -> bool {
    let began = Instant::now();
    while began.elapsed() < patience {
        if path(data).exists() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_set_aside_once_and_given_up_whole() {
        let folder = tempfile::tempdir().unwrap();
        assert!(set_aside(folder.path()).unwrap());
        assert_eq!(fs::metadata(path(folder.path())).unwrap().len(), SIZE as u64);
        assert!(set_aside(folder.path()).unwrap());
        release(folder.path()).unwrap();
        release(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
