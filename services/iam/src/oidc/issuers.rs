//! The keys of issuers: given by the operator in files, or fetched. One row for an issuer, however many accounts have a provider
//! for it: what it publishes is the same for all.

use super::{PROVIDERS, arn_of, workflow};
use crate::Iam;
use base::{AccountId, Timestamp};
use gate::{Error, Gate, IdentityProvider, Scope, StepContext, Table, View};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, time::Duration};
use wire::jwt::KeySet;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct IssuerRow {
    /// The accounts that have a provider for it.
    pub(crate) accounts: BTreeSet<AccountId>,
    pub(crate) keys: KeySet,
    /// The keys are the operator's: they are not fetched.
    pub(crate) given: bool,
    /// When they were fetched, or could not be.
    pub(crate) checked: Option<Timestamp>,
    /// Why they could not be fetched the last time, and how often in a row.
    pub(crate) failure: Option<String>,
    pub(crate) failures: u32,
    /// They are to be fetched at once.
    pub(crate) wanted: bool,
    /// The workflow that fetches them.
    pub(crate) watch: Option<String>,
}

/// Issuer, without `https://`.
pub(crate) static ISSUERS: Table<Iam, IssuerRow> = Table::new("oidc-issuers");

/// A token with a key that is not known makes its issuer be asked again, not more often than this.
const PAUSE: Duration = Duration::from_secs(60);

/// An account has a provider for the issuer now.
pub(crate) fn add(scope: &mut Scope<'_, Iam>, issuer: &str, account: AccountId) -> Result<(), Error> {
    let mut row = scope.get(&ISSUERS, issuer)?.unwrap_or_default();
    row.accounts.insert(account);
    if row.watch.is_none() {
        let id = format!("issuer-keys/{}", base::uuid(scope.entropy()));
        row.watch = Some(id.clone());
        row.wanted = !row.given;
        workflow::start(scope, &id, account, issuer)?;
    }
    scope.put(&ISSUERS, issuer, &row)
}

/// An account has none any more.
pub(crate) fn remove(scope: &mut Scope<'_, Iam>, issuer: &str, account: AccountId) -> Result<(), Error> {
    let Some(mut row) = scope.get(&ISSUERS, issuer)? else { return Ok(()) };
    row.accounts.remove(&account);
    if !row.accounts.is_empty() {
        return scope.put(&ISSUERS, issuer, &row);
    }
    if let Some(watch) = row.watch.take() {
        workflow::wake(scope, &watch)?;
    }
    if row.given {
        return scope.put(&ISSUERS, issuer, &row);
    }
    scope.delete(&ISSUERS, issuer);
    Ok(())
}

/// An account's provider for an issuer, with the keys that are known.
pub(crate) fn provider(view: &mut View<'_, Iam>, account: AccountId, issuer: &str) -> Result<Option<IdentityProvider>, Error> {
    let Some(row) = view.get(&PROVIDERS, &[account.as_str(), issuer])? else { return Ok(None) };
    let keys = view.get(&ISSUERS, issuer)?.unwrap_or_default();
    Ok(Some(IdentityProvider { arn: arn_of(account, issuer), client_ids: row.client_ids, keys: keys.keys, failure: keys.failure }))
}

/// A token had a key that is not known: tells whether the keys are being fetched. Strangers can ask for it as often as they
/// like; most times it writes nothing.
pub(crate) fn wanted(scope: &mut Scope<'_, Iam>, issuer: &str) -> Result<bool, Error> {
    let now = scope.now();
    let Some(mut row) = scope.get(&ISSUERS, issuer)?.filter(|row| !row.given) else { return Ok(false) };
    if row.wanted {
        return Ok(true);
    }
    let Some(watch) = row.watch.clone() else { return Ok(false) };
    if row.checked.is_some_and(|checked| now.since(checked) < PAUSE) {
        return Ok(false);
    }
    row.wanted = true;
    scope.put(&ISSUERS, issuer, &row)?;
    workflow::wake(scope, &watch)?;
    Ok(true)
}

/// Takes the operator's keys, as (issuer's URL, its key set), in place of those that were given before. An issuer with given keys
/// is never asked.
///
/// # Errors
/// A URL is none of an issuer; or the store failed.
pub fn give_issuer_keys(gate: &Gate, given: &[(String, KeySet)]) -> Result<(), Error> {
    let given: Vec<(&str, &KeySet)> = given.iter().map(|(url, keys)| Ok((super::issuer(url)?, keys))).collect::<Result<_, Error>>()?;
    let context = StepContext { account: gate.management_account(), region: gate.region().clone() };
    gate.step(&Iam(()), &context, |scope| {
        for (key, mut row) in scope.scan::<[&str; 0], _>(&ISSUERS, &[])? {
            let issuer = key[0].as_str();
            if !row.given || given.iter().any(|(still, _)| *still == issuer) {
                continue;
            }
            if row.accounts.is_empty() {
                scope.delete(&ISSUERS, issuer);
                continue;
            }
            (row.given, row.keys, row.wanted) = (false, KeySet::default(), true);
            scope.put(&ISSUERS, issuer, &row)?;
            if let Some(watch) = &row.watch {
                workflow::wake(scope, watch)?;
            }
        }
        for (issuer, keys) in &given {
            let before = scope.get(&ISSUERS, *issuer)?.unwrap_or_default();
            let row = IssuerRow { keys: (*keys).clone(), given: true, wanted: false, failure: None, failures: 0, ..before };
            scope.put(&ISSUERS, *issuer, &row)?;
        }
        Ok(())
    })
}
