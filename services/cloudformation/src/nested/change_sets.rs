//! Change sets of nested stacks: made, executed and dropped with those of their parents.

use super::{adopt, depth_below};
use crate::{
    CloudFormation, CreateChangeSet,
    changes::Change,
    error::invalid_change_set_status,
    operations::create_change_set,
    resources::stack::request,
    state::{CHANGE_SET_STACKS, CHANGE_SETS, ChangeSet, ChangeSetStatus, RESOURCES, ResourceRow, STACKS, Stack, Version},
    status::StackStatus,
    workflow,
};
use base::Arn;
use gate::{Error, Scope};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A change set by its ARN, with its stack.
fn load(scope: &mut Scope<'_, CloudFormation>, arn: &Arn) -> Result<Option<(Stack, ChangeSet)>, Error> {
    let uuid = arn.resource_of("changeSet").and_then(|path| path.split_once('/')).map(|(_, uuid)| uuid.to_string());
    let (Some(uuid), Some(account)) = (uuid, arn.account()) else { return Ok(None) };
    let Some(stack) = scope.get(&CHANGE_SET_STACKS, &[account.as_str(), arn.region(), uuid.as_str()])? else { return Ok(None) };
    let found = scope.get(&CHANGE_SETS, &[account.as_str(), stack.as_str(), uuid.as_str()])?;
    let stack: Option<Stack> = scope.get(&STACKS, &[account.as_str(), arn.region(), stack.as_str()])?;
    Ok(stack.zip(found))
}

fn save(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, change_set: &ChangeSet) -> Result<(), Error> {
    let [account, uuid] = stack.key();
    scope.put(&CHANGE_SETS, &[account, uuid, change_set.uuid.as_str()], change_set)
}

/// `HEAD-ID-SUFFIX` in AWS's longest name.
fn name(scope: &Scope<'_, CloudFormation>, head: &str, id: &str) -> String {
    const LONGEST: usize = 128;
    let suffix = workflow::suffix(scope.entropy());
    let room = LONGEST - suffix.len() - 2;
    let id: String = id.chars().take(room / 2).collect();
    let head: String = head.chars().take(room - id.len()).collect();
    format!("{head}-{id}-{suffix}")
}

/// Makes the change sets of the nested stacks of a change set, on behalf of its caller. `properties` are the nested stacks'
/// resources as they are to become. Gives why one of them could not be made.
pub(crate) fn of_resources(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &Stack,
    (change_set, arn): (&str, &Arn),
    version: &Version,
    properties: &BTreeMap<String, Value>,
    changes: &mut Vec<Change>,
) -> Result<Option<String>, Error> {
    for (id, properties) in properties {
        depth_below(stack)?;
        let [account, uuid] = stack.key();
        let row: Option<ResourceRow> = scope.get(&RESOURCES, &[account, uuid, id.as_str()])?;
        let there = row.and_then(|row| row.made).map(|made| made.physical_id);
        let mut input = request(properties);
        input.insert("StackName".into(), json!(there.clone().unwrap_or_else(|| name(scope, &stack.name, id))));
        input.insert("ChangeSetName".into(), json!(name(scope, change_set, id)));
        input.insert("ChangeSetType".into(), json!(if there.is_some() { "UPDATE" } else { "CREATE" }));
        input.insert("Capabilities".into(), json!(version.capabilities));
        input.insert("IncludeNestedStacks".into(), json!(true));
        let input: create_change_set::Input = serde_json::from_value(Value::Object(input)).map_err(Error::internal)?;
        let actor = scope.forward();
        let made = match scope.invoke::<CreateChangeSet>(&actor, input) {
            Ok(made) => made,
            Err(error) => return Ok(Some(format!("Nested change set of {id} was not successfully created: {}", error.message))),
        };
        if there.is_none() {
            adopt(scope, stack, made.stack_id.as_str())?;
        }
        let Some((inner, mut found)) = load(scope, &made.id)? else { continue };
        found.parent = Some(arn.clone());
        save(scope, &inner, &found)?;
        if found.status == ChangeSetStatus::CreateComplete {
            for change in changes.iter_mut().filter(|change| change.resource_change.logical_resource_id == *id) {
                change.resource_change.change_set_id = Some(found.arn.clone());
            }
            continue;
        }
        if found.reason.as_deref() != Some(create_change_set::EMPTY) {
            return Ok(Some(format!("Nested change set {} was not successfully created: Currently in FAILED.", found.arn)));
        }
        // Nothing changes inside: what could have is no change then.
        crate::lifecycle::drop_change_set(scope, &inner, &found)?;
        changes.retain(|change| {
            let change = &change.resource_change;
            change.logical_resource_id != *id || !change.details.iter().all(|d| d.change_source.as_deref() == Some("Automatic"))
        });
    }
    Ok(None)
}

/// The change set that is executed for the nested stack `id` of `stack`, with the values that its parameters have by now.
pub(crate) fn ready(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &Stack,
    id: &str,
    properties: &Value,
) -> Result<Option<(Arn, Arn)>, Error> {
    let Some(arn) = &stack.change_set else { return Ok(None) };
    let Some((_, outer)) = load(scope, arn)? else { return Ok(None) };
    let change = outer.changes.iter().map(|change| &change.resource_change).find(|change| change.logical_resource_id == id);
    let Some(inner) = change.and_then(|change| change.change_set_id.clone()) else { return Ok(None) };
    let Some((inner_stack, mut found)) = load(scope, &inner)? else { return Ok(None) };
    let parameters = properties.get("Parameters").and_then(Value::as_object).into_iter().flatten();
    for (key, value) in parameters {
        let value = crate::resources::stack::parameter(value);
        for row in found.version.values.iter_mut().filter(|row| row.key == *key) {
            row.value.clone_from(&value);
        }
        found.version.parameters.insert(key.clone(), value);
    }
    save(scope, &inner_stack, &found)?;
    Ok(Some((inner, inner_stack.arn())))
}

/// Drops the change sets of a change set's nested stacks, and the stacks that were to be made by them.
pub(crate) fn drop_of(scope: &mut Scope<'_, CloudFormation>, change_set: &ChangeSet) -> Result<(), Error> {
    for change in &change_set.changes {
        let Some(arn) = &change.resource_change.change_set_id else { continue };
        let Some((mut inner, found)) = load(scope, arn)? else { continue };
        crate::lifecycle::drop_change_set(scope, &inner, &found)?;
        if inner.status == StackStatus::ReviewInProgress {
            workflow::gone(scope, &mut inner)?;
            inner.save(scope)?;
        }
    }
    Ok(())
}

/// The root of a nested change set.
pub(crate) fn root(scope: &mut Scope<'_, CloudFormation>, change_set: &ChangeSet) -> Result<Option<Arn>, Error> {
    let mut root = change_set.parent.clone();
    let mut next = root.clone();
    while let Some(arn) = next {
        next = load(scope, &arn)?.and_then(|(_, found)| found.parent);
        root = next.clone().or(root);
    }
    Ok(root)
}

/// A nested change set is dealt with by its root alone.
pub(crate) fn refuse_alone(scope: &mut Scope<'_, CloudFormation>, change_set: &ChangeSet, verb: &str) -> Result<(), Error> {
    match root(scope, change_set)? {
        None => Ok(()),
        Some(root) => Err(invalid_change_set_status(format!(
            "ChangeSet [{}] is nested and cannot be {verb} by itself: use its root change set [{root}]",
            change_set.arn
        ))),
    }
}
