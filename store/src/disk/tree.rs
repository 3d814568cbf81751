//! The rows on disk: redb over a file whose blocks we encrypt. Its commits are few and large, so each one also saves what
//! redb needs to open at once after a crash (its quick repair, in two phases).

use super::{
    blocks::{Blocks, HEADER, Switches},
    header,
    keyring::KeyBytes,
    known::Known,
    layer::Layer,
    lock::Held,
    merge::Source,
    packs::{self, Bytes, PACKS},
    sealer::Sealer,
};
use crate::{
    CommitError, Key, StoreError, Value,
    backend::{Change, Span},
    files,
};
use redb::{Database, ReadOnlyTable, ReadableDatabase, ReadableTable, TableDefinition};
use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Seek, SeekFrom},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock, atomic::Ordering},
};
use zeroize::Zeroizing;

/// Rows that are written and deleted, each by itself.
const ROWS: TableDefinition<'static, Bytes, Bytes> = TableDefinition::new("rows");
/// Where the log goes on.
const MARK: TableDefinition<'static, (), Bytes> = TableDefinition::new("mark");
/// Where redb's first byte of flags lies in its header, and the flag that it was not shut down.
const FLAGS_AT: u64 = HEADER + 9;
const UNCLEAN: u8 = 2;

/// How far the tree has come, and what is still in the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// The number of the last frame whose rows are in the tree.
    pub(super) position: u64,
    /// The log that holds what came after. None: nothing did.
    pub(super) log: Option<[u8; SALT]>,
}

/// A log is known by the salt in its header.
pub(super) const SALT: usize = 32;

impl Mark {
    fn to_bytes(self) -> Vec<u8> {
        let mut bytes = self.position.to_le_bytes().to_vec();
        bytes.extend(self.log.iter().flatten());
        bytes
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        let (position, log) = bytes.split_first_chunk()?;
        let log = if log.is_empty() { None } else { Some(log.try_into().ok()?) };
        Some(Self { position: u64::from_le_bytes(*position), log })
    }
}

pub(super) struct Tree {
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
    /// A commit failed, and so did opening the file again; tried anew by the next commit.
    Broken {
        lock: Held,
    },
    /// A flush or a read failed. To go on could lose what was answered: only a new start reads what is really there.
    Failed {
        _lock: Held,
    },
    Closed,
}

/// One unchanging state of the tree.
pub(super) struct TreeView {
    path: PathBuf,
    switches: Arc<Switches>,
    rows: ReadOnlyTable<Bytes, Bytes>,
    packs: ReadOnlyTable<Bytes, Bytes>,
    known: Known,
}

impl Tree {
    /// Opens the tree in `dir`, which lies under one of the keys, or makes it under the first.
    pub(super) fn open(dir: &Path, keys: &[KeyBytes], lock: Held, cache: usize) -> Result<Self, StoreError> {
        let path = dir.join("store.db");
        if !path.try_exists().map_err(files::failed(&path, "looking for the file"))? {
            create(dir, &path, &keys[0])?;
        }
        let mut file = File::open(&path).map_err(files::failed(&path, "opening"))?;
        let key = header::read(&mut file, &path, keys)?;
        let (db, switches) = open_database(&path, &key, cache)?;
        Ok(Self { path, key, cache, state: RwLock::new(State::Open { db, switches, lock }) })
    }

    /// The key of all files beside the tree's own too.
    pub(super) fn key(&self) -> &Zeroizing<[u8; 32]> {
        &self.key
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn with<T>(&self, f: impl FnOnce(&Database) -> Result<T, redb::Error>) -> Result<T, StoreError> {
        self.with_switches(|db, _| f(db))
    }

    fn with_switches<T>(&self, f: impl FnOnce(&Database, &Arc<Switches>) -> Result<T, redb::Error>) -> Result<T, StoreError> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        match &*state {
            State::Open { db, switches, .. } => f(db, switches).map_err(|e| error(&self.path, "reading", e)),
            State::Closed => Err(StoreError::Closed),
            State::Failed { .. } => Err(self.failed()),
            State::Broken { .. } => Err(StoreError::Interrupted { path: self.path.clone() }),
        }
    }

    fn failed(&self) -> StoreError {
        let message = "the disk failed, or a file was altered: check the disk and start again".into();
        StoreError::Io { path: self.path.clone(), message }
    }

    /// Where the log goes on.
    pub(super) fn mark(&self) -> Result<Mark, StoreError> {
        let bytes = self.with(|db| {
            let table = db.begin_read()?.open_table(MARK)?;
            Ok(table.get(())?.map(|bytes| bytes.value().to_vec()))
        })?;
        let corrupt = || StoreError::Corrupt { path: self.path.clone(), message: "where the log goes on cannot be read".into() };
        bytes.map_or(Ok(Mark::default()), |bytes| Mark::of(&bytes).ok_or_else(corrupt))
    }

    pub(super) fn view(&self) -> Result<TreeView, StoreError> {
        self.with_switches(|db, switches| {
            let read = db.begin_read()?;
            let switches = Arc::clone(switches);
            let (rows, packs) = (read.open_table(ROWS)?, read.open_table(PACKS)?);
            Ok(TreeView { path: self.path.clone(), switches, rows, packs, known: Known::default() })
        })
    }

    /// Whether what lies on disk can still be trusted. Once it cannot, nothing is read or committed any more.
    pub(super) fn sound(&self) -> Result<(), StoreError> {
        let spoiled = match &*self.state.read().unwrap_or_else(PoisonError::into_inner) {
            State::Open { switches, .. } => switches.spoiled.load(Ordering::Acquire),
            State::Failed { .. } => return Err(self.failed()),
            State::Broken { .. } | State::Closed => false,
        };
        if spoiled {
            self.fail();
            return Err(self.failed());
        }
        Ok(())
    }

    /// Ends all reading and writing until the next start.
    pub(super) fn fail(&self) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Closed) {
            State::Open { switches, lock, .. } => {
                switches.retired.store(true, Ordering::Release);
                *state = State::Failed { _lock: lock };
            }
            State::Broken { lock } => *state = State::Failed { _lock: lock },
            other => *state = other,
        }
    }

    /// Takes in a layer, and notes where the log goes on: both or neither.
    pub(super) fn write(&self, layer: &Layer, mark: &Mark) -> Result<(), CommitError> {
        self.reopen().map_err(|e| CommitError::Io(e.to_string()))?;
        let outcome = match &*self.state.read().unwrap_or_else(PoisonError::into_inner) {
            State::Open { db, .. } => write(db, layer, mark),
            State::Closed => return Err(CommitError::Io(StoreError::Closed.to_string())),
            State::Broken { .. } | State::Failed { .. } => return Err(CommitError::Io(self.failed().to_string())),
        };
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

    fn reopen(&self) -> Result<(), StoreError> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let lock = match std::mem::replace(&mut *state, State::Closed) {
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
        {
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
        }
        // What cannot be opened now is tried again by the next commit, which is told the reason.
        let _ = self.reopen();
        true
    }

    /// Gives the space of removed rows back to the file system, unless a snapshot is being read that needs it.
    pub(super) fn compact(&self) -> Result<(), StoreError> {
        let outcome = match &mut *self.state.write().unwrap_or_else(PoisonError::into_inner) {
            State::Open { db, .. } => db.compact(),
            _ => return Ok(()),
        };
        match outcome {
            Ok(_) | Err(redb::CompactionError::TransactionInProgress) => Ok(()),
            Err(e) => {
                self.recover();
                Err(error(&self.path, "compacting", e))
            }
        }
    }

    pub(super) fn close(&self) {
        drop(self.release());
    }

    /// Closes the tree, and gives the hold of its folder back.
    pub(super) fn release(&self) -> Option<Held> {
        match std::mem::replace(&mut *self.state.write().unwrap_or_else(PoisonError::into_inner), State::Closed) {
            State::Open { db, lock, .. } => {
                // It writes as it is closed: nobody else may have the folder yet.
                drop(db);
                Some(lock)
            }
            State::Broken { lock } | State::Failed { _lock: lock } => Some(lock),
            State::Closed => None,
        }
    }
}

impl TreeView {
    fn failed(&self, e: impl Into<redb::Error>) -> StoreError {
        match error(&self.path, "reading", e) {
            // The tree was opened anew, and this view is of the one before.
            StoreError::Closed | StoreError::Io { .. } if self.switches.retired.load(Ordering::Acquire) => {
                StoreError::Interrupted { path: self.path.clone() }
            }
            other => other,
        }
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Value>, StoreError> {
        if let Some(known) = self.known.get(key) {
            return Ok(known);
        }
        let found = || match self.rows.get(key)? {
            Some(value) => Ok(Some(Value::copy_from_slice(value.value()))),
            None => packs::get(&self.packs, key),
        };
        let found = found().map_err(|e: redb::StorageError| self.failed(e))?;
        self.known.keep(key, &found);
        Ok(found)
    }

    /// The rows of the span, and those of them that lie in packs, each in order.
    pub(super) fn scan<'a>(&'a self, span: &'a Span, reverse: bool) -> Result<[Source<'a>; 2], StoreError> {
        let failed = |e: redb::StorageError| self.failed(e);
        let mut rows = self.rows.range::<&[u8]>(span.bounds()).map_err(failed)?;
        let rows = std::iter::from_fn(move || if reverse { rows.next_back() } else { rows.next() });
        let rows = rows.map(move |row| {
            let (key, value) = row.map_err(failed)?;
            Ok((key.value().to_vec(), Change::Put(Value::copy_from_slice(value.value()))))
        });
        let packed = packs::range(&self.packs, span, reverse).map_err(failed)?.map(move |row| row.map_err(failed));
        Ok([Box::new(rows), Box::new(packed)])
    }
}

/// Makes the file under another name first, so that a half-made one is never taken for a store.
fn create(dir: &Path, path: &Path, rows_key: &KeyBytes) -> Result<(), StoreError> {
    let draft = dir.join("store.new");
    let mut file = File::create(&draft).map_err(files::failed(&draft, "making"))?;
    let key = header::write(&mut file, rows_key).map_err(files::failed(&draft, "writing the header"))?;
    let (db, _) = open_database(&draft, &key, 0)?;
    write(&db, &Layer::default(), &Mark::default()).map_err(|e| error(&draft, "making the tables", e))?;
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

fn write(db: &Database, layer: &Layer, mark: &Mark) -> Result<(), redb::Error> {
    let mut transaction = db.begin_write()?;
    transaction.set_quick_repair(true);
    {
        let mut rows = transaction.open_table(ROWS)?;
        let mut packed = transaction.open_table(PACKS)?;
        // Appended rows in a row, up to a row that is written by itself: in one go.
        let mut run: Vec<(Key, Change)> = Vec::new();
        layer.each(|key, change| -> Result<(), redb::Error> {
            match change {
                Change::Append(_) => run.push((key.clone(), change.clone())),
                Change::Put(value) => {
                    rows.insert(key.as_slice(), value.as_ref())?;
                    packs::remove(&mut packed, key)?;
                }
                Change::Delete => {
                    rows.remove(key.as_slice())?;
                    packs::remove(&mut packed, key)?;
                }
            }
            Ok(())
        })?;
        // A row lies in one of the tables: those that were appended over a written one, which nobody does, go.
        if let (Some((first, _)), Some((last, _))) = (run.first(), run.last()) {
            let (first, last) = (first.as_slice(), last.as_slice());
            let among: Vec<Key> =
                rows.range::<&[u8]>(first..=last)?.map(|row| Ok(row?.0.value().to_vec())).collect::<Result<_, redb::StorageError>>()?;
            for key in among.iter().filter(|key| run.binary_search_by(|(other, _)| other.cmp(key)).is_ok()) {
                rows.remove(key.as_slice())?;
            }
        }
        packs::insert(&mut packed, &run)?;
        transaction.open_table(MARK)?.insert((), mark.to_bytes().as_slice())?;
    }
    Ok(transaction.commit()?)
}

fn error(path: &Path, doing: &str, error: impl Into<redb::Error>) -> StoreError {
    let path = path.to_path_buf();
    match error.into() {
        redb::Error::DatabaseClosed => StoreError::Closed,
        redb::Error::TableDoesNotExist(name) => StoreError::Corrupt { path, message: format!("the table of {name} is not there") },
        redb::Error::Corrupted(message) => StoreError::Corrupt { path, message },
        redb::Error::Io(e) if e.kind() == ErrorKind::InvalidData => StoreError::Corrupt { path, message: e.to_string() },
        other => StoreError::Io { path, message: format!("{doing} failed: {other}") },
    }
}
