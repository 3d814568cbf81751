use std::collections::BTreeMap;
use std::io::{self, Read, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use crate::ArchiveError;
use crate::path::{check_link, folders_of, normalise};

/// The longest name that is packed; what [`crate::Limits`] takes by default.
const MAX_PATH: usize = 1024;

/// Writes a zip archive. The same members in the same order give the same bytes: times are 1980-01-01, and of a mode
/// only the nine permission bits are kept.
pub struct Builder<W: Write + Seek> {
    zip: ZipWriter<W>,
    /// Every name so far, and the folders that the names imply.
    names: BTreeMap<String, Name>,
}

#[derive(Clone, Copy, PartialEq)]
enum Name {
    Folder,
    Other,
}

impl<W: Write + Seek> Builder<W> {
    /// An empty archive that will be written to `writer`.
    pub fn new(writer: W) -> Self {
        Self { zip: ZipWriter::new(writer).set_auto_large_file(), names: BTreeMap::new() }
    }

    /// Packs one file, read to its end. `mode` is the file's Unix mode.
    pub fn add_file(&mut self, path: &str, mode: u32, content: &mut dyn Read) -> Result<(), ArchiveError> {
        let path = self.claim(path)?;
        let sink = |error| ArchiveError::Sink { path: Some(path.clone()), error };
        self.zip.start_file(&path, options(mode)).map_err(|error| sink(error.into()))?;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let count = match content.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(ArchiveError::Source { path, error }),
            };
            self.zip.write_all(&buffer[..count]).map_err(sink)?;
        }
    }

    /// Packs a symbolic link. Only links that [`crate::extract`] would take are packed.
    pub fn add_symlink(&mut self, path: &str, target: &str) -> Result<(), ArchiveError> {
        let path = normalise(path, MAX_PATH)?;
        check_link(&path, target, MAX_PATH)?;
        let path = self.claim(&path)?;
        self.zip.add_symlink(&path, target, options(0o777)).map_err(|error| ArchiveError::Sink { path: Some(path), error: error.into() })
    }

    /// Writes the archive's tables and gives the writer back. Without it there is no archive.
    pub fn finish(self) -> Result<W, ArchiveError> {
        self.zip.finish().map_err(|error| ArchiveError::Sink { path: None, error: error.into() })
    }

    fn claim(&mut self, path: &str) -> Result<String, ArchiveError> {
        let path = normalise(path, MAX_PATH)?;
        let under_a_file = folders_of(&path).any(|folder| self.names.get(folder) == Some(&Name::Other));
        if under_a_file || self.names.contains_key(&path) {
            return Err(ArchiveError::Conflict { path });
        }
        for folder in folders_of(&path) {
            if !self.names.contains_key(folder) {
                self.names.insert(folder.to_owned(), Name::Folder);
            }
        }
        self.names.insert(path.clone(), Name::Other);
        Ok(path)
    }
}

fn options(mode: u32) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::DEFAULT)
        .system(System::Unix)
        .unix_permissions(mode & 0o777)
}

/// Puts names into the order that a deterministic archive has when its caller has no order of its own: by bytes,
/// each once.
pub fn sort_paths(paths: &mut Vec<String>) {
    paths.sort_unstable();
    paths.dedup();
}
