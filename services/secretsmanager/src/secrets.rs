//! Secrets as callers name them: by name, ARN, or ARN without its random end.
//! Source: <https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen>

use crate::{
    Secretsmanager,
    error::{clipped, deleted, invalid, no_secret},
    state::{SECRETS, SecretRow},
    tags,
};
use aws_lc_rs::digest::{SHA256, digest};
use base::{AccountId, Arn};
use gate::{Demand, Document, Error, ResourceFacts, Scope, View};

/// Letters and digits at the end of an ARN.
const SUFFIX: usize = 6;
const LONGEST_NAME: usize = 512;

/// What a name stands for: its account, its name, and the secret if there is one.
pub(crate) struct Named {
    pub(crate) arn: Arn,
    pub(crate) row: Option<SecretRow>,
}

pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    let fits = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_+=.@-".contains(&b));
    if fits && !name.is_empty() && name.len() <= LONGEST_NAME {
        return Ok(());
    }
    Err(Error::validation(format!(
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@! (1 to {LONGEST_NAME}): '{}'",
        clipped(name)
    )))
}

/// A new secret's ARN. Its end tells it from an earlier secret of this name; it is no secret, and the same all through a call.
pub(crate) fn new_arn(view: &View<'_, Secretsmanager>, name: &str) -> Result<Arn, Error> {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let hash = digest(&SHA256, format!("{} {name} {}", view.account()?, view.now().iso()).as_bytes());
    let suffix: String = hash.as_ref()[..SUFFIX].iter().map(|b| char::from(LETTERS[usize::from(*b) % LETTERS.len()])).collect();
    view.arn(&format!("secret:{name}-{suffix}"))
}

fn row(view: &mut View<'_, Secretsmanager>, account: AccountId, name: &str) -> Result<Option<SecretRow>, Error> {
    let now = view.now();
    Ok(view.get(&SECRETS, &[account.as_str(), name])?.filter(|row| row.lives(now)))
}

/// The secret of a whole ARN, or of one without its end.
fn by_arn(view: &mut View<'_, Secretsmanager>, arn: &Arn) -> Result<Option<SecretRow>, Error> {
    let (Some(account), Some(text)) = (arn.account(), arn.resource().strip_prefix("secret:")) else { return Ok(None) };
    if let Some((name, _)) = text.rsplit_once('-').filter(|(_, end)| end.len() == SUFFIX)
        && let Some(found) = row(view, account, name)?.filter(|row| row.arn == *arn)
    {
        return Ok(Some(found));
    }
    let region = arn.region();
    Ok(row(view, account, text)?.filter(|row| row.arn.region() == region))
}

/// Looks a secret up. Names are those of the caller's account.
pub(crate) fn named(view: &mut View<'_, Secretsmanager>, text: &str) -> Result<Named, Error> {
    if text.is_empty() || text.len() > 2048 {
        return Err(invalid("The parameter SecretId has 1 to 2048 characters."));
    }
    let found = match text.parse::<Arn>() {
        Ok(arn) if arn.service() == "secretsmanager" => Named { row: by_arn(view, &arn)?, arn },
        Ok(_) => return Err(invalid(format!("'{}' is not the ARN of a secret.", clipped(text)))),
        Err(_) => {
            let (account, arn) = (view.account()?, view.arn(&format!("secret:{text}"))?);
            Named { row: row(view, account, text)?, arn }
        }
    };
    let arn = found.row.as_ref().map_or(found.arn, |row| row.arn.clone());
    Ok(Named { arn, row: found.row })
}

/// The right to an action on a secret.
/// Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html>
pub(crate) fn demand(view: &mut View<'_, Secretsmanager>, action: &'static str, text: &str) -> Result<Demand, Error> {
    let named = named(view, text)?;
    Ok(demand_on(action, &named.arn, named.row.as_ref()))
}

/// The same of a secret that was looked up.
pub(crate) fn demand_on(action: &'static str, arn: &Arn, row: Option<&SecretRow>) -> Demand {
    let demand = Demand::new(action, arn.clone())
        .with("secretsmanager:SecretId", arn.as_str())
        .with("secretsmanager:SecretPrimaryRegion", arn.region());
    row.iter()
        .flat_map(|row| tags::pairs(&row.tags))
        .fold(demand, |demand, (key, value)| demand.with(format!("secretsmanager:ResourceTag/{key}"), value))
}

/// With the key that a secret is to have: as it was named, and its ARN where that was named.
pub(crate) fn with_key(demand: Demand, key: Option<&String>) -> Demand {
    let arn = key.filter(|key| key.parse::<Arn>().is_ok_and(|arn| arn.service() == "kms" && arn.resource_of("key").is_some()));
    demand.with_some("secretsmanager:KmsKeyId", key).with_some("secretsmanager:KmsKeyArn", arn)
}

/// Secrets that other services' partners hold are not here.
pub(crate) fn refuse_type(operation: &str, kind: Option<&String>) -> Result<(), Error> {
    match kind {
        Some(kind) => Err(Error::not_implemented(&format!("secretsmanager:{operation} with Type {}", clipped(kind)))),
        None => Ok(()),
    }
}

/// The secret of this name, after the call was allowed.
pub(crate) fn load(view: &mut View<'_, Secretsmanager>, text: &str) -> Result<SecretRow, Error> {
    named(view, text)?.row.ok_or_else(no_secret)
}

/// A secret that is not marked for deletion.
pub(crate) fn load_living(view: &mut View<'_, Secretsmanager>, text: &str) -> Result<SecretRow, Error> {
    let row = load(view, text)?;
    if row.deletion.is_some() { Err(deleted()) } else { Ok(row) }
}

pub(crate) fn save(scope: &mut Scope<'_, Secretsmanager>, row: &SecretRow) -> Result<(), Error> {
    scope.put(&SECRETS, &[row.account.as_str(), &row.name], row)
}

/// The name that an ARN holds, with its end if it has one.
pub(crate) fn name_in(arn: &Arn) -> Option<&str> {
    arn.resource().strip_prefix("secret:")
}

/// What the gate asks of secrets.
pub(crate) fn resources(view: &mut View<'_, Secretsmanager>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let Some(row) = by_arn(view, arn)? else { return Ok(arn.account().map(ResourceFacts::owned_by)) };
    Ok(Some(ResourceFacts {
        policy: row.policy.map(|text| Document { name: format!("resource policy of secret {}", row.name), text }),
        tags: row.tags.into_iter().map(|tag| (tag.key, tag.value)).collect(),
        ..ResourceFacts::owned_by(row.account)
    }))
}
