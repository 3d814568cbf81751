use crate::{
    Lease, Status,
    feed::set_wake,
    lease::{barred, in_short, pause},
    tables::{DURABLE, Durable, INSTANCES, Instance, LEFT, SIGNALS, SUBSCRIPTIONS},
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
    /// The version of the state's form. A release leaves work of a later version as it is; it reads earlier ones.
    const VERSION: u32 = 1;
    /// The service's token.
    fn token() -> Self::Service;
    /// One step: all of it or nothing, maybe in one transaction with steps that follow at once. It may run again (on a conflict), so it keeps nothing outside `work`. An AWS error
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
/// And an end that cannot be written, this often.
const MAX_ENDS: u32 = 3;

/// So many steps that follow each other at once share a transaction at most: each commit waits for the disk.
pub const TOGETHER: usize = 8;
/// And no more once they have taken this long: others may want what they have read.
const LONG: Duration = Duration::from_millis(5);

/// What became of an attempt.
#[derive(PartialEq, Eq)]
pub(crate) enum Ran {
    /// A step was made; or the instance was not due any more.
    Fine,
    /// A step was made, and the next one follows at once.
    Again,
    /// This release cannot read it.
    Unknown(String),
}

pub(crate) trait DynWorkflow: Send + Sync {
    /// Runs one step of an instance that is due.
    fn run(&self, gate: &Gate, id: &str, context: &StepContext, worker: &str) -> Result<Ran, Error>;
}

pub(crate) struct Typed<W>(pub(crate) PhantomData<fn() -> W>);

/// One that panics has failed like any other.
pub(crate) fn caught<T>(what: &str, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().map(|text| text.to_string()).or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Error::internal(format_args!("{what} panicked: {}", said.as_deref().unwrap_or("it did not say why"))))
    })
}

impl<W: Workflow> DynWorkflow for Typed<W> {
    fn run(&self, gate: &Gate, id: &str, context: &StepContext, worker: &str) -> Result<Ran, Error> {
        let stepped = caught("the step", || gate.step(&W::token(), context, |scope| steps::<W>(gate, scope, id, worker)));
        let Err(error) = stepped else { return stepped };
        let noted = caught("giving up", || gate.step(&W::token(), context, |scope| failed::<W>(scope, id, worker, &error)));
        let Err(second) = noted else { return noted.map(|()| Ran::Fine) };
        // The end could not be written: later again, and at last the work is left as failed, for people to see.
        gate.step(&W::token(), context, |scope| poisoned::<W>(scope, id, worker, &second))?;
        Err(second)
    }
}

fn due<W: Workflow>(scope: &mut Scope<'_, W::Service>, id: &str, worker: &str) -> Result<Option<Instance>, Error> {
    let now = scope.now();
    let found = scope.beside(&DURABLE).get(&INSTANCES, id)?;
    let free = |i: &Instance| barred(i.lease.as_ref(), worker, now).is_none();
    Ok(found.filter(|i| i.status == Status::Running && i.wake.is_some_and(|w| w <= now) && free(i)))
}

/// The state; or why it cannot be read.
fn state_of<W: Workflow>(instance: &Instance) -> Result<W::State, String> {
    if instance.version > W::VERSION {
        return Err(format!("its state is of version {}, and this release knows {}", instance.version, W::VERSION));
    }
    serde_json::from_value(instance.state.clone()).map_err(|e| format!("this release cannot read its state: {e}"))
}

/// One step, and those that follow at once. After a failure each is made alone, so that what fails again is given up.
fn steps<W: Workflow>(gate: &Gate, scope: &mut Scope<'_, W::Service>, id: &str, worker: &str) -> Result<Ran, Error> {
    let Some(before) = due::<W>(scope, id, worker)? else { return Ok(Ran::Fine) };
    let most = if before.failures == 0 { TOGETHER } else { 1 };
    let begun = scope.now();
    let mut ran = step::<W>(scope, id, worker, before)?;
    for _ in 1..most {
        if ran != Ran::Again || gate.clock().now().since(begun) > LONG {
            break;
        }
        let Some(before) = due::<W>(scope, id, worker)? else { break };
        match scope.attempt(|scope| step::<W>(scope, id, worker, before)) {
            Ok(next) => ran = next,
            Err(error) => return failed::<W>(scope, id, worker, &error).map(|()| Ran::Fine),
        }
    }
    Ok(ran)
}

fn step<W: Workflow>(scope: &mut Scope<'_, W::Service>, id: &str, worker: &str, before: Instance) -> Result<Ran, Error> {
    let state = match state_of::<W>(&before) {
        Ok(state) => state,
        Err(why) => return Ok(Ran::Unknown(why)),
    };
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
    let Some(mut instance) = durable.get(&INSTANCES, id)? else { return Ok(Ran::Fine) };
    (instance.failures, instance.error, instance.version) = (0, None, W::VERSION);
    let signalled = !durable.scan(&SIGNALS, id)?.is_empty();
    let (state, wake) = match next {
        Next::Done => return end(&mut durable, id, instance).map(|()| Ran::Fine),
        Next::Go(state) => (state, Some(now)),
        Next::At(state, _) | Next::Wait(state) if signalled => (state, Some(now)),
        Next::At(state, time) => (state, Some(time)),
        Next::Wait(state) => (state, None),
    };
    // Whoever made this step makes the next one, if it follows at once.
    let again = wake.is_some_and(|wake| wake <= now);
    instance.lease = again.then(|| Lease::of(worker, now));
    instance.state = base::revealed(|| serde_json::to_value(state)).map_err(Error::internal)?;
    set_wake(&mut durable, id, instance, wake).map(|()| if again { Ran::Again } else { Ran::Fine })
}

/// Notes a failure, and puts the next attempt off.
fn put_off<W: Workflow>(scope: &mut Scope<'_, W::Service>, id: &str, mut instance: Instance, error: &Error) -> Result<(), Error> {
    (instance.lease, instance.error) = (None, Some(in_short(error)));
    let wake = scope.now().plus(pause(instance.failures));
    set_wake(&mut scope.beside(&DURABLE), id, instance, Some(wake))
}

fn failed<W: Workflow>(scope: &mut Scope<'_, W::Service>, id: &str, worker: &str, error: &Error) -> Result<(), Error> {
    let Some(mut instance) = due::<W>(scope, id, worker)? else { return Ok(()) };
    instance.failures += 1;
    if instance.failures <= MAX_FAILURES {
        return put_off::<W>(scope, id, instance, error);
    }
    let state = state_of::<W>(&instance).map_err(Error::internal)?;
    let mut work = Work::<W> { scope: scope.beside(&W::token()), id, account: instance.account, signals: Vec::new(), marker: PhantomData };
    W::give_up(&mut work, state, error)?;
    give_up(scope, id, instance, error)
}

fn poisoned<W: Workflow>(scope: &mut Scope<'_, W::Service>, id: &str, worker: &str, error: &Error) -> Result<(), Error> {
    let Some(mut instance) = due::<W>(scope, id, worker)? else { return Ok(()) };
    instance.failures += 1;
    if instance.failures <= MAX_FAILURES + MAX_ENDS {
        return put_off::<W>(scope, id, instance, error);
    }
    let error = Error::internal(format_args!("its end could not be written: {}", error.message));
    give_up(scope, id, instance, &error)
}

/// Forgets what the instance waited for.
fn let_go(durable: &mut Scope<'_, Durable>, id: &str, instance: &mut Instance) -> Result<(), Error> {
    for topic in std::mem::take(&mut instance.topics) {
        durable.delete(&SUBSCRIPTIONS, &[topic.as_str(), id]);
    }
    for (key, _) in durable.scan(&SIGNALS, id)? {
        durable.delete(&SIGNALS, &[id, key[1].as_str()]);
    }
    durable.delete(&LEFT, id);
    Ok(())
}

/// It stays, for people to see.
fn give_up<S: Service>(scope: &mut Scope<'_, S>, id: &str, mut instance: Instance, error: &Error) -> Result<(), Error> {
    let mut durable = scope.beside(&DURABLE);
    let_go(&mut durable, id, &mut instance)?;
    (instance.status, instance.lease, instance.error) = (Status::Failed, None, Some(in_short(error)));
    set_wake(&mut durable, id, instance, None)
}

fn end(durable: &mut Scope<'_, Durable>, id: &str, mut instance: Instance) -> Result<(), Error> {
    let_go(durable, id, &mut instance)?;
    set_wake(durable, id, instance, None)?;
    durable.delete(&INSTANCES, id);
    Ok(())
}
