use super::sealer::{PLAIN, SEALED, Sealer};
use std::{
    fmt,
    fs::File,
    io::{self, Error, ErrorKind, Read, Seek, SeekFrom, Write},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// Our own header: one plain block.
pub(super) const HEADER: u64 = PLAIN as u64;
const BLOCK: u64 = PLAIN as u64;
/// Where the second block lies; from here on all is sealed.
const SECOND: u64 = HEADER + BLOCK;

/// What the owner of a [`Blocks`] may change after the database has taken it.
#[derive(Default)]
pub(super) struct Switches {
    /// A block that does not authenticate reads as zeros: while a torn file is repaired, the database's checksums
    /// tell which of its two last commits is whole.
    pub(super) lenient: AtomicBool,
    /// Another instance owns the file now.
    pub(super) retired: AtomicBool,
    /// A flush or a read failed: what lies on disk is not what this process believes.
    pub(super) spoiled: AtomicBool,
}

/// The database's file. Its first block stays in the clear, so that one byte can switch between commits: it holds the
/// sizes and, for the last two commits, where their trees begin and checksums of those pages; no keys, no values.
/// Every other block is sealed.
pub(super) struct Blocks {
    /// For reading and writing, which move its position.
    file: Mutex<File>,
    /// For all else: readers need not wait for a flush.
    handle: File,
    sealer: Sealer,
    switches: Arc<Switches>,
}

impl fmt::Debug for Blocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blocks")
    }
}

fn place(number: u64) -> u64 {
    SECOND + (number - 1) * SEALED as u64
}

impl Blocks {
    pub(super) fn new(file: File, sealer: Sealer, switches: Arc<Switches>) -> io::Result<Self> {
        let handle = file.try_clone()?;
        Ok(Self { file: Mutex::new(file), handle, sealer, switches })
    }

    fn file(&self) -> io::Result<MutexGuard<'_, File>> {
        self.handle()?;
        Ok(self.file.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn handle(&self) -> io::Result<&File> {
        if self.switches.retired.load(Ordering::Acquire) {
            return Err(Error::other("the store was opened again since"));
        }
        Ok(&self.handle)
    }

    /// Cuts a request in the part within the clear block, and the number and count of sealed blocks.
    fn split(offset: u64, len: usize) -> io::Result<(usize, u64, usize)> {
        let clear = usize::try_from(BLOCK.saturating_sub(offset)).unwrap_or(PLAIN).min(len);
        let (from, rest) = (offset + clear as u64, len - clear);
        if rest > 0 && (!from.is_multiple_of(BLOCK) || !rest.is_multiple_of(PLAIN)) {
            return Err(Error::new(ErrorKind::InvalidInput, format!("{len} bytes at {offset} are not whole blocks")));
        }
        Ok((clear, from / BLOCK, rest / PLAIN))
    }

    fn read_blocks(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let (clear, number, count) = Self::split(offset, out.len())?;
        let (head, rest) = out.split_at_mut(clear);
        let mut sealed = vec![0; count * SEALED];
        {
            let mut file = self.file()?;
            if clear > 0 {
                file.seek(SeekFrom::Start(HEADER + offset))?;
                file.read_exact(head)?;
            }
            if count > 0 {
                file.seek(SeekFrom::Start(place(number)))?;
                file.read_exact(&mut sealed)?;
            }
        }
        let blocks = sealed.chunks_exact_mut(SEALED).zip(rest.chunks_exact_mut(PLAIN));
        for (number, (sealed, out)) in (number..).zip(blocks) {
            self.open_block(number, sealed, out)?;
        }
        Ok(())
    }

    fn open_block(&self, number: u64, sealed: &mut [u8], out: &mut [u8]) -> io::Result<()> {
        match self.sealer.open(number, sealed) {
            Ok(plain) => out.copy_from_slice(plain),
            Err(_) if self.switches.lenient.load(Ordering::Acquire) => out.fill(0),
            Err(_) => {
                return Err(Error::new(ErrorKind::InvalidData, format!("block {number} is not what was written")));
            }
        }
        Ok(())
    }
}

impl Blocks {
    /// Copies so many bytes, whole blocks, to another file, sealed for it. A block that was never written, or that a crash tore
    /// while nothing needed it yet, is left out: there as here it does not authenticate.
    pub(super) fn copy_to(&self, to: &Self, offset: u64, len: usize) -> io::Result<()> {
        let (clear, number, count) = Self::split(offset, len)?;
        if clear > 0 {
            let mut head = vec![0; clear];
            self.read_blocks(offset, &mut head)?;
            redb::StorageBackend::write(to, offset, &head)?;
        }
        let mut sealed = vec![0; count * SEALED];
        if count > 0 {
            let mut file = self.file()?;
            file.seek(SeekFrom::Start(place(number)))?;
            file.read_exact(&mut sealed)?;
        }
        for (number, sealed) in (number..).zip(sealed.chunks_exact_mut(SEALED)) {
            if let Ok(plain) = self.sealer.open(number, sealed) {
                redb::StorageBackend::write(to, number * BLOCK, plain)?;
            }
        }
        Ok(())
    }
}

impl redb::StorageBackend for Blocks {
    fn len(&self) -> io::Result<u64> {
        let physical = self.handle()?.metadata()?.len();
        Ok(match physical {
            0..SECOND => 0,
            _ => (1 + (physical - SECOND) / SEALED as u64) * BLOCK,
        })
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let read = self.read_blocks(offset, out);
        if read.is_err() {
            self.switches.spoiled.store(true, Ordering::Release);
        }
        read
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        if !len.is_multiple_of(BLOCK) {
            return Err(Error::new(ErrorKind::InvalidInput, format!("a length of {len} is not whole blocks")));
        }
        self.handle()?.set_len(if len == 0 { HEADER } else { place(len / BLOCK) })
    }

    fn sync_data(&self) -> io::Result<()> {
        let flushed = self.handle()?.sync_data();
        if flushed.is_err() {
            self.switches.spoiled.store(true, Ordering::Release);
        }
        flushed
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let (clear, number, count) = Self::split(offset, data.len())?;
        let (head, rest) = data.split_at(clear);
        let mut sealed = Vec::with_capacity(count * SEALED);
        for (number, plain) in (number..).zip(rest.chunks_exact(PLAIN)) {
            self.sealer.seal(number, plain, &mut sealed).map_err(|_| Error::other("encryption failed"))?;
        }
        let mut file = self.file()?;
        if clear > 0 {
            file.seek(SeekFrom::Start(HEADER + offset))?;
            file.write_all(head)?;
        }
        if count > 0 {
            file.seek(SeekFrom::Start(place(number)))?;
            file.write_all(&sealed)?;
        }
        Ok(())
    }
}
