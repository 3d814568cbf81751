//! Keys as callers name them: by id, ARN, alias name or alias ARN.

use crate::{
    Kms,
    error::{clipped, invalid_state, no_alias, no_key, unsupported},
    grants,
    kinds::Origin,
    managed,
    state::{ALIASES, AliasRow, KEYS, KeyRow, KeyState},
};
use base::{AccountId, Arn, Region};
use gate::{Caller, Demand, Error, Scope, View};
use std::collections::BTreeMap;

/// What is read alike before and after the decision.
pub(crate) trait Rows {
    fn key_row(&mut self, id: &str) -> Result<Option<KeyRow>, Error>;
    fn alias_row(&mut self, account: AccountId, name: &str) -> Result<Option<AliasRow>, Error>;
    fn own_account(&self) -> Result<AccountId, Error>;
    fn own_region(&self) -> &Region;
    fn who(&self) -> &Caller;
}

macro_rules! rows {
    ($kind:ident) => {
        impl Rows for $kind<'_, Kms> {
            fn key_row(&mut self, id: &str) -> Result<Option<KeyRow>, Error> {
                let now = self.now();
                let row = self.shared(&KEYS, id)?.filter(|row| row.lives(now));
                Ok(row.map(|row| KeyRow::clone(&row).at(now)))
            }
            fn alias_row(&mut self, account: AccountId, name: &str) -> Result<Option<AliasRow>, Error> {
                self.get(&ALIASES, &[account.as_str(), name])
            }
            fn own_account(&self) -> Result<AccountId, Error> {
                self.account()
            }
            fn own_region(&self) -> &Region {
                self.region()
            }
            fn who(&self) -> &Caller {
                self.caller()
            }
        }
    };
}
rows!(View);
rows!(Scope);

/// What a key's name stands for.
pub(crate) struct Named {
    /// The key's ARN; the alias's, if there is no such alias.
    pub(crate) arn: Arn,
    pub(crate) key: Option<KeyRow>,
    /// The alias by which the key was named.
    pub(crate) alias: Option<String>,
}

const LONGEST: usize = 2048;

/// A UUID, or the id of a key of several regions.
pub(crate) fn is_id(text: &str) -> bool {
    let hex = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit());
    match text.strip_prefix("mrk-") {
        Some(rest) => hex(rest, 32),
        None => {
            let parts: Vec<&str> = text.split('-').collect();
            parts.len() == 5 && parts.iter().zip([8, 4, 4, 4, 12]).all(|(part, length)| hex(part, length))
        }
    }
}

fn invalid_id(text: &str) -> Error {
    Error::new("NotFoundException", format!("Invalid keyId '{}'", clipped(text)))
}

/// Looks a key up. Ids and alias names are those of the caller's account.
pub(crate) fn named(rows: &mut impl Rows, text: &str) -> Result<Named, Error> {
    if text.is_empty() || text.len() > LONGEST {
        return Err(Error::validation(format!(
            "1 validation error detected: Value at 'keyId' failed to satisfy constraint: Member must have length between 1 and {LONGEST}"
        )));
    }
    let arn = match text.parse::<Arn>() {
        Ok(arn) if arn.service() == "kms" && arn.account().is_some() => arn,
        Ok(_) => return Err(Error::new("InvalidArnException", format!("'{text}' is not the ARN of a key or an alias"))),
        Err(_) => {
            let resource = match text {
                alias if alias.starts_with("alias/") => alias.to_owned(),
                id if is_id(id) => format!("key/{id}"),
                other => return Err(invalid_id(other)),
            };
            Arn::new("kms", rows.own_region().as_str(), rows.own_account()?.as_str(), &resource)
        }
    };
    if arn.region() != rows.own_region().as_str() {
        return Err(Error::new("NotFoundException", format!("Invalid arn {}", clipped(arn.region()))));
    }
    if let Some(id) = arn.resource_of("key") {
        let key = rows.key_row(id)?.filter(|key| key.arn == arn);
        return Ok(Named { arn, key, alias: None });
    }
    let Some(account) = arn.account().filter(|_| arn.resource_of("alias").is_some()) else {
        return Err(Error::new("InvalidArnException", format!("'{text}' is not the ARN of a key or an alias")));
    };
    let alias = rows.alias_row(account, arn.resource())?.filter(|alias| alias.arn == arn);
    let key = match &alias {
        Some(alias) => rows.key_row(&alias.target)?,
        None => None,
    };
    let alias = Some(arn.resource().to_owned());
    let arn = match &key {
        Some(key) => key.arn.clone(),
        None => managed::named(rows, &arn)?.unwrap_or(arn),
    };
    Ok(Named { arn, key, alias })
}

/// The key of this name, after the call was allowed.
pub(crate) fn load(scope: &mut Scope<'_, Kms>, text: &str) -> Result<KeyRow, Error> {
    let named = named(scope, text)?;
    if let Some(key) = named.key {
        return Ok(key);
    }
    let Some(alias) = named.alias else { return Err(no_key(named.arn.as_str())) };
    managed::make(scope, &alias, &named.arn)?.ok_or_else(|| no_alias(&alias))
}

/// A key that may be changed: not one that waits for its deletion.
pub(crate) fn load_living(scope: &mut Scope<'_, Kms>, text: &str) -> Result<KeyRow, Error> {
    let key = load(scope, text)?;
    if key.deletion.is_some() { Err(pending(&key, "deletion")) } else { Ok(key) }
}

/// A key that may be enabled and disabled: not one without its material either.
pub(crate) fn load_whole(scope: &mut Scope<'_, Kms>, text: &str) -> Result<KeyRow, Error> {
    let key = load_living(scope, text)?;
    if key.state() == KeyState::PendingImport { Err(pending(&key, "import")) } else { Ok(key) }
}

fn pending(key: &KeyRow, what: &str) -> Error {
    invalid_state(format!("{} is pending {what}.", key.arn))
}

/// Keys of this origin alone take part.
pub(crate) fn check_origin(key: &KeyRow, wanted: Origin) -> Result<(), Error> {
    if key.origin == wanted {
        return Ok(());
    }
    Err(unsupported(format!("{} origin is {} which is not valid for this operation.", key.arn, key.origin.name())))
}

/// Symmetric keys alone get new material.
pub(crate) fn check_rotates(key: &KeyRow) -> Result<(), Error> {
    if key.kind.is_symmetric() {
        return Ok(());
    }
    Err(unsupported(format!("{} key spec is {}: only symmetric encryption keys rotate.", key.arn, key.kind.spec.name())))
}

/// A key whose rotations can be turned on and off: symmetric, enabled, with material that was made here.
pub(crate) fn load_rotating(scope: &mut Scope<'_, Kms>, text: &str) -> Result<KeyRow, Error> {
    let key = load(scope, text)?;
    check_rotates(&key)?;
    check_origin(&key, Origin::Kms)?;
    usable(key)
}

/// A key that may be used for cryptography.
pub(crate) fn usable(key: KeyRow) -> Result<KeyRow, Error> {
    match key.state() {
        KeyState::Enabled => Ok(key),
        KeyState::PendingDeletion => Err(pending(&key, "deletion")),
        KeyState::PendingImport => Err(pending(&key, "import")),
        KeyState::Disabled => Err(Error::new("DisabledException", format!("{} is disabled.", key.arn))),
    }
}

pub(crate) fn save(scope: &mut Scope<'_, Kms>, key: &KeyRow) -> Result<(), Error> {
    scope.put(&KEYS, key.id.as_str(), key)
}

/// Looks a key up for those who manage it: by its id or ARN. An alias names a key for those who use it.
pub(crate) fn named_to_manage(rows: &mut impl Rows, text: &str) -> Result<Named, Error> {
    if text.starts_with("alias/") {
        return Err(invalid_id(text));
    }
    if text.parse::<Arn>().is_ok_and(|arn| arn.resource_of("alias").is_some()) {
        return Err(Error::new("InvalidArnException", format!("Invalid arn {}", clipped(text))));
    }
    named(rows, text)
}

/// The right to manage the key of this name.
pub(crate) fn demand(rows: &mut impl Rows, action: &'static str, text: &str) -> Result<Demand, Error> {
    let named = named_to_manage(rows, text)?;
    demand_on(rows, action, &named)
}

/// The right to use the key of this name, which may be an alias's, with tokens of grants.
pub(crate) fn demand_to_use(rows: &mut impl Rows, action: &'static str, text: &str, tokens: &[String]) -> Result<Demand, Error> {
    grants::check_tokens(tokens)?;
    let named = named(rows, text)?;
    demand_on(rows, action, &named)
}

/// The right to an action on a key's alias, as far as the key is concerned: `kms:RequestAlias` is for those who use the key.
pub(crate) fn demand_behind(rows: &mut impl Rows, action: &'static str, text: &str) -> Result<Demand, Error> {
    let named = Named { alias: None, ..named(rows, text)? };
    demand_on(rows, action, &named)
}

/// The right to an action on a key that was looked up.
/// Source: <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html>
pub(crate) fn demand_on(rows: &impl Rows, action: &'static str, named: &Named) -> Result<Demand, Error> {
    let mut demand = with_caller(rows, Demand::new(action, named.arn.clone()))?.with_some("kms:RequestAlias", named.alias.as_ref());
    if let Some(key) = &named.key {
        demand = key.kind.with(key.origin, demand);
        if !key.aliases.is_empty() {
            demand = demand.with("kms:ResourceAliases", key.aliases.clone());
        }
    }
    Ok(demand)
}

/// With the keys that all of KMS's actions have.
pub(crate) fn with_caller(rows: &impl Rows, demand: Demand) -> Result<Demand, Error> {
    Ok(demand.with("kms:CallerAccount", rows.own_account()?.as_str()).with_some("kms:ViaService", via(rows)))
}

/// `s3.us-east-1.amazonaws.com`, if S3 called on the caller's behalf.
fn via(rows: &impl Rows) -> Option<String> {
    let service = rows.who().via().last()?;
    Some(match service.strip_suffix(".amazonaws.com") {
        Some(name) => format!("{name}.{}.amazonaws.com", rows.own_region()),
        None => service.clone(),
    })
}

/// Whether a service calls for a resource that it manages.
pub(crate) fn for_aws_resource(rows: &impl Rows) -> bool {
    !rows.who().via().is_empty()
}

/// With the algorithm of a signature, and what is signed.
pub(crate) fn with_signing(demand: Demand, algorithm: &str, message_type: Option<&str>) -> Demand {
    demand.with("kms:SigningAlgorithm", algorithm).with("kms:MessageType", message_type.unwrap_or("RAW"))
}

/// With the encryption context and the algorithm, which is SYMMETRIC_DEFAULT where none is named.
pub(crate) fn with_context(demand: Demand, context: &BTreeMap<String, String>, algorithm: Option<&str>) -> Demand {
    let demand = context.iter().fold(demand, |demand, (key, value)| demand.with(format!("kms:EncryptionContext:{key}"), value));
    let demand = demand.with("kms:EncryptionAlgorithm", algorithm.unwrap_or(crate::usage::SYMMETRIC));
    if context.is_empty() { demand } else { demand.with("kms:EncryptionContextKeys", context.keys().cloned().collect::<Vec<_>>()) }
}
