use crate::{
    CommitError, Key, Pending, RootKey, StoreError, Tx, Value,
    backend::{Backend, Batch, Change},
    blobs::Blobs,
    clock::Clock,
    committer::Committer,
    disk::{Backup, Disk, KeyBytes, Keyring, Limits, keyring_file},
    fail::fail_point,
    files::failed,
    memory::Memory,
    pending::{Answer, pending},
    recent::{Reads, Recent},
    tx::Writes,
};
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// The longest key.
const MAX_KEY: usize = 8 << 10;
/// The longest value: what is larger belongs into a blob.
const MAX_VALUE: usize = 16 << 20;

type Callback = Arc<dyn Fn() + Send + Sync>;

/// Rows under ordered keys, read and written in transactions. Clones are the same store.
#[derive(Clone)]
pub struct Store(Arc<Shared>);

struct Shared {
    core: Arc<Core>,
    /// None: commits are made at once, by the caller's thread.
    committer: Option<Committer>,
    /// Whether every other commit loses; true: the next one does.
    contended: Option<AtomicBool>,
    /// None: nothing lies on disk. Beside it the file that it lies in.
    keyring: Option<(Keyring, Vec<u8>)>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn close(&self) {
        self.core.closed.store(true, Ordering::Release);
        if let Some(committer) = &self.committer {
            committer.stop();
        }
        self.core.backend.close();
    }
}

/// What transactions, the committer and the store share.
pub(crate) struct Core {
    pub(crate) backend: Box<dyn Backend>,
    pub(crate) clock: Arc<Clock>,
    /// Held while a group is checked and applied: groups go one after another.
    recent: Mutex<Recent>,
    callbacks: RwLock<Vec<(Vec<u8>, Callback)>>,
    closed: AtomicBool,
    groups: AtomicU64,
    transactions: AtomicU64,
    nanoseconds: AtomicU64,
}

/// What a store has done since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Groups that were committed: on disk, each is one append and one flush.
    pub groups: u64,
    /// Transactions in them.
    pub transactions: u64,
    /// The time that making groups durable and visible took, together.
    pub took: Duration,
}

impl Job {
    /// The bytes it adds to a group.
    pub(crate) fn size(&self) -> usize {
        let written = self.writes.iter().map(|(key, value)| key.len() + value.as_ref().map_or(0, |value| value.len()));
        let appended = self.appends.iter().map(|(key, value)| key.len() + value.len());
        written.sum::<usize>() + appended.sum::<usize>()
    }
}

/// A transaction that waits for its group.
pub(crate) struct Job {
    reads: Reads,
    writes: Writes,
    appends: BTreeMap<Key, Value>,
    answer: Answer,
}

impl Store {
    /// An empty store in memory. Commits are complete when [`Store::commit`] returns.
    pub fn memory() -> Self {
        let core = Arc::new(Core::new(Box::new(Memory::default())));
        Self(Arc::new(Shared { core, committer: None, contended: None, keyring: None }))
    }

    /// As [`Store::memory`], but every other commit loses, as if others had written what it read: for tests that what runs
    /// twice happens once.
    pub fn contended_memory() -> Self {
        let core = Arc::new(Core::new(Box::new(Memory::default())));
        Self(Arc::new(Shared { core, committer: None, contended: Some(AtomicBool::new(true)), keyring: None }))
    }

    /// Opens the store in the folder `dir`, or makes it: one process per folder, all content encrypted under keys that
    /// `root` wraps. After a crash, every answered commit is there.
    pub fn open(dir: &Path, root: &RootKey) -> Result<Self, StoreError> {
        let disk = Disk::open(dir, root, Limits::default())?;
        let keyring = Some((disk.keyring().clone(), keyring_file(dir)?));
        let core = Arc::new(Core::new(Box::new(disk)));
        let committer = Committer::start(Arc::clone(&core)).map_err(failed(dir, "starting the committer thread"))?;
        Ok(Self(Arc::new(Shared { core, committer: Some(committer), contended: None, keyring })))
    }

    /// Keys for what those above seal by themselves, random and kept with the data: the present one, and those before it, which
    /// open what was sealed once. None of a store in memory.
    pub fn sealing_keys(&self) -> Vec<KeyBytes> {
        self.0.keyring.as_ref().map_or_else(Vec::new, |(keyring, _)| keyring.seals.clone())
    }

    /// The bytes of a backup of this moment, with the blobs that its rows know. `manifest` goes with it, in the clear.
    ///
    /// # Errors
    /// The store is in memory, or could not be read.
    pub fn backup(&self, blobs: &Blobs, manifest: &[u8]) -> Result<Backup, StoreError> {
        let Some((keyring, file)) = &self.0.keyring else {
            return Err(StoreError::Invalid("a store in memory has no backup".into()));
        };
        // Before the snapshot: none of its blobs may go.
        let hold = blobs.hold();
        let view = self.0.core.backend.view(self.0.core.clock.now())?;
        Backup::new(view, hold, &keyring.rows[0], file, manifest)
    }

    /// Whether it is gone with the process.
    pub fn is_memory(&self) -> bool {
        self.0.keyring.is_none()
    }

    /// A new transaction. It costs nothing until it reads.
    pub fn begin(&self) -> Tx {
        Tx::new(Arc::clone(&self.0.core))
    }

    /// Checks what the transaction read, and makes its writes durable and visible together.
    pub fn commit(&self, mut tx: Tx) -> Pending {
        let (answer, pending) = pending();
        tx.release();
        if tx.writes.is_empty() && tx.appends.is_empty() {
            // One snapshot was read and nothing depends on it.
            answer.give(Ok(()));
            return pending;
        }
        if let Err(error) = fits(&tx) {
            answer.give(Err(error));
            return pending;
        }
        if self.0.contended.as_ref().is_some_and(|next| next.fetch_not(Ordering::Relaxed)) {
            answer.give(Err(CommitError::Conflict));
            return pending;
        }
        let job = Job { reads: tx.reads, writes: tx.writes, appends: tx.appends, answer };
        match &self.0.committer {
            Some(committer) => committer.push(job),
            None if self.0.core.is_closed() => drop(job),
            None => self.0.core.commit_group(vec![job]),
        }
        pending
    }

    /// Has `callback` called after each committed group that wrote under `prefix`, before the group's transactions
    /// are answered. It must be quick, and must not wait for a commit: it runs between two groups.
    pub fn on_commit(&self, prefix: &[u8], callback: Arc<dyn Fn() + Send + Sync>) {
        self.0.core.callbacks.write().unwrap_or_else(PoisonError::into_inner).push((prefix.to_vec(), callback));
    }

    /// Gives the space of removed rows back to the file system, as far as no open transaction needs it. Reads and commits
    /// wait meanwhile.
    pub fn compact(&self) -> Result<(), StoreError> {
        self.0.core.backend.compact()
    }

    /// What was committed since the store was opened.
    pub fn figures(&self) -> Figures {
        let core = &self.0.core;
        Figures {
            groups: core.groups.load(Ordering::Relaxed),
            transactions: core.transactions.load(Ordering::Relaxed),
            took: Duration::from_nanos(core.nanoseconds.load(Ordering::Relaxed)),
        }
    }

    /// Commits what is queued and lets go of the files; transactions from then on answer that the store is closed.
    pub fn close(&self) {
        self.0.close();
    }
}

impl Core {
    pub(crate) fn new(backend: Box<dyn Backend>) -> Self {
        Self {
            backend,
            clock: Arc::default(),
            recent: Mutex::default(),
            callbacks: RwLock::default(),
            closed: AtomicBool::new(false),
            groups: AtomicU64::new(0),
            transactions: AtomicU64::new(0),
            nanoseconds: AtomicU64::new(0),
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Checks each transaction in turn (what the winners write counts for those behind them), applies the winners as
    /// one batch, then answers all.
    pub(crate) fn commit_group(&self, jobs: Vec<Job>) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let seq = self.clock.now() + 1;
        let mut batch = Batch::new();
        let mut winners = Vec::with_capacity(jobs.len());
        for Job { reads, writes, appends, answer } in jobs {
            if recent.conflicts(&reads) {
                answer.give(Err(CommitError::Conflict));
                continue;
            }
            for key in writes.keys() {
                recent.note(seq, key);
            }
            batch.extend(writes.into_iter().map(|(key, value)| (key, Change::from(value))));
            batch.extend(appends.into_iter().map(|(key, value)| (key, Change::Append(value))));
            winners.push(answer);
        }
        if winners.is_empty() {
            return;
        }
        let callbacks = self.callbacks_for(&batch);
        let begun = Instant::now();
        fail_point("commit: nothing is written");
        let outcome = self.backend.apply(seq, self.clock.oldest(), batch);
        fail_point("commit: durable, nobody was answered");
        self.groups.fetch_add(1, Ordering::Relaxed);
        self.transactions.fetch_add(winners.len() as u64, Ordering::Relaxed);
        self.nanoseconds.fetch_add(u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        // Even after a failure: whether its writes were kept is unknown, so they count as written.
        self.clock.publish(seq);
        recent.trim(self.clock.oldest());
        drop(recent);
        if outcome.is_ok() {
            callbacks.iter().for_each(|callback| callback());
        }
        for answer in winners {
            answer.give(outcome.clone());
        }
    }

    fn callbacks_for(&self, batch: &Batch) -> Vec<Callback> {
        let callbacks = self.callbacks.read().unwrap_or_else(PoisonError::into_inner);
        let wrote = |prefix: &[u8]| batch.iter().any(|(key, _)| key.starts_with(prefix));
        callbacks.iter().filter(|(prefix, _)| wrote(prefix)).map(|(_, callback)| Arc::clone(callback)).collect()
    }
}

/// One transaction must not spoil the group that it is committed with.
fn fits(tx: &Tx) -> Result<(), CommitError> {
    let rows = tx.writes.iter().map(|(key, value)| (key, value.as_ref())).chain(tx.appends.iter().map(|(k, v)| (k, Some(v))));
    for (key, value) in rows {
        let length = value.map_or(0, |value| value.len());
        if key.len() > MAX_KEY || length > MAX_VALUE {
            return Err(CommitError::TooLarge(format!(
                "a row with a key of {} bytes and a value of {length} bytes cannot be stored: the limits are {MAX_KEY} and {MAX_VALUE}",
                key.len()
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_winner_counts_for_those_behind_it_in_the_group() {
        let core = Arc::new(Core::new(Box::new(Memory::default())));
        let (jobs, answers): (Vec<_>, Vec<_>) = ["a", "b", "a", "c"]
            .into_iter()
            .map(|key| {
                let mut tx = Tx::new(Arc::clone(&core));
                tx.get(key.as_bytes()).unwrap();
                tx.put(key.into(), "1".into());
                tx.append(format!("record/{key}").into(), "1".into());
                let (answer, pending) = pending();
                (Job { reads: tx.reads, writes: tx.writes, appends: tx.appends, answer }, pending)
            })
            .unzip();
        core.commit_group(jobs);
        let outcomes: Vec<_> = answers.into_iter().map(Pending::wait).collect();
        assert_eq!(outcomes, [Ok(()), Ok(()), Err(CommitError::Conflict), Ok(())]);
        assert_eq!(core.clock.now(), 1, "one batch");
    }
}
