//! OpenID Connect providers: issuers for whose users roles of the account may be assumed.
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html>

pub(crate) mod discovery;
pub(crate) mod issuers;
pub(crate) mod workflow;

use crate::{
    Iam,
    error::{invalid, invalid_input, limit_exceeded, no_such_entity},
    tags::{self, Tag},
};
use base::{AccountId, Arn, Timestamp};
use gate::{Demand, Error, ResourceFacts, Scope, Table, View};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ProviderRow {
    /// The issuer without `https://`: part of the ARN and of condition keys.
    pub(crate) issuer: String,
    pub(crate) arn: Arn,
    pub(crate) client_ids: Vec<String>,
    /// Kept and shown; what is trusted are the operator's roots.
    pub(crate) thumbprints: Vec<String>,
    pub(crate) created: Timestamp,
    pub(crate) tags: Vec<Tag>,
}

/// Account, issuer.
pub(crate) static PROVIDERS: Table<Iam, ProviderRow> = Table::new("oidc-providers");

pub(crate) const MOST_PROVIDERS: usize = 100;
const MOST_CLIENT_IDS: usize = 100;
const MOST_THUMBPRINTS: usize = 5;
const LONGEST: usize = 255;

/// The issuer of a provider's URL.
pub(crate) fn issuer(url: &str) -> Result<&str, Error> {
    let wrong = |why: &str| Err(invalid_input(format!("Invalid Open ID Connect Provider URL: {why}")));
    if url.len() > LONGEST {
        return Err(invalid("url", crate::names::clipped(url), "Member must have length less than or equal to 255"));
    }
    let Some(issuer) = url.strip_prefix("https://") else { return wrong("it begins with https://") };
    let (host, _) = issuer.split_once('/').unwrap_or((issuer, ""));
    let is_name = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.' || b == b':');
    let visible = issuer.bytes().all(|b| (0x21..=0x7e).contains(&b) && !b"?#\\\"<>%{}|^`".contains(&b));
    if !is_name || !visible || issuer.contains("//") || issuer.split('/').any(|part| part == "..") {
        return wrong("it has a host and a path, without user, query and fragment");
    }
    Ok(issuer)
}

pub(crate) fn arn_of(account: AccountId, issuer: &str) -> Arn {
    Arn::global("iam", account, &format!("oidc-provider/{issuer}"))
}

pub(crate) fn check_client_ids(ids: &[String]) -> Result<(), Error> {
    if ids.len() > MOST_CLIENT_IDS {
        return Err(limit_exceeded(format!("Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {MOST_CLIENT_IDS}")));
    }
    match ids.iter().find(|id| id.is_empty() || id.chars().count() > LONGEST) {
        Some(id) => Err(invalid("clientID", crate::names::clipped(id), "Member must have length between 1 and 255")),
        None => Ok(()),
    }
}

pub(crate) fn check_thumbprints(list: &[String]) -> Result<(), Error> {
    if list.len() > MOST_THUMBPRINTS {
        return Err(invalid_input(format!("Thumbprint list must contain fewer than {} entries.", MOST_THUMBPRINTS + 1)));
    }
    match list.iter().find(|print| print.len() != 40 || !print.bytes().all(|b| b.is_ascii_hexdigit())) {
        Some(print) => Err(invalid("thumbprintList", crate::names::clipped(print), "Member must be 40 hexadecimal digits")),
        None => Ok(()),
    }
}

fn key(arn: &Arn) -> Option<(AccountId, &str)> {
    Some((arn.account()?, arn.resource_of("oidc-provider")?)).filter(|_| arn.service() == "iam")
}

fn checked_key(arn: &Arn) -> Result<(AccountId, &str), Error> {
    key(arn).ok_or_else(|| invalid_input(format!("Invalid ARN: {arn} is not the ARN of an OpenID Connect provider.")))
}

fn viewed(view: &mut View<'_, Iam>, arn: &Arn) -> Result<Option<ProviderRow>, Error> {
    match key(arn) {
        Some((account, issuer)) => view.get(&PROVIDERS, &[account.as_str(), issuer]),
        None => Ok(None),
    }
}

/// The right to an action on a provider.
pub(crate) fn demand(action: &'static str, arn: &Arn) -> Result<Demand, Error> {
    checked_key(arn)?;
    Ok(Demand::new(action, arn.clone()))
}

/// What decisions need to know of a provider.
pub(crate) fn facts(view: &mut View<'_, Iam>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let row = viewed(view, arn)?;
    Ok(row.zip(arn.account()).map(|(row, account)| ResourceFacts { tags: tags::owned(&row.tags), ..ResourceFacts::owned_by(account) }))
}

pub(crate) fn find(scope: &mut Scope<'_, Iam>, arn: &Arn) -> Result<Option<ProviderRow>, Error> {
    let (account, issuer) = checked_key(arn)?;
    scope.get(&PROVIDERS, &[account.as_str(), issuer])
}

pub(crate) fn load(scope: &mut Scope<'_, Iam>, arn: &Arn) -> Result<ProviderRow, Error> {
    find(scope, arn)?.ok_or_else(|| no_such_entity(format!("OpenIDConnect Provider not found for arn {arn}")))
}

pub(crate) fn save(scope: &mut Scope<'_, Iam>, row: &ProviderRow) -> Result<(), Error> {
    let (account, issuer) = checked_key(&row.arn)?;
    scope.put(&PROVIDERS, &[account.as_str(), issuer], row)
}

/// Loads, changes, saves.
pub(crate) fn change(scope: &mut Scope<'_, Iam>, arn: &Arn, work: impl FnOnce(&mut ProviderRow) -> Result<(), Error>) -> Result<(), Error> {
    let mut row = load(scope, arn)?;
    work(&mut row)?;
    save(scope, &row)
}

pub(crate) fn remove(scope: &mut Scope<'_, Iam>, arn: &Arn) -> Result<(), Error> {
    let (account, issuer) = checked_key(arn)?;
    scope.delete(&PROVIDERS, &[account.as_str(), issuer]);
    Ok(())
}
