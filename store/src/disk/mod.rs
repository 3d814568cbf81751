//! Rows on a local disk: a log, and a tree that is brought up behind it.
//!
//! A group of transactions is one frame of the log: one write, one flush, and then it is answered. Its rows lie in memory, in
//! the active layer, until the keeper brings them into the tree, thousands at a time: the layer is frozen, the log turns to
//! its other file, and one commit of the tree takes the rows in and says which frames it now holds. After a crash, the frames
//! that it does not hold are read again.
//!
//! Whoever can write the files can destroy them or put older copies in their place, but not read them, and not make rows.

mod backup;
mod blocks;
mod codec;
mod header;
mod keeper;
mod keyring;
mod known;
mod layer;
mod lock;
mod log;
mod merge;
mod packs;
mod rotate;
mod sealer;
mod tree;

use crate::{
    CommitError, Key, RootKey, StoreError, Value,
    backend::{Backend, Batch, Change, Span, View},
    fail::fail_point,
    files,
};
pub use backup::{Backup, BackupFile, Contents};
use keeper::Keeper;
pub(crate) use keyring::Keyring;
pub use keyring::{KeyBytes, opens_with};
use layer::Layer;
pub use lock::{Held, hold};
use log::Log;
use merge::{Merged, Source};
pub use rotate::{Step, rotate};
use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};
use tree::{Mark, Tree, TreeView};

/// How much is kept where, in bytes, and for how long.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// Pages that redb keeps decrypted.
    pub(crate) cache: usize,
    /// A layer of this size is brought into the tree.
    pub(crate) large: usize,
    /// Commits wait when the active layer has become as large as this, because the tree does not keep up.
    pub(crate) largest: usize,
    /// A layer that is not large is brought into the tree after this time.
    pub(crate) old: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { cache: 32 << 20, large: 8 << 20, largest: 32 << 20, old: Duration::from_secs(5) }
    }
}

/// The keyring's file, which goes into backups.
pub(crate) fn keyring_file(dir: &Path) -> Result<Vec<u8>, StoreError> {
    let path = dir.join(keyring::NAME);
    let missing = StoreError::Corrupt { path: path.clone(), message: "the keyring has gone".into() };
    keyring::read(&path)?.ok_or(missing)
}

/// The embedded backend.
pub(crate) struct Disk {
    rows: Arc<Rows>,
    keeper: Keeper,
    keyring: Keyring,
}

/// What commits, readers and the keeper share.
struct Rows {
    tree: Tree,
    log: Mutex<Log>,
    layers: RwLock<Layers>,
}

/// Newest first: what a reader looks through.
#[derive(Clone)]
struct Layers {
    active: Arc<Layer>,
    /// On its way into the tree.
    frozen: Option<Arc<Layer>>,
    /// None: the tree could not be opened again after a failed commit.
    tree: Option<Arc<TreeView>>,
}

struct DiskView {
    layers: Vec<Arc<Layer>>,
    tree: Arc<TreeView>,
    seq: u64,
}

impl Disk {
    /// Opens the store in `dir`, or makes it.
    pub(crate) fn open(dir: &Path, root: &RootKey, limits: Limits) -> Result<Self, StoreError> {
        files::make_folder(dir)?;
        let lock = lock::hold(dir)?;
        let keyring = Keyring::open(dir, root)?;
        let tree = Tree::open(dir, &keyring.rows, lock, limits.cache)?;
        let mark = tree.mark()?;
        let (mut frozen, position) = match mark.log {
            Some(_) => log::replay(dir, tree.key(), &mark).map(|(layer, position)| (Some(Arc::new(layer)), position))?,
            None => (None, mark.position),
        };
        let mark = Mark { position, log: None };
        if let Some(layer) = &frozen {
            match tree.write(layer, &mark) {
                Ok(()) => frozen = None,
                // What is there can be read; the keeper tries on.
                Err(CommitError::Full(_)) => {}
                Err(e) => return Err(StoreError::Io { path: dir.into(), message: format!("taking in what the log holds failed: {e}") }),
            }
        }
        let log = Log::open(dir, tree.key(), position)?;
        let waiting = frozen.as_ref().map(|_| mark);
        let view = Some(Arc::new(tree.view()?));
        let layers = RwLock::new(Layers { active: Arc::default(), frozen, tree: view });
        let rows = Arc::new(Rows { tree, log: Mutex::new(log), layers });
        let keeper = Keeper::start(Arc::clone(&rows), limits, waiting).map_err(files::failed(dir, "starting the keeper thread"))?;
        Ok(Self { rows, keeper, keyring })
    }

    /// The keys that its content hangs on.
    pub(crate) fn keyring(&self) -> &Keyring {
        &self.keyring
    }
}

impl DiskView {
    /// All rows of the span, those that were removed too: at most so many of them from each layer.
    fn merged<'a>(&'a self, span: &'a Span, limit: usize, reverse: bool) -> Result<Merged<'a>, StoreError> {
        let mut sources: Vec<Source<'_>> = Vec::with_capacity(4);
        let mut wanted = limit;
        for layer in &self.layers {
            let rows = layer.scan(span, self.seq, wanted, reverse);
            // Each row hides at most one of the layers below.
            wanted = wanted.saturating_add(rows.len());
            sources.push(Box::new(rows.into_iter().map(Ok)));
        }
        sources.extend(self.tree.scan(span, reverse)?);
        Merged::new(sources, reverse)
    }
}

impl Rows {
    fn layers(&self) -> Layers {
        self.layers.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_layers(&self, change: impl FnOnce(&mut Layers)) {
        change(&mut self.layers.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a layer into the tree: the frozen one, or one that nobody reads.
    fn take_in(&self, layer: &Layer, mark: &Mark) -> Result<(), CommitError> {
        fail_point("tree: before a layer");
        let outcome = self.tree.write(layer, mark);
        fail_point("tree: after a layer");
        // After a failure too: the tree was opened anew, and the old view reads nothing any more.
        let view = self.tree.view().ok().map(Arc::new);
        self.set_layers(|layers| {
            layers.tree = view;
            if outcome.is_ok() {
                layers.frozen = None;
            }
        });
        outcome
    }

    /// Freezes the active layer, unless it is empty: the log turns to its other file, which the answer names.
    fn freeze(&self) -> Result<Option<Mark>, CommitError> {
        let mut log = self.log();
        let Layers { active, frozen, .. } = self.layers();
        // The other file is free once the frozen layer is in the tree.
        if active.is_empty() || frozen.is_some() {
            return Ok(None);
        }
        let salt = log.turn().inspect_err(|e| self.failed(e))?;
        self.set_layers(|layers| {
            layers.active = Arc::default();
            layers.frozen = Some(active);
        });
        Ok(Some(Mark { position: log.number(), log: Some(salt) }))
    }

    /// Brings the frozen layer into the tree.
    fn melt(&self, mark: &Mark) -> Result<(), CommitError> {
        self.layers().frozen.map_or(Ok(()), |frozen| self.take_in(&frozen, mark))
    }

    /// Brings what is left into the tree, so that no log is needed at the next start. Nothing is frozen, and nothing committed
    /// any more.
    fn settle(&self) -> Result<(), CommitError> {
        let mut log = self.log();
        if log.begun() {
            self.take_in(&self.layers().active, &Mark { position: log.number(), log: None })?;
            log.end();
        }
        Ok(())
    }

    /// What the log could not do for another reason than a full disk, it may have done by half: nobody can go on.
    fn failed(&self, error: &CommitError) {
        if matches!(error, CommitError::Io(_)) {
            self.tree.fail();
        }
    }

    /// Begins the log if this is the first commit since the start, noting it in the tree.
    fn begun(&self) -> Result<MutexGuard<'_, Log>, CommitError> {
        let mut log = self.log();
        if !log.begun() {
            if self.layers().frozen.is_some() {
                return Err(CommitError::Full("what the log holds does not fit into the tree".into()));
            }
            let mark = Mark { position: log.number(), log: Some(log.begin()?) };
            self.take_in(&Layer::default(), &mark).inspect_err(|_| log.end())?;
        }
        Ok(log)
    }
}

impl Backend for Disk {
    fn view(&self, seq: u64) -> Result<Box<dyn View>, StoreError> {
        self.rows.tree.sound()?;
        let Layers { active, frozen, tree } = self.rows.layers();
        let tree = match tree {
            Some(tree) => tree,
            None => Arc::new(self.rows.tree.view()?),
        };
        Ok(Box::new(DiskView { layers: std::iter::once(active).chain(frozen).collect(), tree, seq }))
    }

    fn apply(&self, seq: u64, _oldest: u64, batch: Batch) -> Result<(), CommitError> {
        self.rows.tree.sound().map_err(|e| CommitError::Io(e.to_string()))?;
        self.keeper.room()?;
        let mut log = self.rows.begun()?;
        log.append(&batch).inspect_err(|e| self.rows.failed(e))?;
        // Under the log's lock: which frames a layer holds must not change in between.
        let active = self.rows.layers().active;
        let before = active.bytes();
        active.insert(seq, batch);
        drop(log);
        self.keeper.grown(before, active.bytes());
        Ok(())
    }

    fn compact(&self) -> Result<(), StoreError> {
        // The view that is at hand for readers would hold on to old pages.
        self.rows.set_layers(|layers| layers.tree = None);
        let outcome = self.rows.tree.compact();
        let view = self.rows.tree.view().ok().map(Arc::new);
        self.rows.set_layers(|layers| layers.tree = view);
        outcome
    }

    fn close(&self) {
        self.keeper.stop();
        self.rows.set_layers(|layers| *layers = Layers { active: Arc::default(), frozen: None, tree: None });
        self.rows.tree.close();
    }
}

impl View for DiskView {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, StoreError> {
        match self.layers.iter().find_map(|layer| layer.get(key, self.seq)) {
            Some(change) => Ok(change.value().cloned()),
            None => self.tree.get(key),
        }
    }

    fn scan(&self, span: &Span, limit: usize, reverse: bool) -> Result<Vec<(Key, Value)>, StoreError> {
        let rows = self.merged(span, limit, reverse)?.filter_map(|row| match row {
            Ok((key, change)) => change.value().cloned().map(|value| Ok((key, value))),
            Err(e) => Some(Err(e)),
        });
        rows.take(limit).collect()
    }

    fn stretch(&self, span: &Span, bytes: usize) -> Result<Vec<(Key, Change)>, StoreError> {
        let mut rows = Vec::new();
        let mut left = bytes;
        for row in self.merged(span, bytes / LEAST_ROW, false)? {
            let (key, change) = row?;
            let Some(value) = change.value() else { continue };
            left = left.saturating_sub(LEAST_ROW.max(key.len() + value.len()));
            rows.push((key, change));
            if left == 0 {
                break;
            }
        }
        Ok(rows)
    }
}

/// What a row counts at least where stretches of them are measured.
const LEAST_ROW: usize = 64;

#[cfg(test)]
mod tests;
