use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Counts the committed batches, and knows which counts are still being read.
#[derive(Default)]
pub(crate) struct Clock(Mutex<State>);

#[derive(Default)]
struct State {
    seq: u64,
    live: BTreeMap<u64, usize>,
}

/// A snapshot's place in time; as long as it lives, nothing it may need is forgotten.
pub(crate) struct Seat {
    clock: Arc<Clock>,
    pub(crate) seq: u64,
}

impl Clock {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place at the last published batch.
    pub(crate) fn seat(self: &Arc<Self>) -> Seat {
        let mut state = self.state();
        let seq = state.seq;
        *state.live.entry(seq).or_default() += 1;
        Seat { clock: Arc::clone(self), seq }
    }

    /// The last published batch.
    pub(crate) fn now(&self) -> u64 {
        self.state().seq
    }

    /// No living or future snapshot stands before this one.
    pub(crate) fn oldest(&self) -> u64 {
        let state = self.state();
        state.live.keys().next().copied().unwrap_or(state.seq)
    }

    /// From here on, snapshots see the batch `seq`.
    pub(crate) fn publish(&self, seq: u64) {
        self.state().seq = seq;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut state = self.clock.state();
        if let Some(count) = state.live.get_mut(&self.seq) {
            *count -= 1;
            if *count == 0 {
                state.live.remove(&self.seq);
            }
        }
    }
}
