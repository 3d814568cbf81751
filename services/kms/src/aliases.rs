//! Aliases: names of keys within an account.

use crate::{
    Kms,
    error::{clipped, no_alias},
    keys::{self, Rows},
    state::{ALIASES, AliasRow, KeyRow},
};
use base::Arn;
use gate::{Demand, Error, Scope};

/// `alias/…`, not AWS's own.
pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    let wrong = |why: &str| Err(Error::new("InvalidAliasNameException", format!("The alias name '{}' {why}", clipped(name))));
    let Some(rest) = name.strip_prefix("alias/") else { return wrong("must begin with alias/") };
    if rest.is_empty() || name.len() > 256 || !rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_-".contains(&b)) {
        return wrong("must have letters, digits, /, _ and - behind alias/, and at most 256 characters");
    }
    if rest.starts_with("aws/") { wrong("begins with alias/aws/, which is reserved for AWS") } else { Ok(()) }
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
        key.aliases.push(alias.name.clone());
        key.aliases.sort();
    }
    keys::save(scope, key)?;
    scope.put(&ALIASES, &[account.as_str(), &alias.name], alias)
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
