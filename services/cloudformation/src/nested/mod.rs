//! Nested stacks: a stack that is a resource of another one, its parent.
//!
//! The calls for it are made by its type, as whoever acts for the parent. What the two know of each other beyond that lies on
//! the nested stack's row: whose it is, and what the parent wants of it. Each wakes the other by a signal, and reads the rows.

mod change_sets;

pub(crate) use change_sets::{drop_of, of_resources, ready, refuse_alone, root};

use crate::{
    CloudFormation,
    error::invalid,
    state::{OnFailure, OutputRow, RESOURCES, ResourceRow, STACKS, Stack},
    status::{ResourceStatus, StackStatus},
};
use base::Arn;
use gate::{Error, Scope};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The type of nested stacks.
pub(crate) const TYPE: &str = "AWS::CloudFormation::Stack";

/// A template that nests itself would never end; nobody nests this deep.
const DEEPEST: u32 = 20;

/// What a nested stack knows of the stack that it is a resource of.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Nesting {
    pub(crate) parent: Arn,
    pub(crate) root: Arn,
    depth: u32,
    /// The operation under way is the parent's: what it leaves is deleted when the parent says so.
    pub(crate) held: bool,
    pub(crate) order: Option<Order>,
    /// The outputs before the held operation.
    pub(crate) before: Option<Vec<OutputRow>>,
}

/// What the parent wants of a nested stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Order {
    /// All is done: delete what the operation left.
    CleanUp,
    /// The parent turns back.
    RollBack,
    /// The parent has no more use for it.
    Delete,
}

/// Whether the type is that of nested stacks.
pub(crate) fn is(resource_type: &str) -> bool {
    resource_type == TYPE
}

/// The row of a nested stack, by its physical id.
pub(crate) fn child(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, id: &str) -> Result<Option<Stack>, Error> {
    let Ok(arn) = id.parse::<Arn>() else { return Ok(None) };
    let Some((_, uuid)) = arn.resource_of("stack").and_then(|path| path.split_once('/')) else { return Ok(None) };
    scope.get(&STACKS, &[stack.account.as_str(), stack.region.as_str(), uuid])
}

/// The properties with what a nested stack takes over from its parent.
pub(crate) fn inherited(stack: &Stack, properties: &Value) -> Value {
    let mut properties = properties.clone();
    properties["Capabilities"] = json!(stack.shown().map(|version| version.capabilities.clone()).unwrap_or_default());
    if stack.on_failure == OnFailure::DoNothing {
        properties["DisableRollback"] = json!(true);
    }
    if let Some(token) = &stack.client_request_token {
        properties["ClientRequestToken"] = json!(token);
    }
    properties
}

/// How deep a resource of `stack` would lie.
pub(crate) fn depth_below(stack: &Stack) -> Result<u32, Error> {
    let depth = stack.nesting.as_ref().map_or(0, |nesting| nesting.depth) + 1;
    if depth > DEEPEST {
        return Err(invalid(format!(
            "Stack {} is nested {DEEPEST} stacks deep; no stack is nested deeper. A template that nests itself has no end",
            stack.name
        )));
    }
    Ok(depth)
}

/// The stack of this id, just made, belongs to `parent`: its role acts for it too.
pub(crate) fn adopt(scope: &mut Scope<'_, CloudFormation>, parent: &Stack, id: &str) -> Result<(), Error> {
    let depth = depth_below(parent)?;
    let Some(mut made) = child(scope, parent, id)? else { return Ok(()) };
    let root = parent.nesting.as_ref().map_or_else(|| parent.arn(), |nesting| nesting.root.clone());
    made.role_arn.clone_from(&parent.role_arn);
    made.nesting = Some(Nesting { parent: parent.arn(), root, depth, held: false, order: None, before: None });
    made.save(scope)
}

/// The update of the nested stack that began just now is the parent's. False: there was nothing to update.
pub(crate) fn hold(scope: &mut Scope<'_, CloudFormation>, parent: &Stack, id: &str) -> Result<bool, Error> {
    let Some(mut made) = child(scope, parent, id)? else { return Ok(false) };
    if made.status != StackStatus::UpdateInProgress {
        return Ok(false);
    }
    made.role_arn.clone_from(&parent.role_arn);
    if let Some(nesting) = &mut made.nesting {
        nesting.held = true;
    }
    made.save(scope)?;
    Ok(true)
}

/// Tells a nested stack what its parent wants of it, and wakes it.
pub(crate) fn order(scope: &mut Scope<'_, CloudFormation>, made: &mut Stack, order: Order) -> Result<(), Error> {
    if let Some(nesting) = &mut made.nesting {
        nesting.order = Some(order);
    }
    made.save(scope)?;
    durable::signal(scope, made.arn().as_str(), json!({"order": order}))
}

/// Whether `id` is `NESTED-STACK.LogicalId`: a resource that the rollback of a nested stack is to leave alone.
pub(crate) fn is_in_child(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &Stack,
    rows: &HashMap<String, ResourceRow>,
    id: &str,
) -> Result<bool, Error> {
    let Some((name, inner)) = id.split_once('.') else { return Ok(false) };
    for row in rows.values().filter(|row| is(&row.resource_type)) {
        let Some(made) = &row.made else { continue };
        let Some(found) = child(scope, stack, &made.physical_id)?.filter(|found| found.name == name) else { continue };
        // One deeper is its own parent's matter, under the same name.
        let inside: Option<ResourceRow> = scope.get(&RESOURCES, &[found.account.as_str(), found.uuid.as_str(), inner])?;
        return Ok(inside.is_some_and(|row| row.status == ResourceStatus::UpdateFailed));
    }
    Ok(false)
}

impl Stack {
    /// What the parent wants of the stack.
    pub(crate) fn ordered(&self) -> Option<Order> {
        self.nesting.as_ref().and_then(|nesting| nesting.order)
    }
    /// Whether what the operation under way leaves is deleted only when the parent says so.
    pub(crate) fn is_held(&self) -> bool {
        self.nesting.as_ref().is_some_and(|nesting| nesting.held)
    }
    /// An operation of the stack's own begins, or the parent's is over.
    pub(crate) fn let_loose(&mut self) {
        self.failure = None;
        if let Some(nesting) = &mut self.nesting {
            (nesting.held, nesting.order, nesting.before) = (false, None, None);
        }
    }
}

/// Termination protection is the root's: what is nested in a protected stack is not deleted directly.
pub(crate) fn check_protection(scope: &mut Scope<'_, CloudFormation>, stack: &Stack) -> Result<(), Error> {
    let Some(nesting) = stack.nesting.as_ref().filter(|nesting| nesting.order != Some(Order::Delete)) else { return Ok(()) };
    match child(scope, stack, nesting.root.as_str())? {
        Some(root) if root.termination_protection => Err(invalid(format!(
            "Stack [{}] cannot be deleted while TerminationProtection is enabled on its root stack [{}]",
            stack.name, root.name
        ))),
        _ => Ok(()),
    }
}
