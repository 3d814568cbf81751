//! Aliases: names of keys within an account.

use crate::{
    Kms,
    error::{clipped, limit_exceeded, no_alias},
    keys::{self, Rows},
    state::{ALIASES, AliasRow, KeyRow},
};
use base::Arn;
use gate::{Demand, Error, Scope};

/// Aliases that a key may have.
/// Source: <https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html>
const MOST: usize = 50;

/// `alias/…`, not AWS's own.
pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    let letters = |b: u8| b.is_ascii_alphanumeric() || b"/_-".contains(&b);
    if name.is_empty() || name.len() > 256 || !name.bytes().all(|b| letters(b) || b == b':') {
        return Err(Error::validation(format!(
            "1 validation error detected: Value '{}' at 'aliasName' failed to satisfy constraint: Member must have length between 1 and 256, and satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
            clipped(name)
        )));
    }
    if name.starts_with("alias/aws/") {
        return Err(Error::new(
            "NotAuthorizedException",
            format!("{} begins with alias/aws/, which is for the keys that AWS manages.", clipped(name)),
        ));
    }
    match name.strip_prefix("alias/") {
        None | Some("") => Err(Error::validation("Invalid identifier: an alias is alias/ and a name.")),
        Some(rest) if !rest.bytes().all(letters) => {
            Err(Error::validation(format!("{} contains invalid characters for an alias", clipped(name))))
        }
        Some(_) => Ok(()),
    }
}

/// The right to point an alias at the key of this name.
pub(crate) fn target(rows: &mut impl Rows, action: &'static str, key: &str) -> Result<Demand, Error> {
    let is_alias = key.starts_with("alias/") || key.parse::<Arn>().is_ok_and(|arn| arn.resource_of("alias").is_some());
    if is_alias {
        return Err(Error::validation("Aliases must refer to keys. Not aliases"));
    }
    keys::demand(rows, action, key)
}

/// The ARN of an alias of the caller's account.
fn arn(rows: &impl Rows, name: &str) -> Result<Arn, Error> {
    Ok(Arn::new("kms", rows.own_region().as_str(), rows.own_account()?.as_str(), name))
}

/// The right to an action on the alias itself.
pub(crate) fn demand(rows: &impl Rows, action: &'static str, name: &str) -> Result<Demand, Error> {
    check_name(name)?;
    keys::with_caller(rows, Demand::new(action, arn(rows, name)?))
}

pub(crate) fn load(scope: &mut Scope<'_, Kms>, name: &str) -> Result<AliasRow, Error> {
    let account = scope.account()?;
    let missing = no_alias(arn(scope, name)?.as_str());
    scope.get(&ALIASES, &[account.as_str(), name])?.ok_or(missing)
}

/// Points the alias at the key, and the key's row at the alias.
pub(crate) fn point(scope: &mut Scope<'_, Kms>, alias: &mut AliasRow, key: &mut KeyRow) -> Result<(), Error> {
    let account = scope.account()?;
    if key.account != account {
        return Err(Error::validation(format!("An alias and its key must be of one account; {} is of another", key.arn)));
    }
    alias.target.clone_from(&key.id);
    alias.updated = scope.now();
    if !key.aliases.contains(&alias.name) {
        if key.aliases.len() >= MOST {
            return Err(limit_exceeded(format!("{} has {MOST} aliases, which is the most.", key.arn)));
        }
        key.aliases.push(alias.name.clone());
        key.aliases.sort();
    }
    keys::save(scope, key)?;
    scope.put(&ALIASES, &[account.as_str(), &alias.name], alias)
}

/// An alias stays at keys of one type and use, so that code that goes by it does not break.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateAlias.html>
pub(crate) fn check_alike(scope: &mut Scope<'_, Kms>, alias: &AliasRow, new: &KeyRow) -> Result<(), Error> {
    let Some(old) = scope.key_row(&alias.target)? else { return Ok(()) };
    if old.kind.is_symmetric() == new.kind.is_symmetric() && old.kind.usage == new.kind.usage {
        return Ok(());
    }
    Err(Error::validation(format!(
        "{} is of a key of spec {} and usage {}, and cannot be moved to one of spec {} and usage {}: delete the alias and create it anew.",
        alias.name,
        old.kind.spec.name(),
        old.kind.usage.name(),
        new.kind.spec.name(),
        new.kind.usage.name()
    )))
}

/// Takes the alias from the row of the key that it points at, if there is such a key.
pub(crate) fn unpoint(scope: &mut Scope<'_, Kms>, alias: &AliasRow) -> Result<(), Error> {
    let Some(mut key) = scope.key_row(&alias.target)? else { return Ok(()) };
    key.aliases.retain(|name| *name != alias.name);
    keys::save(scope, &key)
}

/// A new alias that points nowhere yet.
pub(crate) fn new(scope: &Scope<'_, Kms>, name: String) -> Result<AliasRow, Error> {
    let (arn, now) = (arn(scope, &name)?, scope.now());
    Ok(AliasRow { name, arn, target: String::new(), created: now, updated: now })
}
