use super::{Limits, Rows, tree::Mark};
use crate::{CommitError, StoreError};
use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

/// After a failure, the next attempt.
const PAUSE: Duration = Duration::from_millis(100);

/// The thread that brings layers into the tree.
pub(super) struct Keeper {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    rows: Arc<Rows>,
    limits: Limits,
    state: Mutex<State>,
    /// There is something to do, or something was done.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    stop: bool,
    /// Why the tree does not take the frozen layer in.
    error: Option<CommitError>,
}

impl Keeper {
    /// `frozen`: where the log goes on once the layer that is frozen already is in the tree.
    pub(super) fn start(rows: Arc<Rows>, limits: Limits, frozen: Option<Mark>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { rows, limits, state: Mutex::default(), changed: Condvar::new() });
        let own = Arc::clone(&shared);
        let thread = thread::Builder::new().name("store-tree".into()).spawn(move || own.run(frozen))?;
        Ok(Self { shared, thread: Mutex::new(Some(thread)) })
    }

    /// Waits until the active layer may grow. An error if the tree takes nothing in.
    pub(super) fn room(&self) -> Result<(), CommitError> {
        let Limits { large, largest, .. } = self.shared.limits;
        if self.shared.active() < large {
            return Ok(());
        }
        let mut state = self.shared.state();
        loop {
            match &state.error {
                Some(error) => return Err(error.clone()),
                None if self.shared.active() < largest => return Ok(()),
                None if state.stop => return Err(CommitError::Io(StoreError::Closed.to_string())),
                None => state = self.shared.wait(state, PAUSE),
            }
        }
    }

    /// Says how the active layer has grown.
    pub(super) fn grown(&self, before: usize, after: usize) {
        let large = self.shared.limits.large;
        if before == 0 || (before < large && after >= large) {
            // Under the lock, so that the thread is not just about to fall asleep.
            let _state = self.shared.state();
            self.shared.changed.notify_all();
        }
    }

    /// Brings all rows into the tree, if it takes them, and ends the thread.
    pub(super) fn stop(&self) {
        self.shared.state().stop = true;
        self.shared.changed.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A panic was printed by itself; what it left undone is read from the log at the next start.
            let _ = thread.join();
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, time: Duration) -> MutexGuard<'a, State> {
        self.changed.wait_timeout(state, time).unwrap_or_else(PoisonError::into_inner).0
    }

    fn active(&self) -> usize {
        self.rows.layers().active.bytes()
    }

    /// Sleeps until a layer is large or old, or the store is closed. True: it is closed.
    fn wait_for_work(&self) -> bool {
        let mut state = self.state();
        while !state.stop && self.active() == 0 {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let young = |state: &mut State| !state.stop && self.active() < self.limits.large;
        let waited = self.changed.wait_timeout_while(state, self.limits.old, young);
        waited.unwrap_or_else(PoisonError::into_inner).0.stop
    }

    fn run(&self, mut frozen: Option<Mark>) {
        loop {
            if frozen.is_none() && self.wait_for_work() {
                break;
            }
            let outcome = self.step(&mut frozen);
            let mut state = self.state();
            state.error = outcome.err();
            self.changed.notify_all();
            if state.error.is_some() {
                state = self.wait(state, PAUSE);
            }
            if state.stop {
                break;
            }
        }
        // What fails here is read from the log at the next start.
        let _ = frozen.map_or(Ok(()), |mark| self.rows.melt(&mark)).and_then(|()| self.rows.settle());
    }

    fn step(&self, frozen: &mut Option<Mark>) -> Result<(), CommitError> {
        let mark = match *frozen {
            Some(mark) => mark,
            None => match self.rows.freeze()? {
                Some(mark) => *frozen.insert(mark),
                None => return Ok(()),
            },
        };
        self.rows.melt(&mark)?;
        *frozen = None;
        Ok(())
    }
}
