use crate::StoreError;
use std::{fs::File, io, path::Path};

/// Turns the system's error into ours: on what, while doing what.
pub(crate) fn failed(path: &Path, doing: &str) -> impl Fn(io::Error) -> StoreError {
    move |error| {
        let (path, message) = (path.into(), format!("{doing} failed: {error}"));
        if is_full(&error) { StoreError::Full { path, message } } else { StoreError::Io { path, message } }
    }
}

/// Whether there was no room.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Makes the folder, if it is not there, and makes that durable.
pub(crate) fn make_folder(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(path).map_err(failed(path, "making the folder"))?;
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or(Ok(()), flush_folder)
}

/// Makes what was created, renamed or removed in the folder durable.
pub(crate) fn flush_folder(path: &Path) -> Result<(), StoreError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(failed(path, "flushing the folder"))
}
