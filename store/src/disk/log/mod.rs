//! The log: what was committed and is not yet in the tree. A group of transactions is one frame, one write and one flush.
//!
//! There are two files. While one is written, the other's rows are brought into the tree; then they change places. The files are
//! written over, never cut, and filled with zeros in advance: a flush has nothing but the frame's bytes to bring to disk.

mod frame;
mod replay;

use super::{codec, tree::SALT};
use crate::{
    CommitError, StoreError,
    backend::Batch,
    fail::fail_point,
    files,
    key::{aes_gcm, derive, random},
};
use aws_lc_rs::aead::{Aad, Nonce};
use frame::{Cipher, HEAD};
use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

pub(super) use replay::replay;

const NAMES: [&str; 2] = ["log.0", "log.1"];
const MAGIC: [u8; 16] = *b"sekisho log\r\n\0\0\x01";
/// The header's place: a block of its own.
const HEADER: usize = 4096;
/// Magic, salt, the first frame's number; behind them a tag.
const HEADER_TEXT: usize = MAGIC.len() + SALT + 8;
const TAG: usize = 16;
/// By how much a file grows.
const GROWTH: u64 = 1 << 20;
/// A file that grew beyond this is cut when it is used again.
const KEPT: u64 = 16 << 20;
/// Kept free behind the last frame, for the one that says where the log goes on.
const RESERVE: u64 = 4096;
/// Shorter groups are not worth compressing.
const WORTH: usize = 512;

/// What a frame's content is: its first byte.
const PLAIN: u8 = 0;
const COMPRESSED: u8 = 1;
const CONTINUED: u8 = 2;

struct LogFile {
    path: PathBuf,
    file: File,
    /// How much of it is there, filled and flushed.
    size: u64,
    /// Where the next frame goes.
    end: u64,
    cipher: Option<Cipher>,
}

pub(super) struct Log {
    base: Zeroizing<[u8; 32]>,
    files: [LogFile; 2],
    current: usize,
    /// The last frame's number.
    number: u64,
    raw: Vec<u8>,
    sealed: Vec<u8>,
}

pub(super) fn paths(dir: &Path) -> [PathBuf; 2] {
    NAMES.map(|name| dir.join(name))
}

fn tag(base: &[u8; 32], text: &[u8], salt: &[u8]) -> Option<[u8; TAG]> {
    let mut out = [0; TAG];
    let key = aes_gcm(&derive(base, salt, &[b"log header"]));
    let sealed = key.seal_in_place_separate_tag(Nonce::assume_unique_for_key([0; 12]), Aad::from(text), &mut []).ok()?;
    out.copy_from_slice(sealed.as_ref());
    Some(out)
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

impl LogFile {
    fn open(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        let size = file.metadata()?.len();
        let mut log = Self { path, file, size, end: 0, cipher: None };
        // So that the other file can always be turned to, however full the disk is.
        if size < HEADER as u64 + RESERVE {
            log.size = 0;
            log.fill(HEADER as u64 + RESERVE)?;
        }
        Ok(log)
    }

    /// Fills with zeros up to `size`.
    fn fill(&mut self, size: u64) -> io::Result<()> {
        let zeros = vec![0; 64 << 10];
        let grown = (|| {
            self.file.seek(SeekFrom::Start(self.size))?;
            let mut left = size.saturating_sub(self.size);
            while left > 0 {
                let piece = left.min(zeros.len() as u64);
                self.file.write_all(&zeros[..piece as usize])?;
                left -= piece;
            }
            self.file.sync_all()
        })();
        match grown {
            Ok(()) => self.size = size,
            // The zeros that fitted are given back; if that fails too, they are written over next time.
            Err(_) => drop(self.file.set_len(self.size)),
        }
        grown
    }

    /// Makes room for a frame of so many bytes, and some behind it.
    fn room(&mut self, bytes: u64, spare: u64) -> io::Result<()> {
        let needed = self.end + bytes + spare;
        if needed <= self.size {
            return Ok(());
        }
        match self.fill((needed + GROWTH).next_multiple_of(HEADER as u64)) {
            // For a last frame there may be room.
            Err(e) if is_full(&e) => self.fill(needed.next_multiple_of(HEADER as u64)),
            other => other,
        }
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(at))?;
        self.file.write_all(bytes)
    }

    /// Begins the file anew, flushed.
    fn begin(&mut self, base: &[u8; 32], first: u64) -> io::Result<[u8; SALT]> {
        if self.size > KEPT {
            self.file.set_len(KEPT)?;
            self.size = KEPT;
        }
        let salt: [u8; SALT] = random();
        let mut header = [&MAGIC[..], &salt, &first.to_le_bytes()].concat();
        let tag = tag(base, &header, &salt).ok_or_else(|| io::Error::other("encryption failed"))?;
        header.extend_from_slice(&tag);
        header.resize(HEADER, 0);
        self.write(0, &header)?;
        self.file.sync_data()?;
        self.end = HEADER as u64;
        self.cipher = Some(Cipher::new(base, &salt));
        Ok(salt)
    }
}

impl Log {
    /// The log's files, none of them begun. `number` is that of the last frame there was.
    pub(super) fn open(dir: &Path, base: &Zeroizing<[u8; 32]>, number: u64) -> Result<Self, StoreError> {
        let new = paths(dir).iter().any(|path| !path.exists());
        let [first, second] = paths(dir).map(|path| LogFile::open(path.clone()).map_err(files::failed(&path, "opening")));
        let log = Self { base: base.clone(), files: [first?, second?], current: 0, number, raw: Vec::new(), sealed: Vec::new() };
        if new {
            files::flush_folder(dir)?;
        }
        Ok(log)
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn begun(&self) -> bool {
        self.files[self.current].cipher.is_some()
    }

    /// Nothing more is written until it is begun again.
    pub(super) fn end(&mut self) {
        self.files[self.current].cipher = None;
    }

    /// Begins the first file; its salt must be noted in the tree before a frame counts.
    pub(super) fn begin(&mut self) -> Result<[u8; SALT], CommitError> {
        let first = self.number + 1;
        let file = &mut self.files[self.current];
        file.begin(&self.base, first).map_err(|e| failed(file, &e))
    }

    /// Begins the other file, and says so at the end of this one. What is appended from now on goes there.
    pub(super) fn turn(&mut self) -> Result<[u8; SALT], CommitError> {
        let other = 1 - self.current;
        // The frame that says so has a number too.
        let first = self.number + 2;
        let file = &mut self.files[other];
        let salt = file.begin(&self.base, first).map_err(|e| failed(file, &e))?;
        self.sealed.clear();
        self.sealed.resize(HEAD, 0);
        self.sealed.push(CONTINUED);
        self.sealed.extend_from_slice(&salt);
        if let Err(e) = self.write(0) {
            self.files[other].cipher = None;
            return Err(e);
        }
        self.files[self.current].cipher = None;
        self.current = other;
        Ok(salt)
    }

    /// Appends a group: once it returns, the group is durable. After [`CommitError::Full`] nothing has changed.
    pub(super) fn append(&mut self, batch: &Batch) -> Result<(), CommitError> {
        self.raw.clear();
        batch.iter().for_each(|(key, change)| codec::push(&mut self.raw, key, change));
        self.sealed.clear();
        self.sealed.resize(HEAD, 0);
        if self.raw.len() < WORTH {
            self.sealed.push(PLAIN);
            self.sealed.extend_from_slice(&self.raw);
        } else {
            self.sealed.push(COMPRESSED);
            let length = u32::try_from(self.raw.len()).map_err(|_| CommitError::TooLarge("the group is too long".into()))?;
            self.sealed.extend_from_slice(&length.to_le_bytes());
            let start = self.sealed.len();
            self.sealed.resize(start + lz4_flex::block::get_maximum_output_size(self.raw.len()), 0);
            let written = lz4_flex::block::compress_into(&self.raw, &mut self.sealed[start..]);
            let written = written.map_err(|e| CommitError::Io(format!("compressing the group failed: {e}")))?;
            self.sealed.truncate(start + written);
        }
        let outcome = self.write(RESERVE);
        // A large group's memory is not kept for small ones.
        for buffer in [&mut self.raw, &mut self.sealed] {
            buffer.clear();
            buffer.shrink_to(GROWTH as usize);
        }
        outcome
    }

    /// Writes and flushes the frame that was begun in `sealed`, if `spare` bytes are left behind it.
    fn write(&mut self, spare: u64) -> Result<(), CommitError> {
        let file = &mut self.files[self.current];
        let Some(cipher) = &mut file.cipher else { return Err(CommitError::Io("the log was not begun".into())) };
        cipher.seal(self.number + 1, &mut self.sealed).map_err(CommitError::Io)?;
        let place = file.end;
        let length = self.sealed.len() as u64;
        file.room(length, spare).map_err(|e| failed(file, &e))?;
        file.write(place, &self.sealed).map_err(|e| failed(file, &e))?;
        fail_point("log: written, not flushed");
        // After a failed flush nobody knows what is on disk: the caller must not go on.
        file.file.sync_data().map_err(|e| CommitError::Io(format!("{}: flushing failed: {e}", file.path.display())))?;
        file.end += length;
        self.number += 1;
        Ok(())
    }
}

fn failed(file: &LogFile, error: &io::Error) -> CommitError {
    let message = format!("{}: {error}", file.path.display());
    if is_full(error) { CommitError::Full(message) } else { CommitError::Io(message) }
}
