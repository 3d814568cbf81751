use super::{
    super::{
        Held, codec, header,
        keyring::Keyring,
        layer::Layer,
        lock,
        tree::{Mark, Tree},
    },
    Contents,
    format::{BLOB, Cipher, DATA, END, FIXED, HEAD, LARGEST, LONGEST, MAGIC, ROWS, TAG, VERSION},
};
use crate::{
    RootKey, StoreError, Value,
    backend::Batch,
    blobs::{BlobSink, Blobs},
    files,
};
use std::{
    io::{ErrorKind, Read, Write},
    path::{Path, PathBuf},
};

/// Rows of about so many bytes are brought into the tree together.
const LARGE: usize = 8 << 20;
/// Pages that redb keeps meanwhile.
const CACHE: usize = 32 << 20;

/// A backup that is read: its beginning, so far.
pub struct BackupFile<R> {
    source: R,
    path: PathBuf,
    /// How many bytes were read.
    at: u64,
    beginning: Vec<u8>,
    manifest: std::ops::Range<usize>,
}

impl<R> std::fmt::Debug for BackupFile<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BackupFile({}, at {})", self.path.display(), self.at)
    }
}

/// What becomes of a backup's content.
trait Sink {
    fn rows(&mut self, batch: Batch, bytes: usize) -> Result<(), StoreError>;
    fn blob(&mut self, id: &str, length: u64) -> Result<(), StoreError>;
    fn data(&mut self, bytes: &[u8]) -> Result<(), StoreError>;
    fn blob_end(&mut self) -> Result<(), StoreError>;
}

impl<R: Read> BackupFile<R> {
    /// Reads the beginning. `path` is named in errors.
    ///
    /// # Errors
    /// It is no backup, or of a later version.
    pub fn open(source: R, path: &Path) -> Result<Self, StoreError> {
        let mut file = Self { source, path: path.into(), at: 0, beginning: vec![0; FIXED], manifest: 0..0 };
        let mut fixed = [0; FIXED];
        file.fill(&mut fixed)?;
        if fixed[..MAGIC.len()] != MAGIC {
            return Err(StoreError::Backup { path: path.into(), at: 0, message: "this is no backup".into() });
        }
        let number = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|n| fixed[at + n]));
        if number(MAGIC.len()) != VERSION {
            return Err(StoreError::Version { path: path.into(), found: number(MAGIC.len()) });
        }
        let (manifest, keyring) = (number(FIXED - 8) as usize, number(FIXED - 4) as usize);
        if manifest > LONGEST || keyring > LONGEST {
            return Err(file.altered("its beginning is not what was written"));
        }
        let mut rest = vec![0; manifest + keyring];
        file.fill(&mut rest)?;
        file.beginning = [&fixed[..], &rest].concat();
        file.manifest = FIXED..FIXED + manifest;
        Ok(file)
    }

    /// What was written with it. Nobody vouches for it until the backup was verified.
    pub fn manifest(&self) -> &[u8] {
        &self.beginning[self.manifest.clone()]
    }

    /// Whether this is the root key that the backup was made under.
    ///
    /// # Errors
    /// It is another one, or the beginning was altered.
    pub fn opens_with(&self, root: &RootKey) -> Result<(), StoreError> {
        self.keyring(root).map(drop)
    }

    fn keyring(&self, root: &RootKey) -> Result<Keyring, StoreError> {
        Keyring::unwrap(&self.beginning[self.manifest.end..], root, &self.path).map_err(|e| match e {
            StoreError::Corrupt { message, .. } => StoreError::Backup { path: self.path.clone(), at: self.manifest.end as u64, message },
            other => other,
        })
    }

    fn altered(&self, message: &str) -> StoreError {
        StoreError::Backup { path: self.path.clone(), at: self.at, message: message.into() }
    }

    fn fill(&mut self, out: &mut [u8]) -> Result<(), StoreError> {
        self.source.read_exact(out).map_err(|e| match e.kind() {
            ErrorKind::UnexpectedEof => self.altered("it was cut off here, or a little later"),
            _ => files::failed(&self.path, "reading the backup")(e),
        })?;
        self.at += out.len() as u64;
        Ok(())
    }

    /// Reads all of it: every byte is what was written.
    ///
    /// # Errors
    /// It is not, and where; or this is not its root key.
    pub fn verify(self, root: &RootKey, report: &mut dyn FnMut(u64)) -> Result<Contents, StoreError> {
        struct Nowhere;
        impl Sink for Nowhere {
            fn rows(&mut self, _: Batch, _: usize) -> Result<(), StoreError> {
                Ok(())
            }
            fn blob(&mut self, _: &str, _: u64) -> Result<(), StoreError> {
                Ok(())
            }
            fn data(&mut self, _: &[u8]) -> Result<(), StoreError> {
                Ok(())
            }
            fn blob_end(&mut self) -> Result<(), StoreError> {
                Ok(())
            }
        }
        let keyring = self.keyring(root)?;
        self.walk(&keyring, &mut Nowhere, report)
    }

    /// Writes its rows into the new folder `data` and its blobs into the new folder `blobs`. What was written when an error comes
    /// is of no use: the caller removes it.
    ///
    /// # Errors
    /// As [`BackupFile::verify`]; or the disk failed or is full.
    pub fn restore(self, root: &RootKey, data: &Path, blobs: &Path, report: &mut dyn FnMut(u64)) -> Result<Contents, StoreError> {
        let keyring = self.keyring(root)?;
        files::make_folder(data)?;
        let held = lock::hold(data)?;
        // Backups name their own key: what they were made from may have had older ones beside it.
        keyring.write(data, root)?;
        let mut sink = Restored::new(data, held, &keyring, Blobs::open(blobs)?)?;
        let contents = self.walk(&keyring, &mut sink, report)?;
        sink.end()?;
        Ok(contents)
    }

    fn walk(mut self, keyring: &Keyring, sink: &mut dyn Sink, report: &mut dyn FnMut(u64)) -> Result<Contents, StoreError> {
        let salt = &self.beginning[MAGIC.len() + 4..FIXED - 8];
        let mut cipher = Cipher::new(&keyring.rows[0], salt, &self.beginning);
        let mut seen = Contents::default();
        // Bytes of the last blob that are still to come.
        let mut left: Option<u64> = None;
        loop {
            let begin = self.at;
            let number = cipher.number;
            let wrong = |path: &PathBuf, why: &str| StoreError::Backup {
                path: path.clone(),
                at: begin,
                message: format!("frame {number}, which begins here, {why}"),
            };
            let mut head = [0; HEAD];
            self.fill(&mut head)?;
            let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
            if length > LARGEST {
                return Err(wrong(&self.path, "is not what was written"));
            }
            let mut content = vec![0; length + TAG];
            self.fill(&mut content)?;
            if !cipher.open(&head, &mut content) {
                let first = "or what stands before it, is not what was written";
                return Err(wrong(&self.path, if number == 0 { first } else { "is not what was written" }));
            }
            if left == Some(0) && head[0] != DATA {
                sink.blob_end()?;
                left = None;
            }
            let unreadable = || wrong(&self.path, "cannot be understood");
            match (head[0], left) {
                (ROWS, None) => {
                    let raw = unpacked(&content).ok_or_else(unreadable)?;
                    let bytes = raw.len();
                    let batch = codec::read(&Value::from(raw)).ok_or_else(unreadable)?;
                    seen.rows += batch.len() as u64;
                    seen.bytes += bytes as u64;
                    sink.rows(batch, bytes)?;
                }
                (BLOB, None) => {
                    let (length, id) = content.split_first_chunk().ok_or_else(unreadable)?;
                    let length = u64::from_le_bytes(*length);
                    sink.blob(std::str::from_utf8(id).map_err(|_| unreadable())?, length)?;
                    seen.blobs += 1;
                    seen.bytes += length;
                    left = Some(length);
                }
                (DATA, None) if number == 0 => {}
                (DATA, Some(rest)) => {
                    left = Some(rest.checked_sub(content.len() as u64).ok_or_else(unreadable)?);
                    sink.data(&content)?;
                }
                (END, None) => {
                    let end = Contents::of(&content).filter(|end| *end == seen).ok_or_else(unreadable)?;
                    let mut more = [0];
                    if self.source.read(&mut more).map_err(files::failed(&self.path, "reading the backup"))? > 0 {
                        return Err(self.altered("something was added behind the end"));
                    }
                    report(self.at);
                    return Ok(end);
                }
                _ => return Err(unreadable()),
            }
            report(self.at);
        }
    }
}

fn unpacked(content: &[u8]) -> Option<Vec<u8>> {
    let (length, packed) = content.split_first_chunk()?;
    let length = u32::from_le_bytes(*length) as usize;
    // It was sealed by us, but nothing is allocated on a number's word alone.
    if length > LARGEST * 2 {
        return None;
    }
    lz4_flex::block::decompress(packed, length).ok()
}

/// A data directory that is being written.
struct Restored {
    tree: Tree,
    layer: Layer,
    blobs: Blobs,
    blob: Option<BlobSink>,
}

impl Restored {
    fn new(data: &Path, held: Held, keyring: &Keyring, blobs: Blobs) -> Result<Self, StoreError> {
        header::absent(data)?;
        let tree = Tree::open(data, &keyring.rows, held, CACHE)?;
        Ok(Self { tree, layer: Layer::default(), blobs, blob: None })
    }

    fn take_in(&mut self) -> Result<(), StoreError> {
        let layer = std::mem::take(&mut self.layer);
        self.tree.write(&layer, &Mark::default()).map_err(|e| StoreError::of_commit(e, self.tree.path()))
    }

    fn end(mut self) -> Result<(), StoreError> {
        self.take_in()?;
        self.tree.close();
        Ok(())
    }
}

impl Sink for Restored {
    fn rows(&mut self, batch: Batch, _bytes: usize) -> Result<(), StoreError> {
        self.layer.insert(0, batch);
        if self.layer.bytes() < LARGE { Ok(()) } else { self.take_in() }
    }

    fn blob(&mut self, id: &str, _length: u64) -> Result<(), StoreError> {
        self.blob = Some(self.blobs.sealed(id)?);
        Ok(())
    }

    fn data(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let Some(blob) = &mut self.blob else { return Ok(()) };
        blob.write_all(bytes).map_err(files::failed(self.tree.path(), "writing a blob"))
    }

    fn blob_end(&mut self) -> Result<(), StoreError> {
        self.blob.take().map_or(Ok(()), BlobSink::keep)
    }
}
