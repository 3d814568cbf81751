use crate::{
    Status,
    feed::set_wake,
    tables::{DURABLE, INSTANCES, Instance, SIGNALS, SUBSCRIPTIONS},
};
use base::{AccountId, Timestamp};
use gate::{Error, Gate, Scope, Service, StepContext};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{
    marker::PhantomData,
    ops::{Deref, DerefMut},
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

/// Long work of a service: a state and a step.
pub trait Workflow: Sized + 'static {
    /// The service whose work it is.
    type Service: Service;
    /// Its name within the service.
    const NAME: &'static str;
    /// What it keeps between steps.
    type State: Serialize + DeserializeOwned;
    /// The service's token.
    fn token() -> Self::Service;
    /// One step: one transaction. It may run again (on a conflict), so it keeps nothing outside `work`. An AWS error
    /// that the work is prepared for becomes part of the next state; an `Err` means: again later.
    ///
    /// # Errors
    /// Tried again with growing pauses, in the end `give_up`.
    fn step(work: &mut Work<'_, Self>, state: Self::State) -> Result<Next<Self::State>, Error>;
    /// Called when a step has failed for good: brings what the work is about to an honest end.
    ///
    /// # Errors
    /// The end could not be written; the work is left as failed.
    fn give_up(work: &mut Work<'_, Self>, state: Self::State, error: &Error) -> Result<(), Error>;
}

/// How a workflow goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next<S> {
    /// With another step at once.
    Go(S),
    /// When this moment comes or a signal arrives.
    At(S, Timestamp),
    /// When a signal arrives.
    Wait(S),
    /// Not at all: it is done.
    Done,
}

/// What a step has: the service's scope, and the workflow's own id and signals.
pub struct Work<'a, W: Workflow> {
    scope: Scope<'a, W::Service>,
    id: &'a str,
    account: AccountId,
    signals: Vec<Value>,
    marker: PhantomData<fn() -> W>,
}

impl<W: Workflow> Work<'_, W> {
    /// The workflow's id.
    pub fn id(&self) -> &str {
        self.id
    }
    /// Whose work it is.
    pub fn owner(&self) -> AccountId {
        self.account
    }
    /// The signals that came since the last step, in order.
    pub fn signals(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.signals)
    }
    /// Subscribes this workflow to a topic of the feed.
    ///
    /// # Errors
    /// The store failed.
    pub fn subscribe(&mut self, topic: &str) -> Result<(), Error> {
        let id = self.id;
        crate::subscribe(&mut self.scope, id, topic)
    }
    /// Asks for work outside transactions (see `durable::command`).
    ///
    /// # Errors
    /// The store failed.
    pub fn command(&mut self, handler: &str, id: &str, payload: Value) -> Result<(), Error> {
        let account = self.account;
        crate::command(&mut self.scope, account, handler, id, payload)
    }
}

impl<'a, W: Workflow> Deref for Work<'a, W> {
    type Target = Scope<'a, W::Service>;
    fn deref(&self) -> &Self::Target {
        &self.scope
    }
}
impl<W: Workflow> DerefMut for Work<'_, W> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.scope
    }
}

pub(crate) fn full_name<W: Workflow>() -> String {
    format!("{}/{}", W::Service::NAME, W::NAME)
}

/// A step that fails is tried again after 1, 2, 4, ... seconds, this often.
const MAX_FAILURES: u32 = 5;

pub(crate) trait DynWorkflow: Send + Sync {
    /// Runs one step of an instance that is due.
    fn run(&self, gate: &Gate, id: &str, context: &StepContext) -> Result<(), Error>;
}

pub(crate) struct Typed<W>(pub(crate) PhantomData<fn() -> W>);

impl<W: Workflow> DynWorkflow for Typed<W> {
    fn run(&self, gate: &Gate, id: &str, context: &StepContext) -> Result<(), Error> {
        // A step that panics has failed like any other: it is tried again a few times, then given up.
        let attempt = || gate.step(&W::token(), context, |scope| step::<W>(scope, id));
        let stepped = catch_unwind(AssertUnwindSafe(attempt)).unwrap_or_else(|_| Err(Error::internal("the step panicked")));
        match stepped {
            Ok(()) => Ok(()),
            Err(error) => gate.step(&W::token(), context, |scope| failed::<W>(scope, id, &error)),
        }
    }
}

fn due<W: Workflow>(scope: &mut Scope<'_, W::Service>, id: &str) -> Result<Option<Instance>, Error> {
    let now = scope.now();
    let found = scope.beside(&DURABLE).get(&INSTANCES, id)?;
    Ok(found.filter(|i| i.status == Status::Running && i.wake.is_some_and(|w| w <= now)))
}

fn state_of<W: Workflow>(instance: &Instance) -> Result<W::State, Error> {
    serde_json::from_value(instance.state.clone())
        .map_err(|e| Error::internal(format_args!("the state of a {} is not readable: {e}", W::NAME)))
}

fn step<W: Workflow>(scope: &mut Scope<'_, W::Service>, id: &str) -> Result<(), Error> {
    let Some(before) = due::<W>(scope, id)? else { return Ok(()) };
    let state = state_of::<W>(&before)?;
    let mut durable = scope.beside(&DURABLE);
    let mut signals = Vec::new();
    for (key, signal) in durable.scan(&SIGNALS, id)? {
        durable.delete(&SIGNALS, &[id, key[1].as_str()]);
        signals.push(signal);
    }
    let mut work = Work::<W> { scope: scope.beside(&W::token()), id, account: before.account, signals, marker: PhantomData };
    let next = W::step(&mut work, state)?;
    let now = scope.now();
    let mut durable = scope.beside(&DURABLE);
    // Read again: the step itself may have subscribed or signalled.
    let Some(mut instance) = durable.get(&INSTANCES, id)? else { return Ok(()) };
    instance.failures = 0;
    let signalled = !durable.scan(&SIGNALS, id)?.is_empty();
    let (state, wake) = match next {
        Next::Done => return end(&mut durable, id, instance, Status::Done),
        Next::Go(state) => (state, Some(now)),
        Next::At(state, _) | Next::Wait(state) if signalled => (state, Some(now)),
        Next::At(state, time) => (state, Some(time)),
        Next::Wait(state) => (state, None),
    };
    instance.state = base::revealed(|| serde_json::to_value(state)).map_err(Error::internal)?;
    set_wake(&mut durable, id, instance, wake)
}

fn failed<W: Workflow>(scope: &mut Scope<'_, W::Service>, id: &str, error: &Error) -> Result<(), Error> {
    let Some(mut instance) = due::<W>(scope, id)? else { return Ok(()) };
    instance.failures += 1;
    if instance.failures <= MAX_FAILURES {
        let pause = Duration::from_secs(1 << (instance.failures - 1));
        let wake = scope.now().plus(pause);
        return set_wake(&mut scope.beside(&DURABLE), id, instance, Some(wake));
    }
    if let Ok(state) = state_of::<W>(&instance) {
        let mut work =
            Work::<W> { scope: scope.beside(&W::token()), id, account: instance.account, signals: Vec::new(), marker: PhantomData };
        W::give_up(&mut work, state, error)?;
    }
    let mut durable = scope.beside(&DURABLE);
    end(&mut durable, id, instance, Status::Failed)
}

fn end(durable: &mut Scope<'_, crate::tables::Durable>, id: &str, mut instance: Instance, status: Status) -> Result<(), Error> {
    for topic in std::mem::take(&mut instance.topics) {
        durable.delete(&SUBSCRIPTIONS, &[topic.as_str(), id]);
    }
    for (key, _) in durable.scan(&SIGNALS, id)? {
        durable.delete(&SIGNALS, &[id, key[1].as_str()]);
    }
    instance.status = status;
    set_wake(durable, id, instance, None)
}
