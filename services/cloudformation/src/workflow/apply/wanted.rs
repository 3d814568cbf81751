//! What the version wants of a resource.

use super::super::resource;
use crate::{
    CloudFormation,
    changes::metadata,
    evaluation::{Known, Lacking, differing, masked},
    stack_tags,
    state::{Made, Pending, ResourceRow, Stack},
    waiting,
};
use gate::{Error, Physical, Scope};
use serde_json::Value;
use std::collections::HashMap;
use template::{Diagnostic, Plan, ResourceAttribute, Span};

/// A resource as the version wants it.
pub(super) struct Wanted {
    pub(super) id: String,
    pub(super) resource_type: String,
    pub(super) properties: Value,
    pub(super) origins: Vec<(String, Span)>,
    pub(super) masked: Vec<String>,
    pub(super) shown: String,
    pub(super) metadata: Option<Value>,
    pub(super) deletion_policy: Option<String>,
    pub(super) update_replace_policy: Option<String>,
    pub(super) dependencies: Vec<String>,
    /// What a wait condition waits for, where the template says it beside the properties.
    pub(super) creation_policy: Option<Value>,
}

impl Wanted {
    pub(super) fn made(self, physical: Physical) -> Made {
        Made {
            resource_type: self.resource_type,
            physical_id: physical.id,
            attributes: physical.attributes,
            properties: self.properties,
            origins: self.origins,
            masked: Some(self.masked),
            metadata: self.metadata,
            deletion_policy: self.deletion_policy,
            update_replace_policy: self.update_replace_policy,
            dependencies: self.dependencies,
        }
    }
}

/// None: it is as it should be.
type Looked = Result<Option<(Wanted, Option<ResourceRow>)>, Vec<Diagnostic>>;

pub(super) fn look(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &Stack,
    plan: &Plan<'_>,
    id: &str,
    lacking: &Lacking,
) -> Result<Looked, Error> {
    let Some(declared) = plan.resource(id) else { return Ok(Ok(None)) };
    let mut known = HashMap::new();
    for needed in plan.dependencies(id) {
        if let Some(row) = resource::row(scope, stack, needed)? {
            known.insert(needed.clone(), row);
        }
    }
    let known = Known(known);
    let (properties, metadata) = match plan.properties(id, &known).and_then(|properties| Ok((properties, metadata(plan, id, &known)?))) {
        Ok(evaluated) => evaluated,
        Err(list) => return Ok(Err(list)),
    };
    if !lacking.is_empty() {
        return Ok(Ok(None));
    }
    let version = stack.target.as_ref().or(stack.shown());
    let shown = masked(&properties).to_string();
    let properties = match scope.resource_type(&declared.resource_type).zip(version) {
        Some((kind, version)) => stack_tags::added(&*kind, properties, &version.tags),
        None => properties,
    };
    let creation_policy = match declared.resource_type == waiting::CONDITION {
        true => match plan.attribute(id, ResourceAttribute::CreationPolicy, &known) {
            Ok(policy) => policy.map(|policy| policy.to_json()),
            Err(list) => return Ok(Err(list)),
        },
        false => None,
    };
    let wanted = Wanted {
        id: id.into(),
        resource_type: declared.resource_type.clone(),
        properties: properties.to_json(),
        origins: properties.origins(),
        masked: crate::evaluation::secrets(&properties),
        shown,
        metadata,
        deletion_policy: declared.deletion_policy.clone(),
        update_replace_policy: declared.update_replace_policy.clone(),
        dependencies: plan.dependencies(id).to_vec(),
        creation_policy,
    };
    let row = resource::row(scope, stack, id)?;
    match row {
        Some(ResourceRow { made: Some(made), pending, .. })
            if made.resource_type == wanted.resource_type && differing(&made.properties, &wanted.properties).is_empty()
                // What lies behind a template's URL may have changed.
                && !crate::nested::is(&wanted.resource_type) =>
        {
            keep(scope, stack, id, made, pending, wanted)?;
            Ok(Ok(None))
        }
        row => Ok(Ok(Some((wanted, row)))),
    }
}

/// A resource whose properties are the same: what else the template says of it is noted.
fn keep(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &Stack,
    id: &str,
    made: Made,
    pending: Option<Pending>,
    wanted: Wanted,
) -> Result<(), Error> {
    let physical = Physical { id: made.physical_id.clone(), attributes: made.attributes.clone() };
    let new = Made { properties: made.properties.clone(), ..wanted.made(physical) };
    let noted = new.metadata == made.metadata
        && new.origins == made.origins
        && new.masked == made.masked
        && new.deletion_policy == made.deletion_policy
        && new.update_replace_policy == made.update_replace_policy
        && new.dependencies == made.dependencies;
    if noted {
        return Ok(());
    }
    let Some(row) = resource::row(scope, stack, id)? else { return Ok(()) };
    let pending = pending.or_else(|| Some(Pending::Updated(Box::new(made))));
    stack.save_resource(scope, &ResourceRow { made: Some(new), pending, ..row })
}
