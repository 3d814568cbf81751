//! The work on a stack: one step makes, changes or deletes a few resources, in one transaction with the calls for them.

mod apply;
mod cleanup;
mod nested;
mod pending;
mod removal;
mod resource;
mod rollback;
mod secrets;

pub(crate) use cleanup::forget_template;
pub(crate) use removal::gone;
pub(crate) use resource::suffix;

use crate::{
    CloudFormation,
    state::{STACKS, Stack},
    status::StackStatus,
};
use base::{Arn, Timestamp};
use durable::{Next, Work, Workflow};
use gate::{Error, Scope};
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

/// The workflow of stacks. Its id is the stack's id.
pub struct StackWorkflow;

/// What the work is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// Makes what a new stack's template says.
    Create,
    /// Deletes what a failed creation made.
    Rollback,
    /// Brings the resources from one version to the next.
    Update,
    /// Brings them back.
    UpdateRollback,
    /// Deletes what an update, or its rollback, left.
    Cleanup,
    /// Deletes the stack.
    Delete,
    /// Waits, where the parent wanted the nested stack, for the parent's word.
    Held,
}

/// What the work keeps between its steps.
#[derive(Debug, Serialize, Deserialize)]
pub struct State {
    uuid: String,
    phase: Phase,
    /// The resources that are yet to be looked at, the next one last. None: the phase has not begun.
    queue: Option<Vec<String>>,
    /// The resources that failed in this phase.
    failed: Vec<String>,
    /// Those of them that were there before.
    #[serde(default)]
    failed_updates: Vec<String>,
    /// All resources are there; the operation counts as done at this time.
    #[serde(default)]
    until: Option<Timestamp>,
    /// The letters in the generated name of the resource that is tried again.
    suffix: Option<String>,
    /// How often the present resource was tried in vain.
    attempts: u32,
    /// The resource that is under way elsewhere: a nested stack.
    #[serde(default)]
    waiting: Option<String>,
    /// The nested stacks that delete what the update left. None: they were not told yet.
    #[serde(default)]
    nested: Option<Vec<String>>,
}

impl State {
    pub(crate) fn new(stack: &Stack, phase: Phase) -> Self {
        Self {
            uuid: stack.uuid.clone(),
            phase,
            queue: None,
            failed: Vec::new(),
            failed_updates: Vec::new(),
            until: None,
            suffix: None,
            attempts: 0,
            waiting: None,
            nested: None,
        }
    }

    /// Goes on with another phase.
    fn turn_to(self, phase: Phase) -> Next<Self> {
        let queue = None;
        let (failed, failed_updates) = (Vec::new(), Vec::new());
        Next::Go(Self { phase, queue, failed, failed_updates, until: None, suffix: None, attempts: 0, waiting: None, nested: None, ..self })
    }

    /// Goes on with the next resource.
    fn onwards(mut self) -> Next<Self> {
        self.settled();
        Next::Go(self)
    }

    /// The present resource is dealt with.
    fn settled(&mut self) {
        (self.suffix, self.attempts) = (None, 0);
    }

    /// Whether an error is worth another try, and the try.
    fn again(&mut self, error: &Error, id: &str) -> bool {
        let transient = (error.status >= 500 && error.status != 501) || error.code == "ThrottlingException";
        if !transient || self.attempts >= MAX_ATTEMPTS {
            return false;
        }
        self.attempts += 1;
        if let Some(queue) = &mut self.queue {
            queue.push(id.to_string());
        }
        true
    }

    fn later(self, scope: &Scope<'_, CloudFormation>) -> Next<Self> {
        let time = scope.now().plus(Duration::from_secs(1 << self.attempts.min(6)));
        Next::At(self, time)
    }

    fn suffix(&mut self, scope: &Scope<'_, CloudFormation>) -> String {
        self.suffix.get_or_insert_with(|| resource::suffix(scope.entropy())).clone()
    }
}

/// A call that failed on our side is tried again this often before the resource counts as failed.
const MAX_ATTEMPTS: u32 = 3;

/// A step deals with this many resources at most: what others do to the stack is seen between steps.
const BATCH: usize = 25;

/// Sets the work on `stack` going. The stack's row is saved by the caller.
pub(crate) fn start(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, phase: Phase) -> Result<(), Error> {
    let id = stack.arn();
    durable::start::<StackWorkflow>(scope, id.as_str(), stack.account, &State::new(stack, phase))
}

impl Workflow for StackWorkflow {
    type Service = CloudFormation;
    const NAME: &'static str = "Stack";
    type State = State;

    fn token() -> CloudFormation {
        CloudFormation(())
    }

    fn step(work: &mut Work<'_, Self>, mut state: State) -> Result<Next<State>, Error> {
        let Some(mut stack) = load(work, &state)? else { return Ok(Next::Done) };
        if stack.status == StackStatus::DeleteInProgress && state.phase != Phase::Delete {
            // The stack was deleted while it was being made.
            state = State::new(&stack, Phase::Delete);
        }
        if stack.status == StackStatus::UpdateRollbackInProgress && state.phase == Phase::Update {
            // The update was cancelled.
            state = State::new(&stack, Phase::UpdateRollback);
        }
        let scope: &mut Scope<'_, CloudFormation> = work;
        let phase = state.phase;
        let mut left = BATCH;
        let next = loop {
            left -= 1;
            let next = match state.phase {
                // Many at once by itself, with one plan.
                Phase::Create | Phase::Update => break apply::step(scope, &mut stack, state)?,
                Phase::Rollback | Phase::Delete => removal::step(scope, &mut stack, state)?,
                Phase::UpdateRollback => rollback::step(scope, &mut stack, state)?,
                Phase::Cleanup => cleanup::step(scope, &mut stack, state)?,
                Phase::Held => nested::held(scope, &mut stack, state)?,
            };
            match next {
                Next::Go(next) if left > 0 && next.phase == phase => state = next,
                next => break next,
            }
        };
        stack.save(scope)?;
        Ok(next)
    }

    fn give_up(work: &mut Work<'_, Self>, state: State, error: &Error) -> Result<(), Error> {
        let Some(mut stack) = load(work, &state)? else { return Ok(()) };
        let status = match (state.phase, stack.status) {
            (Phase::Create, _) => StackStatus::CreateFailed,
            (Phase::Rollback, _) => StackStatus::RollbackFailed,
            (Phase::Update | Phase::UpdateRollback, _) => StackStatus::UpdateRollbackFailed,
            (Phase::Cleanup | Phase::Held, StackStatus::UpdateCompleteCleanupInProgress) => StackStatus::UpdateComplete,
            (Phase::Cleanup | Phase::Held, _) => StackStatus::UpdateRollbackComplete,
            (Phase::Delete, _) => StackStatus::DeleteFailed,
        };
        if state.phase == Phase::Cleanup {
            nested::release(work, &stack)?;
        }
        stack.move_to(work, status, Some(format!("Sekisho could not go on: {error}")))?;
        stack.save(work)
    }
}

/// Wakes the work on `stack`, if it waits: what is to become of the stack has changed.
pub(crate) fn wake(scope: &mut Scope<'_, CloudFormation>, stack: &Stack) -> Result<(), Error> {
    durable::signal(scope, stack.arn().as_str(), serde_json::Value::Null)
}

fn load(scope: &mut Scope<'_, CloudFormation>, state: &State) -> Result<Option<Stack>, Error> {
    let (account, region) = (scope.account()?, scope.region().clone());
    scope.get(&STACKS, &[account.as_str(), region.as_str(), state.uuid.as_str()])
}

/// The order in which resources can be deleted: what needs others before those. Last first, as queues are.
fn deletion_queue(dependencies: &HashMap<String, Vec<String>>) -> Vec<String> {
    let mut queue = Vec::new();
    let mut seen = HashSet::new();
    let mut names: Vec<&String> = dependencies.keys().collect();
    names.sort();
    for name in names {
        visit(name, dependencies, &mut seen, &mut queue);
    }
    queue
}

/// What a resource needs comes before it in the list, so it is deleted after it. Not recursive: templates decide the depth.
fn visit<'a>(name: &'a str, dependencies: &'a HashMap<String, Vec<String>>, seen: &mut HashSet<&'a str>, list: &mut Vec<String>) {
    let needs = |name: &str| dependencies.get(name).map_or(&[] as &[String], Vec::as_slice);
    if !seen.insert(name) {
        return;
    }
    let mut path = vec![(name, needs(name).iter())];
    while let Some((name, rest)) = path.last_mut() {
        match rest.next() {
            Some(needed) => {
                if dependencies.contains_key(needed) && seen.insert(needed) {
                    path.push((needed, needs(needed).iter()));
                }
            }
            None => {
                list.push((*name).to_string());
                path.pop();
            }
        }
    }
}

/// The role whose session does the work, if the stack has one.
pub(crate) fn role_actor(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, role: &Arn) -> Result<gate::Actor, Error> {
    let service = scope.as_service(stack.account, Some(&stack.arn()));
    scope.assume(&service, role.as_str(), SESSION_NAME)
}

/// The name of CloudFormation's sessions.
const SESSION_NAME: &str = "AWSCloudFormation";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_is_deleted_last() {
        let of = |name: &str, needs: &[&str]| (name.to_string(), needs.iter().map(|n| n.to_string()).collect());
        let queue = deletion_queue(&HashMap::from([of("A", &["B", "Gone"]), of("B", &["C"]), of("C", &[]), of("D", &["A", "C"])]));
        assert_eq!(queue, ["C", "B", "A", "D"]);
    }
}
