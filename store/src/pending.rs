use crate::CommitError;
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Condvar, Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

type Outcome = Result<(), CommitError>;

#[derive(Default)]
struct Slot {
    state: Mutex<(Option<Outcome>, Option<Waker>)>,
    told: Condvar,
}

/// A commit under way: await it, or [`wait`](Pending::wait) where there is no async runtime.
/// Dropping it changes nothing: the commit goes on.
#[must_use = "whether the transaction was committed is known only from the answer"]
pub struct Pending(Arc<Slot>);

/// The committer's end of a [`Pending`]. It answers once; dropped without, it answers that the store is closed.
pub(crate) struct Answer(Option<Arc<Slot>>);

pub(crate) fn pending() -> (Answer, Pending) {
    let slot = Arc::new(Slot::default());
    (Answer(Some(Arc::clone(&slot))), Pending(slot))
}

impl Answer {
    pub(crate) fn give(mut self, outcome: Outcome) {
        self.tell(outcome);
    }

    fn tell(&mut self, outcome: Outcome) {
        let Some(slot) = self.0.take() else { return };
        let waker = {
            let mut state = slot.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.0 = Some(outcome);
            state.1.take()
        };
        slot.told.notify_all();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.tell(Err(CommitError::Io("the store is closed".into())));
    }
}

impl Pending {
    /// Blocks this thread until the answer is there.
    pub fn wait(self) -> Result<(), CommitError> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(outcome) = state.0.take() {
                return outcome;
            }
            state = self.0.told.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Future for Pending {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.0.take() {
            Some(outcome) => Poll::Ready(outcome),
            None => {
                state.1 = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}
