//! Rows on a local disk: redb over a file whose blocks we encrypt.
//!
//! Commits are redb's one-phase commits: one flush each, and after a crash the last two commits' checksums tell which
//! is whole, for which the whole file is read (some 0.5 GB a second). redb's quick repair would open at once, for half
//! the commits per second. What a crash leaves damaged among the last commit's own blocks is a torn write to this, and
//! rolled back; damage anywhere else is an error.
//!
//! Whoever can write the file can destroy it or put an older copy in its place, but not read it, and not make rows.

mod blocks;
mod header;
mod lock;
mod sealer;

use crate::{
    CommitError, Key, RootKey, StoreError, Value,
    backend::{Backend, Batch, Span, View},
    files,
};
use blocks::{Blocks, HEADER, Switches};
use lock::Held;
use redb::{Database, ReadOnlyTable, ReadableDatabase, TableDefinition};
use sealer::Sealer;
use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Seek, SeekFrom},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock, atomic::Ordering},
};
use zeroize::Zeroizing;

const ROWS: TableDefinition<'static, &[u8], &[u8]> = TableDefinition::new("rows");
/// How many bytes of pages redb keeps decrypted.
pub(crate) const CACHE: usize = 128 << 20;
/// Where redb's first byte of flags lies in its header, and the flag that it was not shut down.
const FLAGS_AT: u64 = HEADER + 9;
const UNCLEAN: u8 = 2;

/// The embedded backend.
pub(crate) struct Disk {
    path: PathBuf,
    key: Zeroizing<[u8; 32]>,
    cache: usize,
    state: RwLock<State>,
}

enum State {
    Open {
        db: Database,
        switches: Arc<Switches>,
        lock: Held,
    },
    /// A commit failed, and so did opening the file again; tried anew by whoever comes next.
    Broken {
        lock: Held,
    },
    /// A flush or a read failed. To go on could lose what was answered: only a new start reads what is really there.
    Failed {
        _lock: Held,
    },
    Closed,
}

struct DiskView {
    path: PathBuf,
    switches: Arc<Switches>,
    table: ReadOnlyTable<&'static [u8], &'static [u8]>,
}

impl Disk {
    /// Opens the store in `dir`, or makes it.
    pub(crate) fn open(dir: &Path, root: &RootKey, cache: usize) -> Result<Self, StoreError> {
        files::make_folder(dir)?;
        let lock = lock::hold(dir)?;
        let path = dir.join("store.db");
        if !path.try_exists().map_err(files::failed(&path, "looking for the file"))? {
            create(dir, &path, root)?;
        }
        let mut file = File::open(&path).map_err(files::failed(&path, "opening"))?;
        let key = header::read(&mut file, &path, root)?;
        let (db, switches) = open_database(&path, &key, cache)?;
        Ok(Self { path, key, cache, state: RwLock::new(State::Open { db, switches, lock }) })
    }

    /// Runs `f` on the open database; opens it again first if the last commit left it broken.
    fn with<T>(&self, f: impl FnOnce(&Database, &Arc<Switches>) -> T) -> Result<T, StoreError> {
        {
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            match &*state {
                State::Open { db, switches, .. } => return Ok(f(db, switches)),
                State::Closed => return Err(StoreError::Closed),
                State::Failed { .. } => {
                    return Err(StoreError::Io {
                        path: self.path.clone(),
                        message: "the disk failed, or the file was altered: check the disk and start again".into(),
                    });
                }
                State::Broken { .. } => {}
            }
        }
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        self.reopen(&mut state)?;
        match &*state {
            State::Open { db, switches, .. } => Ok(f(db, switches)),
            // Closed meanwhile, or broken once more.
            _ => Err(StoreError::Closed),
        }
    }

    fn reopen(&self, state: &mut State) -> Result<(), StoreError> {
        let lock = match std::mem::replace(state, State::Closed) {
            State::Broken { lock } => lock,
            other => {
                *state = other;
                return Ok(());
            }
        };
        match open_database(&self.path, &self.key, self.cache) {
            Ok((db, switches)) => {
                *state = State::Open { db, switches, lock };
                Ok(())
            }
            Err(error) => {
                *state = State::Broken { lock };
                Err(error)
            }
        }
    }

    /// After a failed commit redb refuses all work: drop it, and let its own recovery find the last good commit.
    /// False if the disk cannot be trusted with that.
    fn recover(&self) -> bool {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Closed) {
            State::Open { db, switches, lock } => {
                switches.retired.store(true, Ordering::Release);
                drop(db);
                if switches.spoiled.load(Ordering::Acquire) {
                    *state = State::Failed { _lock: lock };
                    return false;
                }
                *state = State::Broken { lock };
            }
            other => *state = other,
        }
        // What cannot be opened now is tried again by whoever comes next, who is told the reason.
        let _ = self.reopen(&mut state);
        true
    }
}

/// Makes the file under another name first, so that a half-made one is never taken for a store.
fn create(dir: &Path, path: &Path, root: &RootKey) -> Result<(), StoreError> {
    let draft = dir.join("store.new");
    let mut file = File::create(&draft).map_err(files::failed(&draft, "making"))?;
    let key = header::write(&mut file, root).map_err(files::failed(&draft, "writing the header"))?;
    let (db, _) = open_database(&draft, &key, CACHE)?;
    write(&db, Batch::new()).map_err(|e| error(&draft, "making the table", e))?;
    drop(db);
    file.sync_all().map_err(files::failed(&draft, "flushing"))?;
    std::fs::rename(&draft, path).map_err(files::failed(path, "naming"))?;
    files::flush_folder(dir)
}

fn open_database(path: &Path, key: &Zeroizing<[u8; 32]>, cache: usize) -> Result<(Database, Arc<Switches>), StoreError> {
    let failed = files::failed(path, "opening");
    let mut file = OpenOptions::new().read(true).write(true).open(path).map_err(&failed)?;
    let mut flags = [0];
    file.seek(SeekFrom::Start(FLAGS_AT)).map_err(&failed)?;
    let unclean = file.read(&mut flags).map_err(&failed)? == 1 && flags[0] & UNCLEAN != 0;
    let switches = Arc::new(Switches::default());
    switches.lenient.store(unclean, Ordering::Release);
    let blocks = Blocks::new(file, Sealer::new(key.clone()), Arc::clone(&switches)).map_err(&failed)?;
    // redb panics on some headers that it did not write itself.
    let opened = catch_unwind(AssertUnwindSafe(|| redb::Builder::new().set_cache_size(cache).create_with_backend(blocks)));
    switches.lenient.store(false, Ordering::Release);
    match opened {
        Ok(Ok(db)) => Ok((db, switches)),
        Ok(Err(e)) => Err(error(path, "opening", e)),
        Err(_) => Err(StoreError::Corrupt { path: path.into(), message: "the file's header is not sound".into() }),
    }
}

fn write(db: &Database, batch: Batch) -> Result<(), redb::Error> {
    let transaction = db.begin_write()?;
    {
        let mut table = transaction.open_table(ROWS)?;
        for (key, value) in &batch {
            match value {
                Some(value) => drop(table.insert(key.as_slice(), value.as_ref())?),
                None => drop(table.remove(key.as_slice())?),
            }
        }
    }
    Ok(transaction.commit()?)
}

fn error(path: &Path, doing: &str, error: impl Into<redb::Error>) -> StoreError {
    let path = path.to_path_buf();
    match error.into() {
        redb::Error::DatabaseClosed => StoreError::Closed,
        redb::Error::Corrupted(message) => StoreError::Corrupt { path, message },
        redb::Error::Io(e) if e.kind() == ErrorKind::InvalidData => StoreError::Corrupt { path, message: e.to_string() },
        other => StoreError::Io { path, message: format!("{doing} failed: {other}") },
    }
}

impl Backend for Disk {
    fn view(&self, _seq: u64) -> Result<Box<dyn View>, StoreError> {
        let opened = self.with(|db, switches| -> Result<_, redb::Error> {
            Ok(DiskView { path: self.path.clone(), switches: Arc::clone(switches), table: db.begin_read()?.open_table(ROWS)? })
        })?;
        Ok(Box::new(opened.map_err(|e| error(&self.path, "reading", e))?))
    }

    fn apply(&self, _seq: u64, _oldest: u64, batch: Batch) -> Result<(), CommitError> {
        let outcome = self.with(|db, _| write(db, batch)).map_err(|e| CommitError::Io(e.to_string()))?;
        outcome.map_err(|e| {
            let recovered = self.recover();
            match e {
                redb::Error::Io(e) if recovered && matches!(e.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
                    CommitError::Full(format!("{}: {e}", self.path.display()))
                }
                other => CommitError::Io(error(&self.path, "writing", other).to_string()),
            }
        })
    }

    fn compact(&self) -> Result<(), StoreError> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let State::Open { db, .. } = &mut *state else { return Ok(()) };
        match db.compact() {
            // An open snapshot holds on to old pages: they go another time.
            Ok(_) | Err(redb::CompactionError::TransactionInProgress) => Ok(()),
            Err(e) => {
                drop(state);
                self.recover();
                Err(error(&self.path, "compacting", e))
            }
        }
    }

    fn close(&self) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = State::Closed;
    }
}

impl DiskView {
    fn failed(&self, e: impl Into<redb::Error>) -> StoreError {
        match error(&self.path, "reading", e) {
            // The database was opened anew, and this snapshot is of the one before.
            StoreError::Closed | StoreError::Io { .. } if self.switches.retired.load(Ordering::Acquire) => {
                StoreError::Interrupted { path: self.path.clone() }
            }
            other => other,
        }
    }
}

impl View for DiskView {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, StoreError> {
        let row = redb::ReadableTable::get(&self.table, key).map_err(|e| self.failed(e))?;
        Ok(row.map(|value| Value::copy_from_slice(value.value())))
    }

    fn scan(&self, span: &Span, limit: usize, reverse: bool) -> Result<Vec<(Key, Value)>, StoreError> {
        let failed = |e| self.failed(e);
        let mut rows = redb::ReadableTable::range::<&[u8]>(&self.table, span.bounds()).map_err(failed)?;
        let mut found = Vec::new();
        while found.len() < limit
            && let Some(row) = if reverse { rows.next_back() } else { rows.next() }
        {
            let (key, value) = row.map_err(failed)?;
            found.push((key.value().to_vec(), Value::copy_from_slice(value.value())));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block that is damaged while the store is open: reads that need it fail, and no commit hides it.
    #[test]
    fn damage_under_an_open_store_is_not_papered_over() {
        let dir = tempfile::tempdir().unwrap();
        let disk = Disk::open(dir.path(), &RootKey::new([5; 32]), 16 << 10).unwrap();
        let write = |key: &str| disk.apply(1, 0, Batch::from([(key.into(), Some(vec![1; 5_000].into()))]));
        for n in 0..50 {
            write(&format!("key/{n}")).unwrap();
        }
        let mut bytes = std::fs::read(&disk.path).unwrap();
        for sealed in bytes[2 * HEADER as usize..].chunks_exact_mut(sealer::SEALED) {
            sealed[2_000] ^= 1;
        }
        std::fs::write(&disk.path, bytes).unwrap();
        let all = Span { start: Vec::new(), end: None };
        let read = || disk.view(1)?.scan(&all, usize::MAX, false).map(|rows| rows.len());
        let first = read();
        assert!(matches!(first, Err(StoreError::Corrupt { .. })), "{first:?}");
        assert!(matches!(write("new"), Err(CommitError::Io(_))));
        assert!(matches!(read(), Err(StoreError::Io { .. })));
        assert!(matches!(write("new"), Err(CommitError::Io(_))));
    }
}
