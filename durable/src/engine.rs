use crate::{
    Command, Status, Under, Workflow,
    tables::{DUE, DURABLE, INSTANCES, OUTBOX},
    workflow::{DynWorkflow, Typed, full_name},
};
use base::{AccountId, Timestamp};
use gate::{Error, Gate, Service, StepContext};
use std::{
    collections::{BTreeMap, HashSet},
    marker::PhantomData,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    thread,
    time::Duration,
};

/// What a handler of commands has.
pub struct Agent<'a> {
    /// The gate.
    pub gate: &'a Gate,
    /// What to do.
    pub command: &'a Command,
}

type Handler = Arc<dyn Fn(&Agent<'_>) -> Result<(), Error> + Send + Sync>;

/// Runs all workflows of a gate.
pub struct Engine {
    gate: Gate,
    workflows: BTreeMap<String, Arc<dyn DynWorkflow>>,
    handlers: BTreeMap<String, Handler>,
    shared: Arc<Shared>,
}

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
    threads: usize,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }
    fn stir(&self) {
        self.lock().stirred = true;
        self.changed.notify_all();
    }
}

/// Workflows that run at once; commands (builds) are bounded by their own services.
const MAX_THREADS: usize = 64;
/// How many due rows are looked at at once.
const BATCH: usize = 256;
/// The clock may be set, so timers are looked at this often at least.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);

impl Engine {
    /// An engine without workflows.
    pub fn new(gate: Gate) -> Self {
        Self { gate, workflows: BTreeMap::new(), handlers: BTreeMap::new(), shared: Arc::default() }
    }
    /// With a workflow.
    pub fn workflow<W: Workflow>(&mut self) -> &mut Self {
        self.workflows.insert(full_name::<W>(), Arc::new(Typed::<W>(PhantomData)));
        self
    }
    /// With a handler of service `S`'s commands. It runs on a thread of its own and may run again after a crash.
    pub fn handler<S: Service>(
        &mut self,
        name: &str,
        handler: impl Fn(&Agent<'_>) -> Result<(), Error> + Send + Sync + 'static,
    ) -> &mut Self {
        self.handlers.insert(format!("{}/{name}", S::NAME), Arc::new(handler));
        self
    }
    /// The gate that the work passes through.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    fn context(&self) -> StepContext {
        StepContext { account: self.gate.management_account(), region: self.gate.region().clone() }
    }

    /// Due workflows and waiting commands that nobody has in hand, and the time of the next timer.
    fn look(&self) -> Result<Looked, Error> {
        let claimed = self.shared.lock().claimed.clone();
        self.gate.step(&DURABLE, &self.context(), |scope| {
            let now = scope.now();
            let mut looked = Looked::default();
            for (key, ()) in scope.page::<[&str; 0], _>(&DUE, &[], None, BATCH + claimed.len(), false)? {
                let time = Timestamp(key[0].parse().unwrap_or(0));
                if time > now {
                    looked.next = Some(time);
                    break;
                }
                if claimed.contains(&key[1]) {
                    continue;
                }
                if let Some(instance) = scope.get(&INSTANCES, key[1].as_str())? {
                    looked.due.push((
                        key[1].clone(),
                        instance.workflow,
                        StepContext { account: instance.account, region: instance.region },
                    ));
                }
            }
            for (key, command) in scope.page::<[&str; 0], _>(&OUTBOX, &[], None, BATCH + claimed.len(), false)? {
                if !claimed.contains(&claim_of_command(&key[0])) {
                    looked.commands.push(command);
                }
            }
            Ok(looked)
        })
    }

    fn run_step(&self, id: &str, workflow: &str, context: &StepContext) -> Result<(), Error> {
        match self.workflows.get(workflow) {
            Some(found) => found.run(&self.gate, id, context),
            None => Err(Error::internal(format_args!("this release does not know the workflow {workflow}; it is left as it is"))),
        }
    }

    fn run_command(&self, command: &Command) -> Result<(), Error> {
        let Some(handler) = self.handlers.get(&command.handler) else {
            return Err(Error::internal(format_args!(
                "this release does not know the handler {}; its command is left as it is",
                command.handler
            )));
        };
        handler(&Agent { gate: &self.gate, command })?;
        self.gate.step(&DURABLE, &self.context(), |scope| {
            scope.delete(&OUTBOX, command.id.as_str());
            Ok(())
        })
    }

    /// Runs until `Running::stop`: all that is due now, and again whenever something becomes due.
    pub fn start(self, report: impl Fn(&str, &Error) + Send + Sync + 'static) -> Running {
        let engine = Arc::new(self);
        let shared = engine.shared.clone();
        let (due, outbox) = (shared.clone(), shared.clone());
        engine.gate.on_change(&DUE, move || due.stir());
        engine.gate.on_change(&OUTBOX, move || outbox.stir());
        let report: Report = Arc::new(report);
        let dispatcher = thread::spawn(move || dispatch(&engine, &report));
        Running { shared, dispatcher: Some(dispatcher) }
    }

    /// Runs all that is due, in the order of (time, id), on this thread, until nothing is. Returns the next timer.
    ///
    /// # Errors
    /// The store failed, or a workflow or handler is not known.
    pub fn run_due(&self) -> Result<Option<Timestamp>, Error> {
        loop {
            let looked = self.look()?;
            if looked.due.is_empty() && looked.commands.is_empty() {
                return Ok(looked.next);
            }
            for (id, workflow, context) in &looked.due {
                self.run_step(id, workflow, context)?;
            }
            for command in &looked.commands {
                self.run_command(command)?;
            }
        }
    }

    /// Workflows that have not ended.
    ///
    /// # Errors
    /// The store failed.
    pub fn under_way(gate: &Gate, account: Option<AccountId>) -> Result<Vec<Under>, Error> {
        let context = StepContext { account: gate.management_account(), region: gate.region().clone() };
        gate.step(&DURABLE, &context, |scope| {
            let rows = scope.scan::<[&str; 0], _>(&INSTANCES, &[])?;
            let running = rows.into_iter().filter(|(_, i)| i.status == Status::Running && account.is_none_or(|a| a == i.account));
            Ok(running
                .map(|(mut key, i)| Under {
                    id: key.swap_remove(0),
                    workflow: i.workflow,
                    account: i.account,
                    started: i.started,
                    wake: i.wake,
                })
                .collect())
        })
    }
}

type Report = Arc<dyn Fn(&str, &Error) + Send + Sync>;

#[derive(Default)]
struct Looked {
    due: Vec<(String, String, StepContext)>,
    commands: Vec<Command>,
    next: Option<Timestamp>,
}

fn claim_of_command(id: &str) -> String {
    format!("command {id}")
}

fn dispatch(engine: &Arc<Engine>, report: &Report) {
    loop {
        {
            let mut state = engine.shared.lock();
            if state.stopping {
                break;
            }
            state.stirred = false;
        }
        let sleep = match engine.look() {
            Ok(looked) => {
                let next = looked.next;
                for (id, workflow, context) in looked.due {
                    let (step_engine, step_id) = (engine.clone(), id.clone());
                    spawn(engine, id, report, true, move || step_engine.run_step(&step_id, &workflow, &context));
                }
                for command in looked.commands {
                    let (engine2, claim) = (engine.clone(), claim_of_command(&command.id));
                    spawn(engine, claim, report, false, move || engine2.run_command(&command));
                }
                next.map_or(LONGEST_SLEEP, |t| t.since(engine.gate.clock().now()).max(Duration::from_millis(1)))
            }
            Err(error) => {
                report("looking for due work", &error);
                Duration::from_secs(1)
            }
        };
        let state = engine.shared.lock();
        if !state.stirred && !state.stopping {
            drop(engine.shared.changed.wait_timeout(state, sleep.min(LONGEST_SLEEP)));
        }
    }
}

fn spawn(engine: &Arc<Engine>, claim: String, report: &Report, bounded: bool, work: impl FnOnce() -> Result<(), Error> + Send + 'static) {
    let shared = engine.shared.clone();
    let report = report.clone();
    {
        let mut state = shared.lock();
        if (bounded && state.threads >= MAX_THREADS) || !state.claimed.insert(claim.clone()) {
            return;
        }
        state.threads += 1;
    }
    thread::spawn(move || {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        let failed = match result {
            Ok(Ok(())) => false,
            Ok(Err(error)) => {
                report(&claim, &error);
                true
            }
            Err(_) => {
                report(&claim, &Error::internal("a step panicked"));
                true
            }
        };
        if failed {
            // What cannot go on is not looked at again at once.
            thread::sleep(Duration::from_secs(1));
        }
        let mut state = shared.lock();
        state.claimed.remove(&claim);
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
    /// Takes no new work, and waits for what is in hand, at most `patience`. The rest goes on at the next start.
    pub fn stop(mut self, patience: Duration) {
        let mut state = self.shared.lock();
        state.stopping = true;
        self.shared.changed.notify_all();
        let waited = self.shared.changed.wait_timeout_while(state, patience, |s| s.threads > 0);
        drop(waited);
        if let Some(dispatcher) = self.dispatcher.take() {
            let _ = dispatcher.join();
        }
    }
}
