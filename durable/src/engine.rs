use crate::{
    Agent, Status, Under, Workflow,
    lease::{self, barred},
    tables::{CLAIMS, DUE, DURABLE, INSTANCES, LEFT, OUTBOX},
    workflow::{DynWorkflow, Ran, Typed, caught, full_name},
};
use base::{AccountId, Timestamp};
use gate::{Error, Gate, Service, StepContext};
use std::{
    collections::{BTreeMap, HashSet},
    marker::PhantomData,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

type Handler = Arc<dyn Fn(&Agent<'_>) -> Result<(), Error> + Send + Sync>;

/// Runs all workflows of a gate.
pub struct Engine {
    gate: Gate,
    /// The name that its leases are under.
    worker: String,
    workflows: BTreeMap<String, Arc<dyn DynWorkflow>>,
    handlers: BTreeMap<String, Handler>,
    /// What this release does not know: left as it is, and not looked at again.
    left: Mutex<HashSet<String>>,
}

/// How many due rows are looked at at once.
const BATCH: usize = 256;
/// The name of an engine that has no other beside it.
const ALONE: &str = "server";

/// What there is to do.
#[derive(Default)]
pub(crate) struct Looked {
    pub(crate) due: Vec<(String, String, StepContext)>,
    /// Ids of commands.
    pub(crate) commands: Vec<String>,
    pub(crate) next: Option<Timestamp>,
}

impl Looked {
    fn later(&mut self, time: Timestamp) {
        self.next = Some(self.next.map_or(time, |next| next.min(time)));
    }
}

impl Engine {
    /// An engine without workflows.
    pub fn new(gate: Gate) -> Self {
        Self { gate, worker: ALONE.into(), workflows: BTreeMap::new(), handlers: BTreeMap::new(), left: Mutex::default() }
    }
    /// With another name than the engines that run over the same store at the same time. A name is kept over restarts: what an
    /// engine of this name had in hand is taken over at once.
    pub fn named(mut self, worker: &str) -> Self {
        self.worker = worker.into();
        self
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
    /// The names of all workflows, `service/Workflow`.
    pub fn workflows(&self) -> impl Iterator<Item = &str> {
        self.workflows.keys().map(String::as_str)
    }

    fn left(&self) -> MutexGuard<'_, HashSet<String>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes, for those who look, what is left as it is, and why.
    fn leave(&self, id: &str, why: &str) -> Result<(), Error> {
        if self.left().insert(id.into()) {
            self.gate.step(&DURABLE, &self.context(), |scope| scope.put(&LEFT, id, &why.to_string()))?;
        }
        Ok(())
    }

    /// What an earlier release left may be known to this one.
    pub(crate) fn begin(&self) -> Result<(), Error> {
        self.gate.step(&DURABLE, &self.context(), |scope| {
            for (key, _) in scope.scan::<[&str; 0], _>(&LEFT, &[])? {
                scope.delete(&LEFT, key[0].as_str());
            }
            Ok(())
        })
    }

    pub(crate) fn context(&self) -> StepContext {
        StepContext { account: self.gate.management_account(), region: self.gate.region().clone() }
    }

    /// Due workflows and waiting commands that nobody has in hand, and the time of the next timer.
    pub(crate) fn look(&self, claimed: &HashSet<String>) -> Result<Looked, Error> {
        let left = self.left().clone();
        let many = BATCH + claimed.len() + left.len();
        self.gate.step(&DURABLE, &self.context(), |scope| {
            let now = scope.now();
            let mut looked = Looked::default();
            for (key, ()) in scope.page::<[&str; 0], _>(&DUE, &[], None, many, false)? {
                let time = Timestamp(key[0].parse().unwrap_or(0));
                if time > now {
                    looked.later(time);
                    break;
                }
                if claimed.contains(&key[1]) || left.contains(&key[1]) {
                    continue;
                }
                let Some(instance) = scope.get(&INSTANCES, key[1].as_str())? else { continue };
                match barred(instance.lease.as_ref(), &self.worker, now) {
                    Some(until) => looked.later(until),
                    None => {
                        let context = StepContext { account: instance.account, region: instance.region };
                        looked.due.push((key[1].clone(), instance.workflow, context));
                    }
                }
            }
            for (key, _) in scope.page::<[&str; 0], _>(&OUTBOX, &[], None, many, false)? {
                let id = &key[0];
                if claimed.contains(&claim_of_command(id)) || left.contains(id) {
                    continue;
                }
                let claim = scope.get(&CLAIMS, id.as_str())?.unwrap_or_default();
                let later = barred(claim.lease.as_ref(), &self.worker, now).or(claim.next.filter(|next| *next > now));
                match later {
                    Some(time) => looked.later(time),
                    None => looked.commands.push(id.clone()),
                }
            }
            Ok(looked)
        })
    }

    pub(crate) fn run_step(&self, id: &str, workflow: &str, context: &StepContext) -> Result<(), Error> {
        let ran = match self.workflows.get(workflow) {
            Some(found) => found.run(&self.gate, id, context, &self.worker)?,
            None => Ran::Unknown(format!("this release does not know the workflow {workflow}")),
        };
        let Ran::Unknown(why) = ran else { return Ok(()) };
        self.leave(id, &why)?;
        Err(Error::internal(format_args!("{why}; the work is left as it is")))
    }

    /// Does a command, if it is still there and nobody else has it. `begun` is told what was taken. Unless its end is `noted`, it
    /// is as if a crash had come behind the handler.
    pub(crate) fn run_command(&self, id: &str, noted: bool, begun: impl FnOnce(&lease::Held)) -> Result<(), Error> {
        let Some((command, held)) = self.gate.step(&DURABLE, &self.context(), |scope| lease::take(scope, id, &self.worker))? else {
            return Ok(());
        };
        begun(&held);
        let Some(handler) = self.handlers.get(&command.handler) else {
            let why = format!("this release does not know the handler {}", command.handler);
            self.leave(id, &why)?;
            return Err(Error::internal(format_args!("{why}; its command is left as it is")));
        };
        store::fail_point("outbox: taken, not begun");
        let agent = Agent { gate: &self.gate, command: &command, held: held.clone() };
        // One that panics has failed like any other.
        let done = caught("the handler", || handler(&agent));
        store::fail_point("outbox: done, not gone");
        match done {
            _ if !noted => Ok(()),
            Ok(()) => self.gate.step(&DURABLE, &self.context(), |scope| lease::finish(scope, &held)),
            Err(error) => {
                self.gate.step(&DURABLE, &self.context(), |scope| lease::put_off(scope, &held, &error))?;
                Err(error)
            }
        }
    }

    /// Keeps the leases of these commands.
    pub(crate) fn renew(&self, held: &[lease::Held]) -> Result<(), Error> {
        for one in held.iter().filter(|one| !one.is_lost()) {
            if !self.gate.step(&DURABLE, &self.context(), |scope| lease::renew(scope, one, &self.worker))? {
                one.lost.store(true, std::sync::atomic::Ordering::Relaxed);
            }
        }
        Ok(())
    }

    /// Runs what is due first, on this thread: one step, or one command. False: nothing is due.
    ///
    /// # Errors
    /// As [`Engine::run_due`].
    pub fn run_next(&self) -> Result<bool, Error> {
        self.run_first(true)
    }

    /// As [`Engine::run_next`], but a command is cut off as by a crash: its handler runs, and its end is not noted.
    ///
    /// # Errors
    /// As [`Engine::run_due`].
    pub fn run_next_cut(&self) -> Result<bool, Error> {
        self.run_first(false)
    }

    fn run_first(&self, noted: bool) -> Result<bool, Error> {
        let looked = self.look(&HashSet::new())?;
        if let Some((id, workflow, context)) = looked.due.first() {
            return self.run_step(id, workflow, context).map(|()| true);
        }
        let Some(id) = looked.commands.first() else { return Ok(false) };
        self.run_command(id, noted, |_| {}).map(|()| true)
    }

    /// Runs all that is due, in the order of (time, id), on this thread, until nothing is. Returns the next timer.
    ///
    /// # Errors
    /// The store failed, or a command did; or something is not known, which is said once.
    pub fn run_due(&self) -> Result<Option<Timestamp>, Error> {
        self.run_due_telling(&|_| {})
    }

    /// The same; before each step and command, its id is told.
    ///
    /// # Errors
    /// As [`Engine::run_due`].
    pub fn run_due_telling(&self, tell: &dyn Fn(&str)) -> Result<Option<Timestamp>, Error> {
        loop {
            let looked = self.look(&HashSet::new())?;
            if looked.due.is_empty() && looked.commands.is_empty() {
                return Ok(looked.next);
            }
            for (id, workflow, context) in &looked.due {
                tell(id);
                self.run_step(id, workflow, context)?;
            }
            for id in &looked.commands {
                tell(id);
                self.run_command(id, true, |_| {})?;
            }
        }
    }

    /// Workflows that have not ended.
    ///
    /// # Errors
    /// The store failed.
    pub fn under_way(gate: &Gate, account: Option<AccountId>) -> Result<Vec<Under>, Error> {
        let context = StepContext { account: gate.management_account(), region: gate.region().clone() };
        let mut all = gate.step(&DURABLE, &context, crate::survey)?.work;
        all.retain(|under| under.status == Status::Running && account.is_none_or(|account| account == under.account));
        Ok(all)
    }
}

pub(crate) fn claim_of_command(id: &str) -> String {
    format!("command {id}")
}
