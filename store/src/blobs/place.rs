use crate::{StoreError, fail::fail_point, files};
use std::{
    collections::HashMap,
    fs::File,
    io::{self, Cursor, ErrorKind, Read, Seek, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Where sealed blobs lie.
pub(super) trait Place: Send + Sync {
    fn create(&self, id: &str) -> Result<Box<dyn Sink>, StoreError>;
    fn open(&self, id: &str) -> Result<Option<Found>, StoreError>;
    fn delete(&self, id: &str) -> Result<(), StoreError>;
    fn exists(&self, id: &str) -> Result<bool, StoreError>;
    fn ids(&self) -> Result<Ids, StoreError>;
}

pub(super) type Ids = Box<dyn Iterator<Item = Result<String, StoreError>> + Send>;

/// The sealed bytes and their number.
pub(super) type Found = (Box<dyn Source>, u64);

pub(super) trait Source: Read + Seek + Send {}
impl<T: Read + Seek + Send> Source for T {}

/// A blob being written. Dropped before it is kept, it is removed.
pub(super) trait Sink: Write + Send + Sync {
    /// Makes the blob durable and visible.
    fn keep(self: Box<Self>) -> Result<(), StoreError>;
}

type Sealed = Arc<[u8]>;

#[derive(Default, Clone)]
pub(super) struct Memory(Arc<Mutex<HashMap<String, Sealed>>>);

impl Memory {
    fn blobs(&self) -> MutexGuard<'_, HashMap<String, Sealed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct MemorySink {
    memory: Memory,
    id: String,
    bytes: Vec<u8>,
}

impl Place for Memory {
    fn create(&self, id: &str) -> Result<Box<dyn Sink>, StoreError> {
        Ok(Box::new(MemorySink { memory: self.clone(), id: id.into(), bytes: Vec::new() }))
    }
    fn open(&self, id: &str) -> Result<Option<Found>, StoreError> {
        let found = self.blobs().get(id).map(Arc::clone);
        Ok(found.map(|bytes| {
            let size = bytes.len() as u64;
            (Box::new(Cursor::new(bytes)) as Box<dyn Source>, size)
        }))
    }
    fn delete(&self, id: &str) -> Result<(), StoreError> {
        self.blobs().remove(id);
        Ok(())
    }
    fn exists(&self, id: &str) -> Result<bool, StoreError> {
        Ok(self.blobs().contains_key(id))
    }
    fn ids(&self) -> Result<Ids, StoreError> {
        let ids: Vec<_> = self.blobs().keys().cloned().collect();
        Ok(Box::new(ids.into_iter().map(Ok)))
    }
}

impl Write for MemorySink {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.bytes.write(data)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for MemorySink {
    fn keep(self: Box<Self>) -> Result<(), StoreError> {
        self.memory.blobs().insert(self.id, self.bytes.into());
        Ok(())
    }
}

/// One file per blob, in up to 256 subfolders by a hash of the id: no folder grows too large. A subfolder is made when it is
/// needed, so that what is small is listed quickly.
pub(super) struct Folder(PathBuf);

const UNFINISHED: &str = "part";

struct FileSink {
    file: File,
    part: PathBuf,
    path: PathBuf,
    kept: bool,
}

/// Those of the subfolders that are there.
fn subfolders(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let named = |name: &String| name.len() == 2 && u8::from_str_radix(name, 16).is_ok();
    names(dir)?.filter(|name| name.as_ref().map_or(true, named)).map(|name| Ok(dir.join(name?))).collect()
}

impl Folder {
    pub(super) fn open(dir: &Path) -> Result<Self, StoreError> {
        files::make_folder(dir)?;
        for sub in subfolders(dir)? {
            for name in names(&sub)? {
                let path = sub.join(name?);
                if path.extension().is_some_and(|kind| kind == UNFINISHED) {
                    std::fs::remove_file(&path).map_err(files::failed(&path, "removing"))?;
                }
            }
        }
        Ok(Self(dir.into()))
    }

    fn path(&self, id: &str) -> PathBuf {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, id.as_bytes());
        self.0.join(format!("{:02x}", hash.as_ref().first().copied().unwrap_or_default())).join(id)
    }
}

fn names(dir: &Path) -> Result<impl Iterator<Item = Result<String, StoreError>> + use<>, StoreError> {
    let dir = dir.to_path_buf();
    let entries = std::fs::read_dir(&dir).map_err(files::failed(&dir, "listing the folder"))?;
    Ok(entries.filter_map(move |entry| match entry {
        // A name that is no text is none of ours.
        Ok(entry) => entry.file_name().into_string().ok().map(Ok),
        Err(error) => Some(Err(files::failed(&dir, "listing the folder")(error))),
    }))
}

impl Place for Folder {
    fn create(&self, id: &str) -> Result<Box<dyn Sink>, StoreError> {
        let path = self.path(id);
        let part = path.with_extension(UNFINISHED);
        path.parent().map_or(Ok(()), files::make_folder)?;
        // Two writers of one id would spoil each other's file.
        let file = File::create_new(&part).map_err(files::failed(&part, "making"))?;
        fail_point("blob: made");
        Ok(Box::new(FileSink { file, part, path, kept: false }))
    }

    fn open(&self, id: &str) -> Result<Option<Found>, StoreError> {
        let path = self.path(id);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(files::failed(&path, "opening")(error)),
        };
        let size = file.metadata().map_err(files::failed(&path, "measuring"))?.len();
        Ok(Some((Box::new(file), size)))
    }

    fn delete(&self, id: &str) -> Result<(), StoreError> {
        let path = self.path(id);
        fail_point("blob: not removed");
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(files::failed(&path, "removing")(error)),
            _ => Ok(()),
        }
    }

    fn exists(&self, id: &str) -> Result<bool, StoreError> {
        let path = self.path(id);
        path.try_exists().map_err(files::failed(&path, "looking for the file"))
    }

    fn ids(&self) -> Result<Ids, StoreError> {
        let all = subfolders(&self.0)?.into_iter().flat_map(|sub| -> Ids {
            match names(&sub) {
                Ok(names) => Box::new(names),
                Err(error) => Box::new(std::iter::once(Err(error))),
            }
        });
        // Ids have no dot; the names of unfinished files do.
        Ok(Box::new(all.filter(|name| name.as_ref().map_or(true, |name| !name.contains('.')))))
    }
}

impl Write for FileSink {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        fail_point("blob: a piece not written");
        self.file.write(data)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Sink for FileSink {
    fn keep(mut self: Box<Self>) -> Result<(), StoreError> {
        fail_point("blob: written, not flushed");
        self.file.sync_data().map_err(files::failed(&self.part, "flushing"))?;
        fail_point("blob: flushed, not named");
        std::fs::rename(&self.part, &self.path).map_err(files::failed(&self.path, "naming"))?;
        self.kept = true;
        fail_point("blob: named, its folder not flushed");
        self.path.parent().map_or(Ok(()), files::flush_folder)?;
        fail_point("blob: there, no row knows it");
        Ok(())
    }
}

impl Drop for FileSink {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed now is removed when the folder is opened next.
            let _ = std::fs::remove_file(&self.part);
        }
    }
}
