//! A build's row while it runs, and the clients that act as its role.

use crate::{
    CodeBuild,
    model::PhaseContext,
    names::Owner,
    state::{BUILDS, BuildRow, FAILED, FAULT},
    workflows::build::{Order, save, session_name, work_id},
};
use base::{Arn, Region, Timestamp};
use durable::{Agent, Held};
use gate::{Actor, Client, Error, Gate, Scope, StepContext};
use serde_json::{Value, json};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

const TOKEN: CodeBuild = CodeBuild(());
/// Sessions last an hour; a build that lasts longer gets another in time.
const RENEW_AFTER: Duration = Duration::from_secs(45 * 60);

/// How a build ends before its time.
#[derive(Debug, Clone)]
pub(super) struct Ending {
    pub(super) status: &'static str,
    pub(super) context: PhaseContext,
}

impl Ending {
    pub(super) fn failed(code: &str, message: impl Into<String>) -> Self {
        Self { status: FAILED, context: PhaseContext::new(code, message) }
    }
    pub(super) fn fault(message: impl Into<String>) -> Self {
        Self { status: FAULT, context: PhaseContext::new("INTERNAL_ERROR", message) }
    }
}

/// The runner's own failures: nothing the build did.
impl From<Error> for Ending {
    fn from(error: Error) -> Self {
        Self::fault(error.to_string())
    }
}

type Change = Box<dyn Fn(&mut BuildRow) + Send>;

pub(super) struct Book<'a> {
    pub(super) gate: &'a Gate,
    pub(super) owner: Owner,
    pub(super) id: String,
    context: StepContext,
    held: Held,
    session: Mutex<Option<(Actor, Timestamp)>>,
    /// What is noted and not written yet.
    noted: Mutex<Vec<Change>>,
}

impl<'a> Book<'a> {
    pub(super) fn open(agent: &Agent<'a>, order: &Order) -> Self {
        let owner = Owner { account: order.account, region: order.region.clone() };
        let context = StepContext { account: order.account, region: Region::new(&order.region) };
        Self {
            gate: agent.gate,
            owner,
            id: order.id.clone(),
            context,
            held: agent.held(),
            session: Mutex::default(),
            noted: Mutex::default(),
        }
    }
    pub(super) fn now(&self) -> Timestamp {
        self.gate.clock().now()
    }
    pub(super) fn uuid(&self) -> &str {
        self.id.rsplit(':').next().unwrap_or(&self.id)
    }
    pub(super) fn arn(&self) -> Arn {
        self.owner.build_arn(&self.id)
    }
    /// Whether another worker has the build now.
    pub(super) fn is_lost(&self) -> bool {
        self.held.is_lost()
    }
    pub(super) fn load(&self) -> Result<Option<BuildRow>, Error> {
        self.gate.step(&TOKEN, &self.context, |scope| scope.get(&BUILDS, &self.owner.row(&self.id)))
    }
    /// Changes the row with the next transaction, as of now: what follows at once needs no commit of its own.
    pub(super) fn note(&self, change: impl Fn(&mut BuildRow, Timestamp) + Send + 'static) {
        let now = self.now();
        self.noted().push(Box::new(move |row| change(row, now)));
    }
    /// Writes what was noted.
    pub(super) fn write_notes(&self) -> Result<(), Error> {
        if self.noted().is_empty() { Ok(()) } else { self.update(|_, _| {}) }
    }
    fn noted(&self) -> MutexGuard<'_, Vec<Change>> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Changes the row in a transaction of its own, after what was noted. A build that has ended stays as it is, and so does one that another worker
    /// has taken over.
    pub(super) fn update(&self, change: impl Fn(&mut BuildRow, Timestamp)) -> Result<(), Error> {
        // Kept until it is written, so that nobody writes what comes later before it.
        let mut noted = self.noted();
        self.gate.step(&TOKEN, &self.context, |scope| {
            let now = scope.now();
            if !self.held.holds(scope)? {
                return Err(Error::internal("another worker has taken this build over"));
            }
            let Some(mut row) = scope.get(&BUILDS, &self.owner.row(&self.id))?.filter(|row| row.ended.is_none()) else { return Ok(()) };
            noted.iter().for_each(|noted| noted(&mut row));
            change(&mut row, now);
            save(scope, &self.owner, &self.id, &row)?;
            if row.ended.is_some() {
                durable::signal(scope, &work_id(&self.owner, &self.id), json!("ended"))?;
            }
            Ok(())
        })?;
        noted.clear();
        Ok(())
    }
    /// Reads what the service keeps.
    pub(super) fn read<T>(&self, read: impl Fn(&mut Scope<'_, CodeBuild>, &Owner) -> Result<T, Error>) -> Result<T, Error> {
        self.gate.step(&TOKEN, &self.context, |scope| read(scope, &self.owner))
    }
    /// A client as the build's session.
    pub(super) fn client(&self, order: &Order, row: &BuildRow) -> Result<Client, Error> {
        Ok(self.gate.client(&TOKEN, &self.actor(order, row)?, &self.context.region))
    }
    /// A call by its name, as the build's session.
    pub(super) fn call(&self, order: &Order, row: &BuildRow, operation: &str, input: Value) -> Result<Value, Error> {
        let actor = self.actor(order, row)?;
        // A call that is refused has its record, which its error would take back with the step.
        self.gate.step(&TOKEN, &self.context, |scope| match scope.invoke_named(&actor, operation, input.clone()) {
            Err(error) if error.status >= 500 => Err(error),
            answered => Ok(answered),
        })?
    }
    /// The session that the workflow made; a new one when it grows old.
    fn actor(&self, order: &Order, row: &BuildRow) -> Result<Actor, Error> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now();
        let actor = match &*session {
            Some((actor, since)) if now.since(*since) < RENEW_AFTER => actor.clone(),
            before => {
                let kept = before.is_none() && row.attempts <= 1 && now.since(row.started) < RENEW_AFTER;
                let actor = self.gate.step(&TOKEN, &self.context, |scope| {
                    if kept {
                        return scope.resume(&order.actor);
                    }
                    let service = scope.as_service(self.owner.account, Some(&self.owner.project_arn(&row.project)));
                    scope.assume(&service, row.service_role.as_str(), &session_name(&self.id))
                })?;
                // The session that was kept is as old as the build at most.
                *session = Some((actor.clone(), if kept { row.started } else { now }));
                actor
            }
        };
        Ok(actor)
    }
    /// A transaction of the service itself, while the build is this worker's.
    pub(super) fn step<T>(&self, work: impl Fn(&mut Scope<'_, CodeBuild>) -> Result<T, Error>) -> Result<T, Error> {
        self.gate.step(&TOKEN, &self.context, |scope| {
            if !self.held.holds(scope)? {
                return Err(Error::internal("another worker has taken this build over"));
            }
            work(scope)
        })
    }
    /// Credentials of the role for the build's own programs.
    pub(super) fn credentials(&self, row: &BuildRow) -> Result<sts::Credentials, Error> {
        self.gate.step(&TOKEN, &self.context, |scope| {
            let service = scope.as_service(self.owner.account, Some(&self.owner.project_arn(&row.project)));
            let input = sts::AssumeRoleInput {
                role_arn: row.service_role.clone(),
                role_session_name: session_name(&self.id),
                duration_seconds: None,
                external_id: None,
                policy: None,
                policy_arns: Vec::new(),
                source_identity: None,
                tags: Vec::new(),
                transitive_tag_keys: Vec::new(),
                serial_number: None,
                token_code: None,
                provided_contexts: Vec::new(),
            };
            scope.invoke::<sts::AssumeRole>(&service, input).map(|output| output.credentials)
        })
    }
}
