use crate::engine::{Core, Job};
use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};

/// The bytes of a group, unless one transaction alone is larger.
const MAX_GROUP: usize = 4 << 20;

/// The thread that commits what is queued, a group at a time; the next group queues meanwhile.
pub(crate) struct Committer {
    queue: Arc<Queue>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Queue {
    state: Mutex<(Vec<Job>, bool)>,
    filled: Condvar,
}

/// Closes the queue however the thread ends, so that nobody waits for an answer that never comes.
struct CloseAtEnd(Arc<Queue>);

impl Queue {
    fn state(&self) -> MutexGuard<'_, (Vec<Job>, bool)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next group: all that waits, up to a limit; None once the queue is closed and empty.
    fn take(&self) -> Option<Vec<Job>> {
        let mut state = self.state();
        while state.0.is_empty() && !state.1 {
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let mut bytes = 0;
        let beyond = state.0.iter().position(|job| {
            bytes += job.size();
            bytes > MAX_GROUP
        });
        let later = beyond.map_or_else(Vec::new, |beyond| state.0.split_off(beyond.max(1)));
        Some(std::mem::replace(&mut state.0, later)).filter(|jobs| !jobs.is_empty())
    }
}

impl Drop for CloseAtEnd {
    fn drop(&mut self) {
        let left = {
            let mut state = self.0.state();
            state.1 = true;
            std::mem::take(&mut state.0)
        };
        drop(left);
    }
}

impl Committer {
    pub(crate) fn start(core: Arc<Core>) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let at_end = CloseAtEnd(Arc::clone(&queue));
        let thread = thread::Builder::new().name("store-commit".into()).spawn(move || {
            while let Some(jobs) = at_end.0.take() {
                core.commit_group(jobs);
            }
        })?;
        Ok(Self { queue, thread: Mutex::new(Some(thread)) })
    }

    /// Queues the job; after the end it is dropped, which answers that the store is closed.
    pub(crate) fn push(&self, job: Job) {
        let mut state = self.queue.state();
        if !state.1 {
            state.0.push(job);
            drop(state);
            self.queue.filled.notify_one();
        }
    }

    /// Commits what is queued and ends the thread.
    pub(crate) fn stop(&self) {
        self.queue.state().1 = true;
        self.queue.filled.notify_one();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A callback may hold the last handle of the store: the thread cannot wait for itself.
        if let Some(thread) = thread
            && thread.thread().id() != thread::current().id()
        {
            // It has answered, or failed, for every job; its panic was printed by itself.
            let _ = thread.join();
        }
    }
}
