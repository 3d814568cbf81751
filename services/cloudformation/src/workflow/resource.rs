//! The calls for one resource.

use super::role_actor;
use crate::{
    CloudFormation, nested, places,
    state::{Made, RESOURCES, ResourceRow, Stack},
};
use base::Entropy;
use gate::{Error, Physical, ResourceContext, ResourceRequest, ResourceType, Scope};
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

/// Lets the resource's type work as whoever acts for the stack: decided anew at each call.
pub(super) fn with<T>(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &Stack,
    logical_id: &str,
    suffix: &str,
    work: impl FnOnce(&mut ResourceContext<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let actor = match &stack.role_arn {
        Some(role) => role_actor(scope, stack, role)?,
        None => scope.resume(&stack.actor)?,
    };
    let tags = stack.shown().map(|v| v.tags.iter().map(|t| (t.key.clone(), t.value.clone())).collect()).unwrap_or_default();
    let request = ResourceRequest {
        account: stack.account,
        stack_name: stack.name.clone(),
        stack_id: stack.arn().to_string(),
        logical_id: logical_id.into(),
        suffix: suffix.into(),
        tags,
    };
    scope.with_resource(&actor, request, work)
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
    if !nested::is(type_name) {
        return with(scope, stack, id, suffix, |context| kind.create(context, properties));
    }
    nested::depth_below(stack)?;
    let properties = nested::inherited(stack, properties);
    let physical = with(scope, stack, id, suffix, |context| kind.create(context, &properties))?;
    nested::adopt(scope, stack, &physical.id)?;
    Ok(physical)
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
    let inherited = nested::is(&made.resource_type).then(|| nested::inherited(stack, properties));
    let properties = inherited.as_ref().unwrap_or(properties);
    let mut physical = with(scope, stack, id, suffix, |context| kind.update(context, &made.physical_id, &made.properties, properties))?;
    if physical.id == made.physical_id {
        // What can be told only once, such as a key's secret, stays known.
        for (name, value) in &made.attributes {
            physical.attributes.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    Ok(physical)
}

pub(super) fn delete(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, id: &str, made: &Made) -> Result<(), Error> {
    let kind = kind(scope, &made.resource_type)?;
    with(scope, stack, id, "", |context| kind.delete(context, &made.physical_id, &made.properties))
}

/// Why a resource failed, as AWS's events say it.
pub(super) fn reason(scope: &Scope<'_, CloudFormation>, error: &Error) -> String {
    let code = match &*error.code {
        _ if error.is_denied() => "AccessDenied",
        code if code.contains("AlreadyExists") || code.contains("AlreadyOwned") => "AlreadyExists",
        code if code.contains("NotFound") || code.starts_with("NoSuch") => "NotFound",
        code if code.contains("LimitExceeded") => "ServiceLimitExceeded",
        code if code.contains("AccessDenied") => "AccessDenied",
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
