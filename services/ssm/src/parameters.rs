//! Parameters and their versions, looked up and kept.

use crate::{
    Ssm, cipher,
    error::{clipped, invalid_resource, no_parameter, no_version},
    events,
    names::{Key, Named, is_public},
    shapes::Parameter,
    state::{PARAMETERS, ParameterRow, VERSIONS, VersionRow, digits},
};
use base::Arn;
use gate::{Demand, Document, Error, ResourceFacts, Scope, View};

/// The parameter of a key, if it lives.
pub(crate) fn row(view: &mut View<'_, Ssm>, key: &Key) -> Result<Option<ParameterRow>, Error> {
    let now = view.now();
    Ok(view.get(&PARAMETERS, key)?.filter(|row: &ParameterRow| row.lives(now)))
}

/// The parameter of an ARN.
fn by_arn(view: &mut View<'_, Ssm>, arn: &Arn) -> Result<Option<ParameterRow>, Error> {
    let (Some(account), Some(name)) = (arn.account(), arn.resource_of("parameter")) else { return Ok(None) };
    Ok(row(view, &Key::new(account, name))?.filter(|row| row.arn == *arn))
}

/// The right to an action on a parameter.
/// Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html>
pub(crate) fn demand(view: &mut View<'_, Ssm>, action: &'static str, arn: &Arn) -> Result<Demand, Error> {
    let tags = by_arn(view, arn)?.map(|row| row.tags).unwrap_or_default();
    let demand = Demand::new(action, arn.clone());
    Ok(tags.into_iter().fold(demand, |demand, tag| demand.with(format!("ssm:resourceTag/{}", tag.key), tag.value)))
}

/// What the gate asks of parameters.
pub(crate) fn resources(view: &mut View<'_, Ssm>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let Some(row) = by_arn(view, arn)? else { return Ok(arn.account().map(ResourceFacts::owned_by)) };
    Ok(Some(ResourceFacts {
        policy: row.shared.map(|shared| Document { name: format!("resource policy of parameter {}", row.name), text: shared.document }),
        tags: row.tags.into_iter().map(|tag| (tag.key, tag.value)).collect(),
        ..ResourceFacts::owned_by(row.key.account)
    }))
}

/// The parameter of this name, after the call was allowed.
pub(crate) fn load(view: &mut View<'_, Ssm>, named: &Named) -> Result<ParameterRow, Error> {
    if is_public(&named.name) {
        return Err(Error::not_implemented(&format!("ssm with AWS's own parameter {}", named.name)));
    }
    row(view, &named.key)?.filter(|row| row.arn == named.arn).ok_or_else(|| no_parameter(&named.name))
}

/// One version of a parameter; the latest if none is named.
pub(crate) fn version(view: &mut View<'_, Ssm>, row: &ParameterRow, selector: Option<&str>) -> Result<VersionRow, Error> {
    let Some(selector) = selector else { return Ok(row.current.clone()) };
    let number = match selector.parse() {
        Ok(number) => Some(number),
        // A label never begins with a digit.
        Err(_) => row.labels.get(selector).copied(),
    };
    let found = match number {
        Some(number) => numbered(view, row, number)?,
        None => None,
    };
    found.ok_or_else(|| no_version(selector, &row.name))
}

pub(crate) fn numbered(view: &mut View<'_, Ssm>, row: &ParameterRow, number: u64) -> Result<Option<VersionRow>, Error> {
    if number == row.current.number {
        return Ok(Some(row.current.clone()));
    }
    view.get(&VERSIONS, &[row.key.account.as_str(), &row.key.text(), &digits(number)])
}

pub(crate) fn save(scope: &mut Scope<'_, Ssm>, row: &ParameterRow) -> Result<(), Error> {
    scope.put(&PARAMETERS, &row.key, row)
}

/// Puts the current version among the older ones.
pub(crate) fn archive(scope: &mut Scope<'_, Ssm>, row: &ParameterRow) -> Result<(), Error> {
    let number = digits(row.current.number);
    scope.put(&VERSIONS, &[row.key.account.as_str(), &row.key.text(), &number], &row.current)
}

/// The versions that a parameter has beside its latest.
fn forget(scope: &mut Scope<'_, Ssm>, key: &Key) -> Result<(), Error> {
    let (account, text) = (key.account, key.text());
    for (parts, _) in scope.scan(&VERSIONS, &[account.as_str(), &text])? {
        if let [_, _, number] = parts.as_slice() {
            scope.delete(&VERSIONS, &[account.as_str(), &text, number]);
        }
    }
    Ok(())
}

/// Deletes a parameter with all that belongs to it, and says so.
pub(crate) fn delete(scope: &mut Scope<'_, Ssm>, row: &ParameterRow) -> Result<(), Error> {
    remove(scope, row)?;
    events::changed(scope, row, "Delete")
}

/// The same without a word: what expired was gone before.
pub(crate) fn remove(scope: &mut Scope<'_, Ssm>, row: &ParameterRow) -> Result<(), Error> {
    forget(scope, &row.key)?;
    scope.delete(&PARAMETERS, &row.key);
    match &row.keeper {
        Some(keeper) => durable::signal(scope, keeper, serde_json::Value::Null),
        None => Ok(()),
    }
}

/// A parameter's version as answers have it.
pub(crate) fn shown(
    scope: &mut Scope<'_, Ssm>,
    row: &ParameterRow,
    version: &VersionRow,
    selector: Option<&str>,
    decrypted: bool,
) -> Result<Parameter, Error> {
    let value = cipher::open(scope, &row.arn, &version.value, decrypted)?;
    Ok(Parameter::of(row, version, selector, value))
}

/// The parameter whose tags are meant.
pub(crate) fn tagged(view: &View<'_, Ssm>, operation: &str, kind: &str, id: &str) -> Result<Named, Error> {
    const OTHERS: [&str; 8] =
        ["Association", "Automation", "Document", "MaintenanceWindow", "ManagedInstance", "OpsItem", "OpsMetadata", "PatchBaseline"];
    // Nobody is told of a name first.
    view.account()?;
    match kind {
        "Parameter" => Named::own(view, id).map_err(|_| invalid_resource()),
        known if OTHERS.contains(&known) => Err(Error::not_implemented(&format!("ssm:{operation} of the resource type {known}"))),
        _ => Err(Error::new("InvalidResourceType", format!("'{}' is not a type of resource that has tags.", clipped(kind)))),
    }
}

/// The same, after the call was allowed.
pub(crate) fn load_tagged(view: &mut View<'_, Ssm>, operation: &str, kind: &str, id: &str) -> Result<ParameterRow, Error> {
    let named = tagged(view, operation, kind, id)?;
    row(view, &named.key)?.ok_or_else(invalid_resource)
}
