use super::{
    super::codec,
    Contents,
    format::{BLOB, Cipher, DATA, END, ROWS, beginning},
};
use crate::{
    Key, StoreError,
    backend::{Span, View},
    blobs::Hold,
};
use std::io::{self, Error, Read};

/// About so much is read at a time.
const PIECE: usize = 512 << 10;

/// The bytes of a backup, made as they are read: the rows of the moment when it began, and the blobs that they know. Commits go
/// on meanwhile; blobs that are deleted are removed when this is dropped.
pub struct Backup {
    cipher: Cipher,
    from: From,
    blobs: Hold,
    contents: Contents,
    out: Vec<u8>,
    given: usize,
}

enum From {
    /// The rows behind this key, this one included.
    Rows(Box<dyn View>, Key),
    /// The next blob.
    Ids(Box<dyn Iterator<Item = Result<String, StoreError>> + Send>),
    /// The rest of a blob: so many bytes.
    Blob {
        source: Box<dyn Read + Send>,
        left: u64,
        ids: Box<dyn Iterator<Item = Result<String, StoreError>> + Send>,
    },
    Nothing,
    /// An error was told, which ends it.
    Failed,
}

fn other(e: impl std::fmt::Display) -> Error {
    Error::other(e.to_string())
}

impl Backup {
    pub(crate) fn new(view: Box<dyn View>, blobs: Hold, rows_key: &[u8; 32], keyring: &[u8], manifest: &[u8]) -> Result<Self, StoreError> {
        let (salt, mut out) =
            beginning(manifest, keyring).ok_or_else(|| StoreError::Invalid("the manifest of a backup is too long".into()))?;
        let mut cipher = Cipher::new(rows_key, &salt, &out);
        // An empty frame, so that a beginning that was altered is told as such.
        cipher.seal(DATA, b"", &mut out).map_err(StoreError::Invalid)?;
        Ok(Self { cipher, from: From::Rows(view, Key::new()), blobs, contents: Contents::default(), out, given: 0 })
    }

    /// Makes the next frames.
    fn go_on(&mut self) -> io::Result<()> {
        self.from = match std::mem::replace(&mut self.from, From::Failed) {
            From::Rows(view, start) => self.rows(view, start)?,
            From::Ids(mut ids) => match ids.next() {
                Some(id) => self.blob(&id.map_err(other)?, ids)?,
                None => {
                    self.cipher.seal(END, &self.contents.to_bytes(), &mut self.out).map_err(other)?;
                    From::Nothing
                }
            },
            From::Blob { source, left: 0, ids } => {
                drop(source);
                From::Ids(ids)
            }
            From::Blob { mut source, left, ids } => {
                let mut piece = vec![0; usize::try_from(left).unwrap_or(PIECE).min(PIECE)];
                source.read_exact(&mut piece)?;
                self.cipher.seal(DATA, &piece, &mut self.out).map_err(other)?;
                From::Blob { source, left: left - piece.len() as u64, ids }
            }
            From::Nothing => From::Nothing,
            From::Failed => return Err(Error::other("the backup failed before")),
        };
        Ok(())
    }

    fn rows(&mut self, view: Box<dyn View>, start: Key) -> io::Result<From> {
        let rows = view.stretch(&Span { start, end: None }, PIECE).map_err(other)?;
        let Some((last, _)) = rows.last() else { return Ok(From::Ids(self.blobs.ids().map_err(other)?)) };
        let mut next = last.clone();
        next.push(0);
        let mut raw = Vec::with_capacity(PIECE);
        rows.iter().for_each(|(key, change)| codec::push(&mut raw, key, change));
        self.contents.rows += rows.len() as u64;
        self.contents.bytes += raw.len() as u64;
        let length = u32::try_from(raw.len()).map_err(other)?;
        let packed = [&length.to_le_bytes()[..], &lz4_flex::block::compress(&raw)].concat();
        self.cipher.seal(ROWS, &packed, &mut self.out).map_err(other)?;
        Ok(From::Rows(view, next))
    }

    fn blob(&mut self, id: &str, ids: Box<dyn Iterator<Item = Result<String, StoreError>> + Send>) -> io::Result<From> {
        let Some((source, left)) = self.blobs.open(id).map_err(other)? else { return Ok(From::Ids(ids)) };
        let begun = [&left.to_le_bytes()[..], id.as_bytes()].concat();
        self.cipher.seal(BLOB, &begun, &mut self.out).map_err(other)?;
        self.contents.blobs += 1;
        self.contents.bytes += left;
        Ok(From::Blob { source, left, ids })
    }
}

impl Read for Backup {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.out.len() && !matches!(self.from, From::Nothing) {
            self.out.clear();
            self.given = 0;
            self.go_on()?;
        }
        let rest = &self.out[self.given..];
        let count = rest.len().min(out.len());
        out[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}
