//! What `sekisho rehearse` is given, read from disk.

use crate::failure::Failure;
use rehearsal::{
    Estate, Finding,
    inputs::{self, Held, Options, Reader},
};
use std::{
    fs::{self, File, FileType},
    io::Read,
    path::Path,
};

/// The estate, and what is to be said of how it was read.
pub(super) fn estate(options: &Options) -> Result<(Estate, Vec<Finding>), Failure> {
    inputs::read(options, &Disk).map_err(|problems| {
        let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Failure::unusable(text.join("\n"))
    })
}

/// The host's files.
struct Disk;

fn held(kind: FileType) -> Held {
    match (kind.is_dir(), kind.is_file()) {
        (true, _) => Held::Folder,
        (_, true) => Held::File,
        _ => Held::Other,
    }
}

impl Reader for Disk {
    fn held(&self, path: &str) -> Held {
        fs::metadata(path).map_or(Held::Nothing, |found| held(found.file_type()))
    }

    fn read(&self, path: &str, most: usize) -> Result<Vec<u8>, String> {
        let file = File::open(Path::new(path)).map_err(|error| error.to_string())?;
        if file.metadata().is_ok_and(|found| found.is_dir()) {
            return Err("this is a folder".into());
        }
        let mut bytes = Vec::new();
        file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        if bytes.len() > most { Err(format!("it has more than {most} bytes")) } else { Ok(bytes) }
    }

    fn list(&self, folder: &str) -> Result<Vec<(String, Held)>, String> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).map_err(|error| error.to_string())? {
            let entry = entry.map_err(|error| error.to_string())?;
            // Of a link, this is the kind of the link.
            let kind = entry.file_type().map_err(|error| error.to_string())?;
            found.push((entry.file_name().to_string_lossy().into_owned(), held(kind)));
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(found)
    }
}
