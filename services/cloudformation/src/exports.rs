//! Values that stacks of one account and region give to each other. What is imported stays as it is.

use crate::{
    CloudFormation,
    state::{EXPORTS, Export, IMPORTS, OutputRow, Stack},
};
use gate::{Error, Scope};
use std::collections::BTreeSet;

/// The names of the stacks that import an export.
pub(crate) fn importers(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, name: &str) -> Result<Vec<String>, Error> {
    let rows = scope.scan(&IMPORTS, &[stack.account.as_str(), stack.region.as_str(), name])?;
    Ok(rows.into_iter().filter(|(key, _)| key[3] != stack.uuid).map(|(_, importer)| importer).collect())
}

pub(crate) fn import(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, names: &BTreeSet<String>) -> Result<(), Error> {
    for name in names {
        scope.put(&IMPORTS, &[stack.account.as_str(), &stack.region, name, &stack.uuid], &stack.name)?;
    }
    Ok(())
}

/// Lets go of what is in `names` and no longer in `kept`.
pub(crate) fn let_go(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, names: &BTreeSet<String>, kept: &BTreeSet<String>) {
    for name in names.difference(kept) {
        scope.delete(&IMPORTS, &[stack.account.as_str(), &stack.region, name, &stack.uuid]);
    }
}

/// Gives the stack its new outputs with their exports. `Ok(Err)`: an export stands against it, in AWS's words.
pub(crate) fn replace_outputs(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &mut Stack,
    outputs: Vec<OutputRow>,
) -> Result<Result<(), String>, Error> {
    let (account, region) = (stack.account, stack.region.clone());
    let exported = |outputs: &[OutputRow]| outputs.iter().filter_map(|o| Some((o.export.clone()?, o.value.clone()))).collect::<Vec<_>>();
    let (old, new) = (exported(&stack.outputs), exported(&outputs));
    for (at, (name, value)) in new.iter().enumerate() {
        if new[..at].iter().any(|(other, _)| other == name) {
            return Ok(Err(format!("Duplicate Export names. More than one output is exported as {name}.")));
        }
        let present = scope.get(&EXPORTS, &[account.as_str(), &region, name])?;
        if let Some(other) = present.filter(|e| e.stack != stack.arn()) {
            return Ok(Err(format!("Export with name {name} is already exported by stack {}.", stack_name(&other.stack))));
        }
        if old.iter().any(|(other, before)| other == name && before != value) {
            let users = importers(scope, stack, name)?;
            if !users.is_empty() {
                return Ok(Err(format!("Export {name} cannot be updated as it is in use by {}", users.join(", "))));
            }
        }
    }
    for (name, _) in old.iter().filter(|(name, _)| !new.iter().any(|(other, _)| other == name)) {
        let users = importers(scope, stack, name)?;
        if !users.is_empty() {
            return Ok(Err(format!("Export {name} cannot be deleted as it is in use by {}", users.join(", "))));
        }
    }
    for (name, _) in &old {
        scope.delete(&EXPORTS, &[account.as_str(), &region, name]);
    }
    for (name, value) in new {
        scope.put(&EXPORTS, &[account.as_str(), &region, name.as_str()], &Export { value, stack: stack.arn() })?;
    }
    stack.outputs = outputs;
    Ok(Ok(()))
}

fn stack_name(arn: &base::Arn) -> &str {
    arn.resource_of("stack").and_then(|path| path.split('/').next()).unwrap_or_default()
}
