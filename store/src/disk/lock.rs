use crate::StoreError;
use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    path::Path,
};

/// The data directory, held for this process.
pub struct Held(File);

impl Drop for Held {
    fn drop(&mut self) {
        // Said aloud, because a process being started at this moment has a copy of the handle and would hold on.
        // What fails here is done by the end of the process.
        let _ = self.0.unlock();
    }
}

/// Holds the data directory for this process, until the answer is dropped or the process ends, however it ends.
pub fn hold(dir: &Path) -> Result<Held, StoreError> {
    let path = dir.join("lock");
    let failed =
        |what: &str, error: std::io::Error| StoreError::Io { path: path.clone(), message: format!("{what} the lock file failed: {error}") };
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(|e| failed("opening", e))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            // The holder may be writing it just now: then its name is unknown, and no more.
            let read = file.take(32).read_to_string(&mut text);
            let pid = read.ok().and_then(|_| text.trim().parse().ok());
            return Err(StoreError::Busy { path: dir.into(), pid });
        }
        Err(TryLockError::Error(error)) => return Err(failed("locking", error)),
    }
    let note = |file: &mut File| {
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        writeln!(file, "{}", std::process::id())
    };
    note(&mut file).map_err(|e| failed("writing", e))?;
    Ok(Held(file))
}
