//! The files that `sekisho rehearse` is given.

use rehearsal::inputs::{Held, Reader};
use std::{
    collections::BTreeMap,
    fs::{self, File, Metadata},
    io::Read,
    path::Path,
};

/// The user's own files.
struct Disk;

/// The user's own files, but for some that have changed.
pub(super) struct Changed<'c>(pub(super) &'c BTreeMap<String, String>);

impl Reader for Changed<'_> {
    fn held(&self, path: &str) -> Held {
        Disk.held(path)
    }

    fn read(&self, path: &str, most: usize) -> Result<Vec<u8>, String> {
        match self.0.get(path) {
            Some(text) if text.len() > most => Err(format!("it has more than {most} bytes")),
            Some(text) => Ok(text.clone().into_bytes()),
            None => Disk.read(path, most),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<(String, Held)>, String> {
        Disk.list(folder)
    }
}

fn held(found: std::io::Result<Metadata>) -> Held {
    match found {
        Ok(found) if found.is_file() => Held::File,
        Ok(found) if found.is_dir() => Held::Folder,
        Ok(_) => Held::Other,
        Err(_) => Held::Nothing,
    }
}

impl Reader for Disk {
    fn held(&self, path: &str) -> Held {
        held(fs::metadata(path))
    }

    fn read(&self, path: &str, most: usize) -> Result<Vec<u8>, String> {
        let mut content = Vec::new();
        let file = File::open(path).map_err(|e| e.to_string())?;
        let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        file.take(limit).read_to_end(&mut content).map_err(|e| e.to_string())?;
        if content.len() > most {
            return Err(format!("it has more than {most} bytes"));
        }
        Ok(content)
    }

    fn list(&self, folder: &str) -> Result<Vec<(String, Held)>, String> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder).map_err(|e| e.to_string())? {
            let entry = entry.map_err(|e| e.to_string())?;
            // A name that is not UTF-8 is none that a delivery could say.
            let Ok(name) = entry.file_name().into_string() else { continue };
            names.push((name.clone(), held(fs::symlink_metadata(Path::new(folder).join(&name)))));
        }
        names.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(names)
    }
}
