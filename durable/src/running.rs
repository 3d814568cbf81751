//! An engine at work: a thread that looks for what is due, and one for each step and command in hand.

use crate::{
    Engine,
    engine::claim_of_command,
    lease::Held,
    tables::{DUE, OUTBOX},
};
use gate::Error;
use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

/// Workflows that run at once; commands (builds) are bounded by their own services.
const MAX_THREADS: usize = 64;
/// The clock may be set, so timers are looked at this often at least; and leases are renewed.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// What cannot go on is not looked at again before.
const AFTER_A_FAILURE: Duration = Duration::from_secs(1);

type Report = Arc<dyn Fn(&str, &Error) + Send + Sync>;

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Something was committed that may be due.
    stirred: bool,
    stopping: bool,
    /// Workflows and commands that a thread has in hand.
    claimed: HashSet<String>,
    /// The commands among them that were taken.
    held: BTreeMap<String, Held>,
    threads: usize,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn stir(&self) {
        self.lock().stirred = true;
        self.changed.notify_all();
    }
}

impl Engine {
    /// Runs until `Running::stop`: all that is due now, and again whenever something becomes due.
    pub fn start(self, report: impl Fn(&str, &Error) + Send + Sync + 'static) -> Running {
        let engine = Arc::new(self);
        let shared = Arc::<Shared>::default();
        let (due, outbox, own) = (shared.clone(), shared.clone(), shared.clone());
        engine.gate().on_change(&DUE, move || due.stir());
        engine.gate().on_change(&OUTBOX, move || outbox.stir());
        let report: Report = Arc::new(report);
        let dispatcher = thread::spawn(move || dispatch(&engine, &own, &report));
        Running { shared, dispatcher: Some(dispatcher) }
    }
}

fn dispatch(engine: &Arc<Engine>, shared: &Arc<Shared>, report: &Report) {
    if let Err(error) = engine.begin() {
        report("the engine's start", &error);
    }
    loop {
        let (claimed, held) = {
            let mut state = shared.lock();
            if state.stopping {
                break;
            }
            state.stirred = false;
            (state.claimed.clone(), state.held.values().cloned().collect::<Vec<_>>())
        };
        let looked = engine.renew(&held).and_then(|()| engine.look(&claimed));
        let sleep = match looked {
            Ok(looked) => {
                let next = looked.next;
                for (id, workflow, context) in looked.due {
                    let (engine, step) = (engine.clone(), id.clone());
                    spawn(shared, id, report, true, move || engine.run_step(&step, &workflow, &context));
                }
                for id in looked.commands {
                    let (engine, shared2, claim) = (engine.clone(), shared.clone(), claim_of_command(&id));
                    let own = claim.clone();
                    spawn(shared, claim, report, false, move || {
                        engine.run_command(&id, true, |held| {
                            shared2.lock().held.insert(own, held.clone());
                        })
                    });
                }
                next.map_or(LONGEST_SLEEP, |t| t.since(engine.gate().clock().now()).max(Duration::from_millis(1)))
            }
            Err(error) => {
                report("looking for due work", &error);
                AFTER_A_FAILURE
            }
        };
        let state = shared.lock();
        if !state.stirred && !state.stopping {
            drop(shared.changed.wait_timeout(state, sleep.min(LONGEST_SLEEP)));
        }
    }
}

fn spawn(shared: &Arc<Shared>, claim: String, report: &Report, bounded: bool, work: impl FnOnce() -> Result<(), Error> + Send + 'static) {
    let (shared, report) = (shared.clone(), report.clone());
    {
        let mut state = shared.lock();
        if (bounded && state.threads >= MAX_THREADS) || !state.claimed.insert(claim.clone()) {
            return;
        }
        state.threads += 1;
    }
    thread::spawn(move || {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        let result = result.unwrap_or_else(|_| Err(Error::internal("the engine itself panicked")));
        if let Err(error) = &result {
            report(&claim, error);
            let state = shared.lock();
            // What cannot go on is not looked at again at once.
            drop(shared.changed.wait_timeout_while(state, AFTER_A_FAILURE, |state| !state.stopping));
        }
        let mut state = shared.lock();
        state.claimed.remove(&claim);
        state.held.remove(&claim);
        state.threads -= 1;
        drop(state);
        shared.stir();
    });
}

/// A running engine.
pub struct Running {
    shared: Arc<Shared>,
    dispatcher: Option<thread::JoinHandle<()>>,
}

impl Running {
    /// From here on nothing is begun any more.
    pub fn pause(&self) {
        self.shared.lock().stopping = true;
        self.shared.changed.notify_all();
    }

    /// Waits for what is in hand, at most `patience`. Returns what still is: workflows by their ids, commands by `command ID`.
    pub fn wait(&self, patience: Duration) -> Vec<String> {
        let state = self.shared.lock();
        let waited = self.shared.changed.wait_timeout_while(state, patience, |s| s.threads > 0);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let mut names: Vec<String> = state.claimed.iter().cloned().collect();
        names.sort();
        names
    }

    /// Takes no new work, and waits for what is in hand, at most `patience`. The rest, which is returned, goes on at the next start.
    pub fn stop(mut self, patience: Duration) -> Vec<String> {
        self.pause();
        let rest = self.wait(patience);
        if let Some(dispatcher) = self.dispatcher.take() {
            // It printed its own panic.
            let _ = dispatcher.join();
        }
        rest
    }
}
