//! What a server does beside the calls: counted records of floods, records that have had their time, the space set aside for
//! a full disk.

use crate::reserve;
use gate::{Error, Gate};
use std::{
    path::PathBuf,
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

/// How long the store takes, at most, to bring what was committed from its log into its tree.
const SETTLED: Duration = Duration::from_secs(7);
const SECOND: Duration = Duration::from_secs(1);
/// How often space is looked for on a full disk: looking takes it from the calls for a moment.
const MINUTE: Duration = Duration::from_secs(60);
/// How often records are looked at whose retention did not change.
const HOUR: Duration = Duration::from_secs(3600);

/// The upkeep of one data directory.
pub(crate) struct Upkeep {
    pub(crate) gate: Gate,
    pub(crate) data: PathBuf,
}

impl Upkeep {
    /// Goes on until `stop`'s other end is gone.
    pub(crate) fn run(self, stop: &Receiver<()>) {
        let mut swept = Instant::now();
        // Not in the way of a quick start. None: the space is set aside.
        let mut set_aside_at = Some(Instant::now());
        while stop.recv_timeout(SECOND) == Err(RecvTimeoutError::Timeout) {
            // A full disk: what was counted stays counted, and is recorded when there is room.
            let _ = self.gate.record_floods();
            let changed = self.gate.retention_changed();
            if changed || swept.elapsed() >= HOUR {
                swept = Instant::now();
                set_aside_at = Some(Instant::now());
                self.sweep(changed, stop).unwrap_or_else(|e| eprintln!("sekisho: old records are not removed: {e}"));
            }
            if set_aside_at.is_some_and(|at| Instant::now() >= at) {
                set_aside_at = self.set_aside();
            }
        }
    }

    /// Sets the space aside; or says when to try again.
    fn set_aside(&self) -> Option<Instant> {
        match reserve::set_aside(&self.data) {
            Ok(true) => None,
            Ok(false) => Some(Instant::now() + MINUTE),
            Err(e) => {
                eprintln!("sekisho: no space is set aside in {}: {e}", self.data.display());
                Some(Instant::now() + HOUR)
            }
        }
    }

    /// Removes what is too old, in small steps between the calls of others.
    fn sweep(&self, changed: bool, stop: &Receiver<()>) -> Result<(), Error> {
        let mut removed = 0;
        loop {
            let step = self.gate.remove_expired()?;
            removed += step;
            if step == 0 || stop.try_recv() != Err(std::sync::mpsc::TryRecvError::Empty) {
                break;
            }
        }
        // Day by day the freed pages are used again; an operator who lowers the retention wants the space back.
        let wanted = changed && removed > 0;
        // Once the store has brought the removals from its log into the tree.
        if wanted && stop.recv_timeout(SETTLED) == Err(RecvTimeoutError::Timeout) { self.gate.compact() } else { Ok(()) }
    }
}
