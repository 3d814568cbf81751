//! The calls for one resource.

use super::{
    role_actor,
    secrets::{self, Opened, UNRESOLVED},
};
use crate::{
    CloudFormation, ExecuteChangeSet, nested,
    operations::execute_change_set,
    places,
    state::{Made, OnFailure, RESOURCES, ResourceRow, Stack},
};
use base::Entropy;
use gate::{Actor, Error, Physical, ResourceContext, ResourceRequest, ResourceType, Scope};
use serde_json::Value;
use std::sync::Arc;

/// Twelve letters and digits for a generated name.
pub(crate) fn suffix(entropy: &dyn Entropy) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut bytes = [0; 12];
    entropy.fill(&mut bytes);
    bytes.iter().map(|b| char::from(LETTERS[usize::from(*b) % LETTERS.len()])).collect()
}

fn kind(scope: &Scope<'_, CloudFormation>, name: &str) -> Result<Arc<dyn ResourceType>, Error> {
    scope.resource_type(name).ok_or_else(|| Error::not_implemented(&format!("The resource type {name}")))
}

/// Who acts for the stack: the session of its role, or who began the operation.
pub(super) fn actor(scope: &mut Scope<'_, CloudFormation>, stack: &Stack) -> Result<Actor, Error> {
    match &stack.role_arn {
        Some(role) => role_actor(scope, stack, role),
        None => scope.resume(&stack.actor),
    }
}

/// Lets the resource's type work as whoever acts for the stack: decided anew at each call.
pub(super) fn with<T>(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &Stack,
    logical_id: &str,
    suffix: &str,
    work: impl FnOnce(&mut ResourceContext<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let actor = actor(scope, stack)?;
    let request = ResourceRequest {
        account: stack.account,
        stack_name: stack.name.clone(),
        stack_id: stack.arn().to_string(),
        logical_id: logical_id.into(),
        suffix: suffix.into(),
    };
    scope.with_resource(&actor, request, work)
}

/// As `with`, for work that needs the properties with the secrets in them.
fn opened(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &Stack,
    id: &str,
    suffix: &str,
    properties: &Value,
    work: impl FnOnce(&mut ResourceContext<'_>, &Value) -> Result<Physical, Error>,
) -> Result<Physical, Error> {
    if !secrets::named(properties) {
        return with(scope, stack, id, suffix, |context| work(context, properties));
    }
    let actor = actor(scope, stack)?;
    let opened = Opened::new(scope, &actor, properties)?;
    let made = with(scope, stack, id, suffix, |context| work(context, &opened.properties));
    made.map(|physical| opened.closed(physical)).map_err(|error| opened.silenced(error))
}

pub(super) fn create(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &Stack,
    id: &str,
    suffix: &str,
    type_name: &str,
    properties: &Value,
) -> Result<Physical, Error> {
    let kind = kind(scope, type_name)?;
    if nested::is(type_name) {
        // References to secrets go on as they are: the nested stack's resources open them.
        nested::depth_below(stack)?;
        let physical = match prepared(scope, stack, id, suffix, properties)? {
            Some(physical) => physical,
            None => {
                let properties = nested::inherited(stack, properties);
                with(scope, stack, id, suffix, |context| kind.create(context, &properties))?
            }
        };
        nested::adopt(scope, stack, &physical.id)?;
        return Ok(physical);
    }
    opened(scope, stack, id, suffix, properties, |context, properties| kind.create(context, properties))
}

pub(super) fn update(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &Stack,
    id: &str,
    suffix: &str,
    made: &Made,
    properties: &Value,
) -> Result<Physical, Error> {
    let kind = kind(scope, &made.resource_type)?;
    let update =
        |context: &mut ResourceContext<'_>, properties: &Value| kind.update(context, &made.physical_id, &made.properties, properties);
    let mut physical = if nested::is(&made.resource_type) {
        match prepared(scope, stack, id, suffix, properties)? {
            Some(physical) => physical,
            None => {
                let properties = nested::inherited(stack, properties);
                with(scope, stack, id, suffix, |context| update(context, &properties))?
            }
        }
    } else {
        opened(scope, stack, id, suffix, properties, update)?
    };
    if physical.id == made.physical_id {
        // What can be told only once, such as a key's secret, stays known.
        for (name, value) in &made.attributes {
            physical.attributes.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    Ok(physical)
}

/// Executes the change set of a nested stack, where the parent's change set has one for it.
fn prepared(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &Stack,
    id: &str,
    suffix: &str,
    properties: &Value,
) -> Result<Option<Physical>, Error> {
    let Some((change_set, made)) = nested::ready(scope, stack, id, properties)? else { return Ok(None) };
    let leave = stack.on_failure == OnFailure::DoNothing;
    let input = execute_change_set::Input::nested(&change_set, leave, stack.client_request_token.clone());
    with(scope, stack, id, suffix, |context| context.call::<ExecuteChangeSet>(input))?;
    Ok(Some(Physical::new(made.as_str())))
}

pub(super) fn delete(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, id: &str, made: &Made) -> Result<(), Error> {
    let kind = kind(scope, &made.resource_type)?;
    with(scope, stack, id, "", |context| kind.delete(context, &made.physical_id, &made.properties))
}

/// The name in the properties that an error about a name that is taken speaks of.
fn taken<'p>(error: &Error, properties: &'p Value) -> Option<&'p str> {
    let taken = error.code.contains("AlreadyExists") || error.code.contains("AlreadyOwned") || error.code.contains("Conflict");
    let names = properties.as_object().filter(|_| taken)?.values().filter_map(Value::as_str);
    names.filter(|name| !name.is_empty() && error.message.contains(*name)).max_by_key(|name| name.len())
}

/// Why a resource could not take the place of `made`: most often because it would have the same name.
pub(super) fn replacement_reason(scope: &Scope<'_, CloudFormation>, error: &Error, made: &Made, properties: &Value) -> String {
    let same = |name: &&str| made.properties.as_object().is_some_and(|old| old.values().any(|value| value.as_str() == Some(name)));
    match taken(error, properties).filter(same) {
        Some(name) => format!(
            "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename {name} and update the stack again."
        ),
        None => reason(scope, error),
    }
}

/// Why a resource failed, as AWS's events say it.
pub(super) fn reason(scope: &Scope<'_, CloudFormation>, error: &Error) -> String {
    if error.code == UNRESOLVED {
        return error.message.clone();
    }
    let code = match &*error.code {
        _ if error.is_denied() => "AccessDenied",
        code if code.contains("AlreadyExists") || code.contains("AlreadyOwned") => "AlreadyExists",
        code if code.contains("NotFound") || code.starts_with("NoSuch") => "NotFound",
        code if code.contains("LimitExceeded") => "ServiceLimitExceeded",
        code if code.contains("AccessDenied") => "AccessDenied",
        "NotImplemented" => "InvalidRequest",
        _ if error.status >= 500 => "ServiceInternalError",
        _ => "InvalidRequest",
    };
    format!(
        "Resource handler returned message: \"{}\" (RequestToken: {}, HandlerErrorCode: {code})",
        error.message,
        base::uuid(scope.entropy())
    )
}

pub(super) fn row(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, id: &str) -> Result<Option<ResourceRow>, Error> {
    let [account, uuid] = stack.key();
    scope.get(&RESOURCES, &[account, uuid, id])
}

pub(super) fn forget(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, id: &str) -> Result<(), Error> {
    places::note(scope, stack, id, None)?;
    let [account, uuid] = stack.key();
    scope.delete(&RESOURCES, &[account, uuid, id]);
    Ok(())
}
