//! Keys as callers name them: by id, ARN, alias name or alias ARN.

use crate::{
    Kms,
    error::{invalid_state, no_alias, no_key, unsupported},
    grants, managed,
    state::{ALIASES, AliasRow, KEYS, KeyRow, OWNED},
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
                Ok(row.map(|row| KeyRow::clone(&row)))
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
            let resource = if text.starts_with("alias/") { text.to_owned() } else { format!("key/{text}") };
            Arn::new("kms", rows.own_region().as_str(), rows.own_account()?.as_str(), &resource)
        }
    };
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

/// A key that may be used or changed: not one that waits for its deletion.
pub(crate) fn load_living(scope: &mut Scope<'_, Kms>, text: &str) -> Result<KeyRow, Error> {
    let key = load(scope, text)?;
    if key.deletion.is_some() { Err(invalid_state(format!("{} is pending deletion.", key.arn))) } else { Ok(key) }
}

/// Symmetric keys alone get new material.
pub(crate) fn check_rotates(key: &KeyRow) -> Result<(), Error> {
    if key.kind.is_symmetric() {
        return Ok(());
    }
    Err(unsupported(format!("{} key spec is {}: only symmetric encryption keys rotate.", key.arn, key.kind.spec.name())))
}

/// A key that may be used for cryptography.
pub(crate) fn usable(key: KeyRow) -> Result<KeyRow, Error> {
    if key.deletion.is_some() {
        return Err(invalid_state(format!("{} is pending deletion.", key.arn)));
    }
    if !key.enabled {
        return Err(Error::new("DisabledException", format!("{} is disabled.", key.arn)));
    }
    Ok(key)
}

pub(crate) fn save(scope: &mut Scope<'_, Kms>, key: &KeyRow) -> Result<(), Error> {
    scope.put(&KEYS, key.id.as_str(), key)
}

/// Destroys the keys of the caller's account whose day of deletion has come, with their material and aliases.
pub(crate) fn sweep(scope: &mut Scope<'_, Kms>) -> Result<(), Error> {
    let (account, now) = (scope.account()?, scope.now());
    for (_, arn) in scope.scan(&OWNED, &[account.as_str()])? {
        let id = arn.resource_of("key").unwrap_or_default();
        let Some(dead) = scope.get(&KEYS, id)?.filter(|key| !key.lives(now)) else { continue };
        for alias in &dead.aliases {
            // The name may be another key's by now.
            if scope.get(&ALIASES, &[account.as_str(), alias])?.is_some_and(|row| row.target == dead.id) {
                scope.delete(&ALIASES, &[account.as_str(), alias]);
            }
        }
        for (grant, row) in &dead.grants {
            grants::forget(scope, &dead, grant, row);
        }
        scope.delete(&OWNED, &[account.as_str(), id]);
        scope.delete(&KEYS, id);
    }
    Ok(())
}

/// The right to an action on the key of this name.
pub(crate) fn demand(rows: &mut impl Rows, action: &'static str, text: &str) -> Result<Demand, Error> {
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
        demand = key.kind.with(demand);
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
