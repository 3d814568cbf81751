//! What a call or a step may set going: its effects as data, part of its own transaction.

use crate::{
    Command, Workflow,
    tables::{DUE, DURABLE, Durable, INSTANCES, Instance, OUTBOX, SIGNALS, SUBSCRIPTIONS, Status, digits},
};
use base::{AccountId, Arn, Timestamp, uuid, uuid_v7};
use gate::{Error, Scope, Service};
use serde_json::{Value, json};

/// Starts a workflow under an id of the caller's choice. It runs when this call is committed.
///
/// # Errors
/// The store failed; or the id is taken.
pub fn start<W: Workflow>(scope: &mut Scope<'_, W::Service>, id: &str, account: AccountId, state: &W::State) -> Result<(), Error> {
    let now = scope.now();
    let region = scope.region().clone();
    let mut durable = scope.beside(&DURABLE);
    if durable.get(&INSTANCES, id)?.is_some_and(|i| i.status == Status::Running) {
        return Err(Error::internal(format_args!("the work '{id}' is under way already")));
    }
    let state = base::revealed(|| serde_json::to_value(state)).map_err(Error::internal)?;
    let workflow = crate::workflow::full_name::<W>();
    let instance = Instance {
        workflow,
        version: W::VERSION,
        account,
        region,
        state,
        status: Status::Running,
        started: now,
        wake: None,
        failures: 0,
        topics: Vec::new(),
        lease: None,
        error: None,
    };
    set_wake(&mut durable, id, instance, Some(now))
}

/// Stores an instance with a new wake time, keeping the index of due work.
pub(crate) fn set_wake(durable: &mut Scope<'_, Durable>, id: &str, mut instance: Instance, wake: Option<Timestamp>) -> Result<(), Error> {
    if let Some(old) = instance.wake {
        durable.delete(&DUE, &[digits(old).as_str(), id]);
    }
    instance.wake = wake;
    if let Some(new) = wake {
        durable.put(&DUE, &[digits(new).as_str(), id], &())?;
    }
    durable.put(&INSTANCES, id, &instance)
}

/// Sends a signal to a workflow and wakes it. A workflow that has ended takes no notice.
///
/// # Errors
/// The store failed.
pub fn signal<S: Service>(scope: &mut Scope<'_, S>, id: &str, signal: Value) -> Result<(), Error> {
    let now = scope.now();
    let mut durable = scope.beside(&DURABLE);
    let Some(instance) = durable.get(&INSTANCES, id)? else { return Ok(()) };
    if instance.status != Status::Running {
        return Ok(());
    }
    let order = uuid_v7(durable.entropy(), now);
    durable.put(&SIGNALS, &[id, order.as_str()], &signal)?;
    // One that is due already is not written again: many publishers may signal it at once.
    if instance.wake.is_some_and(|wake| wake <= now) {
        return Ok(());
    }
    let wake = instance.wake.map_or(now, |w| w.min(now));
    set_wake(&mut durable, id, instance, Some(wake))
}

/// Moves a waiting workflow's wake time to `time` without a signal.
///
/// # Errors
/// The store failed.
pub fn wake_at<S: Service>(scope: &mut Scope<'_, S>, id: &str, time: Timestamp) -> Result<(), Error> {
    let mut durable = scope.beside(&DURABLE);
    match durable.get(&INSTANCES, id)? {
        Some(instance) if instance.status == Status::Running => set_wake(&mut durable, id, instance, Some(time)),
        _ => Ok(()),
    }
}

/// Tells the feed of a state change of service `S`. Whoever subscribed to `S::NAME/topic` is signalled with `change`, which
/// says what changed and no more: a reader makes its own calls, under its own rights, for the rest.
///
/// # Errors
/// The store failed.
pub fn publish<S: Service>(scope: &mut Scope<'_, S>, topic: &str, change: Value) -> Result<(), Error> {
    let topic = format!("{}/{topic}", S::NAME);
    let mut durable = scope.beside(&DURABLE);
    for (key, ()) in durable.scan(&SUBSCRIPTIONS, topic.as_str())? {
        signal(&mut durable, &key[1], change.clone())?;
    }
    Ok(())
}

/// Tells of a change in the shape of EventBridge's events, under `event/ACCOUNT`: what the rules of that account may match.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>
///
/// # Errors
/// The store failed.
pub fn tell<S: Service>(
    scope: &mut Scope<'_, S>,
    account: AccountId,
    detail_type: &str,
    resources: &[&Arn],
    detail: Value,
) -> Result<(), Error> {
    let topic = format!("event/{account}");
    if scope.beside(&DURABLE).scan(&SUBSCRIPTIONS, format!("{}/{topic}", S::NAME).as_str())?.is_empty() {
        return Ok(());
    }
    let event = json!({
        "version": "0",
        "id": uuid(scope.entropy()),
        "detail-type": detail_type,
        "source": format!("aws.{}", S::NAME),
        "account": account,
        "time": scope.now().iso(),
        "region": scope.region(),
        "resources": resources,
        "detail": detail,
    });
    publish(scope, &topic, event)
}

/// Subscribes a workflow to a topic of the feed (`codebuild/build/…`) until it ends.
///
/// # Errors
/// The store failed; or there is no such workflow.
pub fn subscribe<S: Service>(scope: &mut Scope<'_, S>, id: &str, topic: &str) -> Result<(), Error> {
    let mut durable = scope.beside(&DURABLE);
    let mut instance = durable.get(&INSTANCES, id)?.ok_or_else(|| Error::internal(format_args!("there is no work '{id}'")))?;
    if !instance.topics.iter().any(|t| t == topic) {
        instance.topics.push(topic.into());
        durable.put(&SUBSCRIPTIONS, &[topic, id], &())?;
        durable.put(&INSTANCES, id, &instance)?;
    }
    Ok(())
}

/// Asks for work outside transactions. It begins when this call is committed, and again after a crash until it ends.
///
/// # Errors
/// The store failed.
pub fn command<S: Service>(scope: &mut Scope<'_, S>, account: AccountId, handler: &str, id: &str, payload: Value) -> Result<(), Error> {
    let region = scope.region().clone();
    let command = Command { id: id.into(), handler: format!("{}/{handler}", S::NAME), account, region, payload };
    scope.beside(&DURABLE).put(&OUTBOX, id, &command)
}
