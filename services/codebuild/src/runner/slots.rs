//! How many builds run at once; the others wait.

use std::{
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

const MOST: usize = 16;

#[derive(Default)]
pub(super) struct Slots {
    taken: Mutex<usize>,
    freed: Condvar,
}

pub(super) struct Slot<'a>(&'a Slots);

impl Slots {
    /// A slot, or None if none was freed within `patience`.
    pub(super) fn take(&self, patience: Duration) -> Option<Slot<'_>> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut taken, waited) = self.freed.wait_timeout_while(taken, patience, |n| *n >= MOST).unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return None;
        }
        *taken += 1;
        Some(Slot(self))
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        *self.0.taken.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.freed.notify_one();
    }
}
