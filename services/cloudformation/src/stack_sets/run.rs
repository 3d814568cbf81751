//! The work of an operation on a stack set: account by account, as far as its preferences allow.

use super::{
    Action, Detailed, INSTANCES, Instance, InstanceStatus, OPERATIONS, OperationStatus, RESULTS, ResultStatus, SET_TEMPLATES, SETS,
    SetOperation, SetResult, StackSet, operations, preferences::Regions,
};
use crate::{
    CloudFormation, CreateStack, DeleteStack, UpdateStack,
    error::no_updates,
    operations::{create_stack, delete_stack, update_stack},
    state::{EVENTS, STACKS, Stack, digits},
    status::StackStatus,
};
use base::{Arn, Region};
use durable::{Next, Work, Workflow};
use gate::{Actor, Error, Scope};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// The workflow of operations on stack sets.
pub struct StackSetWorkflow;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
pub struct State {
    set: String,
    operation: String,
}

fn id_of(set: &StackSet, operation: &str) -> String {
    format!("{}/{operation}", set.arn())
}

/// Sets the work on an operation going.
pub(super) fn start(scope: &mut Scope<'_, CloudFormation>, set: &StackSet, operation: &str) -> Result<(), Error> {
    let state = State { set: set.uuid.clone(), operation: operation.into() };
    durable::start::<StackSetWorkflow>(scope, &id_of(set, operation), set.account, &state)
}

/// Wakes the work on an operation, because it is to be stopped.
pub(crate) fn wake(scope: &mut Scope<'_, CloudFormation>, set: &StackSet, operation: &str) -> Result<(), Error> {
    durable::signal(scope, &id_of(set, operation), json!({"stopping": operation}))
}

impl Workflow for StackSetWorkflow {
    type Service = CloudFormation;
    const NAME: &'static str = "StackSetOperation";
    type State = State;

    fn token() -> CloudFormation {
        CloudFormation(())
    }

    fn step(work: &mut Work<'_, Self>, state: State) -> Result<Next<State>, Error> {
        let Some((set, mut operation)) = load(work, &state)? else { return Ok(Next::Done) };
        let mut results = results(work, &set, &operation)?;
        let next = look(work, &set, &mut operation, &mut results)?;
        Ok(match next {
            Look::Again => Next::Go(state),
            Look::Wait => Next::Wait(state),
            Look::Done => Next::Done,
        })
    }

    fn give_up(work: &mut Work<'_, Self>, state: State, error: &Error) -> Result<(), Error> {
        let Some((set, mut operation)) = load(work, &state)? else { return Ok(()) };
        for (key, mut result) in results(work, &set, &operation)? {
            if matches!(result.status, ResultStatus::Pending | ResultStatus::Running) {
                settle(work, &set, &operation, &key, &mut result, ResultStatus::Cancelled, Some("The operation could not go on".into()))?;
            }
        }
        operation.reason = Some(format!("Sekisho could not go on: {error}"));
        end(work, &set, &mut operation, OperationStatus::Failed)
    }
}

type Results = Vec<(String, SetResult)>;

fn load(scope: &mut Scope<'_, CloudFormation>, state: &State) -> Result<Option<(StackSet, SetOperation)>, Error> {
    let (account, region) = (scope.account()?, scope.region().clone());
    let Some(set) = scope.get(&SETS, &[account.as_str(), region.as_str(), state.set.as_str()])? else { return Ok(None) };
    let operation = scope.get(&OPERATIONS, &[account.as_str(), state.set.as_str(), state.operation.as_str()])?;
    Ok(operation.map(|operation| (set, operation)))
}

/// The results with the numbers of their regions in the order.
fn results(scope: &mut Scope<'_, CloudFormation>, set: &StackSet, operation: &SetOperation) -> Result<Results, Error> {
    let [account, uuid] = set.key();
    let rows = scope.scan(&RESULTS, &[account, uuid, operation.id.as_str()])?;
    Ok(rows.into_iter().map(|(key, row)| (key[3].clone(), row)).collect())
}

enum Look {
    Again,
    Wait,
    Done,
}

/// One step: an instance that came to its end, or the next one, or the end of all.
fn look(scope: &mut Scope<'_, CloudFormation>, set: &StackSet, operation: &mut SetOperation, results: &mut Results) -> Result<Look, Error> {
    for (key, result) in results.iter_mut().filter(|(_, result)| result.status == ResultStatus::Running) {
        if follow(scope, set, operation, key, result)? {
            return Ok(Look::Again);
        }
    }
    let running = results.iter().filter(|(_, result)| result.status == ResultStatus::Running).count();
    let stopping = operation.status == OperationStatus::Stopping;
    // Regions come one after the other, or all at once: what is to be done is in the first, or in each, with something to do.
    let to_do = |result: &SetResult| matches!(result.status, ResultStatus::Pending | ResultStatus::Running);
    let mut present: Vec<String> = results.iter().filter(|(_, result)| to_do(result)).map(|(key, _)| key.clone()).collect();
    present.dedup();
    if operation.preferences.region_concurrency_type != Some(Regions::Parallel) {
        present.truncate(1);
    }
    if present.is_empty() {
        let failed = results.iter().any(|(_, result)| result.status == ResultStatus::Cancelled) || exceeded(operation, results);
        let status = match (stopping, failed) {
            (true, _) => OperationStatus::Stopped,
            (false, true) => OperationStatus::Failed,
            (false, false) => OperationStatus::Succeeded,
        };
        operation.failed = results.iter().filter(|(_, result)| result.status == ResultStatus::Failed).count();
        end(scope, set, operation, status)?;
        return Ok(Look::Done);
    }
    if stopping || exceeded(operation, results) {
        let why = if stopping { "Cancelled by user" } else { "Cancelled since failure tolerance has exceeded" };
        for (key, result) in results.iter_mut().filter(|(_, result)| result.status == ResultStatus::Pending) {
            settle(scope, set, operation, key, result, ResultStatus::Cancelled, Some(why.into()))?;
        }
        return Ok(if running == 0 { Look::Again } else { Look::Wait });
    }
    let free = present.into_iter().find(|region| {
        let of = |status: Option<ResultStatus>| {
            results.iter().filter(|(key, result)| key == region && status.is_none_or(|status| result.status == status)).count()
        };
        let room = operation.preferences.at_once(of(None), of(Some(ResultStatus::Failed)));
        of(Some(ResultStatus::Pending)) > 0 && of(Some(ResultStatus::Running)) < room
    });
    let next =
        |(key, result): &&mut (String, SetResult)| free.as_ref().is_some_and(|free| free == key) && result.status == ResultStatus::Pending;
    match results.iter_mut().find(next) {
        Some((key, result)) => {
            set_going(scope, set, operation, key, result)?;
            Ok(Look::Again)
        }
        None => Ok(Look::Wait),
    }
}

/// Whether more accounts of a region failed than may.
fn exceeded(operation: &SetOperation, results: &Results) -> bool {
    (0..operation.regions.len()).any(|number| {
        let key = digits(number as u64);
        let of = |status: Option<ResultStatus>| {
            results.iter().filter(|(other, result)| *other == key && status.is_none_or(|status| result.status == status)).count()
        };
        of(Some(ResultStatus::Failed)) > operation.preferences.tolerated(of(None))
    })
}

fn end(scope: &mut Scope<'_, CloudFormation>, set: &StackSet, operation: &mut SetOperation, status: OperationStatus) -> Result<(), Error> {
    operation.status = status;
    operation.ended = Some(scope.now());
    operation.save(scope, set)?;
    // The oldest of those that wait is next.
    let others = operations(scope, set)?;
    let busy = others.iter().any(|other| matches!(other.status, OperationStatus::Running | OperationStatus::Stopping));
    if let Some(mut next) = others.into_iter().rev().find(|other| other.status == OperationStatus::Queued).filter(|_| !busy) {
        next.status = OperationStatus::Running;
        next.save(scope, set)?;
        start(scope, set, &next.id)?;
    }
    Ok(())
}

fn instance(scope: &mut Scope<'_, CloudFormation>, set: &StackSet, result: &SetResult) -> Result<Option<Instance>, Error> {
    let [account, uuid] = set.key();
    scope.get(&INSTANCES, &[account, uuid, result.account.as_str(), result.region.as_str()])
}

fn stack(scope: &mut Scope<'_, CloudFormation>, instance: &Instance) -> Result<Option<Stack>, Error> {
    let Some((_, uuid)) = instance.stack.as_ref().and_then(|arn| arn.resource_of("stack")).and_then(|path| path.split_once('/')) else {
        return Ok(None);
    };
    let found: Option<Stack> = scope.get(&STACKS, &[instance.account.as_str(), instance.region.as_str(), uuid])?;
    Ok(found.filter(|stack| stack.status != StackStatus::DeleteComplete))
}

/// The result of an instance, and what it makes of the instance.
fn settle(
    scope: &mut Scope<'_, CloudFormation>,
    set: &StackSet,
    operation: &SetOperation,
    key: &str,
    result: &mut SetResult,
    status: ResultStatus,
    reason: Option<String>,
) -> Result<(), Error> {
    (result.status, result.reason) = (status, reason.clone());
    let [account, uuid] = set.key();
    scope.put(&RESULTS, &[account, uuid, operation.id.as_str(), key, result.account.as_str()], result)?;
    let Some(mut found) = instance(scope, set, result)? else { return Ok(()) };
    let deleting = operation.action == Action::Delete;
    if deleting && status == ResultStatus::Succeeded {
        scope.delete(&INSTANCES, &[account, uuid, result.account.as_str(), result.region.as_str()]);
        return Ok(());
    }
    found.detailed = match status {
        ResultStatus::Pending => Detailed::Pending,
        ResultStatus::Running => Detailed::Running,
        ResultStatus::Succeeded => Detailed::Succeeded,
        ResultStatus::Failed if deleting => Detailed::Inoperable,
        ResultStatus::Failed => Detailed::Failed,
        ResultStatus::Cancelled => Detailed::Cancelled,
    };
    found.status = match status {
        ResultStatus::Succeeded => InstanceStatus::Current,
        ResultStatus::Failed if deleting => InstanceStatus::Inoperable,
        _ => found.status,
    };
    found.reason = reason;
    found.save(scope, set)
}

/// Who acts in the account of an instance.
fn actor(scope: &mut Scope<'_, CloudFormation>, set: &StackSet, operation: &SetOperation, result: &SetResult) -> Result<Actor, String> {
    let (administration, target) = (&operation.administration_role, result.account);
    let role_name = administration.resource().rsplit('/').next().unwrap_or_default();
    let service = scope.as_service(set.account, Some(&set.arn()));
    let first = scope.assume(&service, administration.as_str(), SESSION_NAME);
    let first = first.map_err(|_| {
        format!("Account {} should have '{role_name}' role with trust relationship to CloudFormation service.", set.account)
    })?;
    let role = Arn::global("iam", target, &format!("role/{}", operation.execution_role));
    scope.assume(&first, role.as_str(), SESSION_NAME).map_err(|_| {
        format!("Account {target} should have '{}' role with trust relationship to Role '{role_name}'.", operation.execution_role)
    })
}

/// The name of the sessions.
const SESSION_NAME: &str = "AWSCloudFormation";

fn typed<T: DeserializeOwned>(input: Value) -> Result<T, Error> {
    serde_json::from_value(input).map_err(|e| Error::internal(format_args!("the call of a stack set is not readable: {e}")))
}

fn name_of(set: &StackSet, scope: &Scope<'_, CloudFormation>) -> String {
    let tail = base::uuid(scope.entropy());
    // The whole is a stack's name.
    let name: String = set.name.chars().take(128 - "StackSet--".len() - tail.len()).collect();
    format!("StackSet-{name}-{tail}")
}

/// Begins an instance. What cannot begin has failed.
fn set_going(
    scope: &mut Scope<'_, CloudFormation>,
    set: &StackSet,
    operation: &SetOperation,
    key: &str,
    result: &mut SetResult,
) -> Result<(), Error> {
    let Some(mut found) = instance(scope, set, result)? else {
        return settle(scope, set, operation, key, result, ResultStatus::Succeeded, None);
    };
    let there = stack(scope, &found)?;
    if operation.action == Action::Delete && (operation.retain || there.is_none()) {
        return settle(scope, set, operation, key, result, ResultStatus::Succeeded, None);
    }
    let actor = match actor(scope, set, operation, result) {
        Ok(actor) => actor,
        Err(why) => return settle(scope, set, operation, key, result, ResultStatus::Failed, Some(why)),
    };
    // The calls are for the region of the instance.
    let region = Region::new(&found.region);
    let called = scope.in_region(&region, |scope| match (&there, operation.action) {
        (Some(there), Action::Delete) => delete(scope, &actor, there),
        // What was never made can only be deleted.
        (Some(there), _) if there.status.deletable() && !there.status.updatable() => {
            result.clearing = true;
            delete(scope, &actor, there)
        }
        (Some(there), _) => update(scope, set, &actor, &found, there),
        (None, _) => create(scope, set, &actor, &found).map(|arn| {
            found.stack = Some(arn);
            true
        }),
    });
    match called {
        Ok(true) => {
            found.save(scope, set)?;
            if let Some(arn) = &found.stack {
                durable::subscribe(scope, &id_of(set, &operation.id), &format!("cloudformation/stack/{arn}"))?;
            }
            settle(scope, set, operation, key, result, ResultStatus::Running, None)
        }
        Ok(false) => settle(scope, set, operation, key, result, ResultStatus::Succeeded, None),
        Err(error) => settle(scope, set, operation, key, result, ResultStatus::Failed, Some(error.message)),
    }
}

fn delete(scope: &mut Scope<'_, CloudFormation>, actor: &Actor, there: &Stack) -> Result<bool, Error> {
    let input: delete_stack::Input = typed(json!({"StackName": there.arn()}))?;
    scope.invoke::<DeleteStack>(actor, input).map(|()| true)
}

/// What the set and the instance say of a stack.
fn request(scope: &mut Scope<'_, CloudFormation>, set: &StackSet, found: &Instance) -> Result<(Value, Option<String>), Error> {
    let mut values = set.parameters.clone();
    values.extend(
        found.overrides.iter().filter(|(key, _)| set.parameters.contains_key(*key)).map(|(key, value)| (key.clone(), value.clone())),
    );
    let parameters: Vec<Value> = values.iter().map(|(key, value)| json!({"ParameterKey": key, "ParameterValue": value})).collect();
    let text = scope.get(&SET_TEMPLATES, &set.key())?;
    Ok((json!({"Parameters": parameters, "Capabilities": set.capabilities, "Tags": set.tags}), text))
}

fn create(scope: &mut Scope<'_, CloudFormation>, set: &StackSet, actor: &Actor, found: &Instance) -> Result<Arn, Error> {
    let (mut input, text) = request(scope, set, found)?;
    input["StackName"] = json!(name_of(set, scope));
    let mut input: create_stack::Input = typed(input)?;
    input.text = text;
    scope.invoke::<CreateStack>(actor, input).map(|made| made.stack_id)
}

/// False: there is nothing to update.
fn update(scope: &mut Scope<'_, CloudFormation>, set: &StackSet, actor: &Actor, found: &Instance, there: &Stack) -> Result<bool, Error> {
    let (mut input, text) = request(scope, set, found)?;
    input["StackName"] = json!(there.arn());
    let mut input: update_stack::Input = typed(input)?;
    input.text = text;
    match scope.invoke::<UpdateStack>(actor, input) {
        Err(error) if error.message == no_updates().message => Ok(false),
        result => result.map(|_| true),
    }
}

/// Sees what became of an instance that is under way. True: it came to an end.
fn follow(
    scope: &mut Scope<'_, CloudFormation>,
    set: &StackSet,
    operation: &SetOperation,
    key: &str,
    result: &mut SetResult,
) -> Result<bool, Error> {
    let Some(mut found) = instance(scope, set, result)? else {
        settle(scope, set, operation, key, result, ResultStatus::Succeeded, None)?;
        return Ok(true);
    };
    let there = stack(scope, &found)?;
    let deleting = operation.action == Action::Delete || result.clearing;
    let (status, reason) = match &there {
        Some(there) if there.status.as_str().ends_with("_IN_PROGRESS") => return Ok(false),
        None if result.clearing => {
            result.clearing = false;
            found.stack = None;
            found.save(scope, set)?;
            (ResultStatus::Pending, None)
        }
        None if deleting => (ResultStatus::Succeeded, None),
        None => (ResultStatus::Failed, Some("The stack was deleted".to_string())),
        Some(there) if !deleting && matches!(there.status, StackStatus::CreateComplete | StackStatus::UpdateComplete) => {
            (ResultStatus::Succeeded, None)
        }
        Some(there) => (ResultStatus::Failed, Some(why(scope, there)?)),
    };
    settle(scope, set, operation, key, result, status, reason)?;
    Ok(true)
}

/// Why a stack's last operation failed: the first of its resources that did.
fn why(scope: &mut Scope<'_, CloudFormation>, there: &Stack) -> Result<String, Error> {
    const FAR: usize = 500;
    let events = scope.page(&EVENTS, &there.key(), None, FAR, true)?;
    let mut found = None;
    for (_, event) in events {
        if event.physical_id == there.arn().as_str() {
            if event.reason.as_deref() == Some("User Initiated") {
                break;
            }
        } else if event.status.ends_with("_FAILED") {
            found = Some(event);
        }
    }
    Ok(match found {
        Some(event) => format!(
            "ResourceLogicalId:{}, ResourceType:{}, ResourceStatusReason:{}.",
            event.logical_id,
            event.resource_type,
            event.reason.unwrap_or_default()
        ),
        None => there.reason.clone().or_else(|| there.failure.clone()).unwrap_or_else(|| format!("The stack is in {} state", there.status)),
    })
}
