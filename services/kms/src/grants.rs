//! Grants: rights on a key beside its policy.
//! Source: <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html>

use crate::{
    Kms,
    error::invalid_arn,
    keys,
    state::{GrantRow, KeyRow, RETIRABLE},
};
use base::{Arn, EpochTime};
use gate::{Demand, Error, Scope};
use policy::{Grant, GrantConstraints};
use serde::Serialize;
use std::collections::BTreeMap;

const CREATE: &str = "CreateGrant";
const RETIRE: &str = "RetireGrant";
/// Tokens that a call may show.
const MOST_TOKENS: usize = 10;

/// Whether a service that calls on somebody's behalf names itself: `ecr.us-east-1.amazonaws.com`.
fn is_own_name(scope: &Scope<'_, Kms>, text: &str) -> bool {
    let own = scope.caller().via().last().and_then(|name| name.strip_suffix(".amazonaws.com"));
    own.is_some_and(|own| text == format!("{own}.{}.amazonaws.com", scope.region()))
}

/// The principal as it is kept: the unique id of a user or role; that of a session's role, and the session's name.
pub(crate) fn kept_principal(scope: &mut Scope<'_, Kms>, text: &str) -> Result<String, Error> {
    if is_own_name(scope, text) {
        return Ok(text.to_owned());
    }
    let arn: Arn = text.parse().map_err(|_| invalid_arn(text))?;
    let Some(account) = arn.account() else { return Err(invalid_arn(text)) };
    if arn.service() == "iam" && arn.resource() == "root" {
        return Ok(text.to_owned());
    }
    if arn.service() == "iam" && ["user", "role"].iter().any(|kind| arn.resource_of(kind).is_some()) {
        return scope.unique_id(text)?.ok_or_else(|| invalid_arn(text));
    }
    if arn.service() != "sts" {
        return Err(invalid_arn(text));
    }
    match arn.resource().split('/').collect::<Vec<_>>()[..] {
        // The ARN of a session says nothing of its role's path.
        ["assumed-role", role, session] => {
            let id = scope.unique_id(Arn::global("iam", account, &format!("role/{role}")).as_str())?;
            Ok(id.map_or_else(|| text.to_owned(), |id| format!("{id}:{session}")))
        }
        ["federated-user", _] => Ok(text.to_owned()),
        _ => Err(invalid_arn(text)),
    }
}

/// Keeps a new grant with its key.
pub(crate) fn add(scope: &mut Scope<'_, Kms>, key: &mut KeyRow, id: &str, grant: GrantRow) -> Result<(), Error> {
    if let Some(principal) = &grant.retiring {
        scope.put(&RETIRABLE, &[principal.as_str(), &key.id, id], &())?;
    }
    key.grants.insert(id.to_owned(), grant);
    keys::save(scope, key)
}

/// Takes a grant from its key; whether there was one.
pub(crate) fn remove(scope: &mut Scope<'_, Kms>, key: &mut KeyRow, id: &str) -> Result<bool, Error> {
    let Some(grant) = key.grants.remove(id) else { return Ok(false) };
    forget(scope, key, id, &grant);
    keys::save(scope, key)?;
    Ok(true)
}

/// Takes a grant from the index by retiring principals.
pub(crate) fn forget(scope: &mut Scope<'_, Kms>, key: &KeyRow, id: &str, grant: &GrantRow) {
    if let Some(principal) = &grant.retiring {
        scope.delete(&RETIRABLE, &[principal.as_str(), &key.id, id]);
    }
}

/// The principal as answers show it.
fn shown_principal(scope: &mut Scope<'_, Kms>, kept: &str) -> Result<String, Error> {
    if kept.starts_with("arn:") {
        return Ok(kept.to_owned());
    }
    let Some((id, session)) = kept.split_once(':') else { return Ok(scope.unique_id(kept)?.unwrap_or_else(|| kept.to_owned())) };
    let role = scope.unique_id(id)?.and_then(|arn| arn.parse::<Arn>().ok());
    let named = role.as_ref().and_then(|arn| arn.account().zip(arn.resource().rsplit('/').next()));
    Ok(named.map_or_else(
        || kept.to_owned(),
        |(account, role)| Arn::global("sts", account, &format!("assumed-role/{role}/{session}")).to_string(),
    ))
}

/// A grant as decisions use it.
fn for_decision(id: &str, row: &GrantRow) -> Grant {
    Grant {
        grant_id: id.to_owned(),
        grantee_principal: row.grantee.clone(),
        retiring_principal: row.retiring.clone(),
        operations: row.operations.clone(),
        constraints: row.constraints.clone(),
        ..Grant::default()
    }
}

/// The grants as decisions use them.
pub(crate) fn for_decisions(key: &KeyRow) -> Vec<Grant> {
    key.grants.iter().map(|(id, row)| for_decision(id, row)).collect()
}

/// What lets somebody retire this grant: the grant itself, and the account that made it.
/// Source: <https://docs.aws.amazon.com/kms/latest/developerguide/grant-delete.html>
pub(crate) fn to_retire(key: &KeyRow, id: &str) -> Vec<Grant> {
    let Some(row) = key.grants.get(id) else { return Vec::new() };
    let account = Grant {
        grant_id: id.to_owned(),
        grantee_principal: format!("arn:aws:iam::{}:root", row.issuing_account),
        operations: vec![RETIRE.into()],
        ..Grant::default()
    };
    // Constraints limit what is done with an encryption context, not this.
    vec![for_decision(id, row), account]
}

/// The grants that let their grantee make this one: those that permit as much, under constraints that are no stricter.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html>
pub(crate) fn to_pass_on(key: &KeyRow, operations: &[String], constraints: Option<&GrantConstraints>) -> Vec<Grant> {
    let wide = |row: &&GrantRow| {
        row.operations.iter().any(|own| own == CREATE)
            && operations.iter().all(|asked| row.operations.contains(asked))
            && row.constraints.as_ref().is_none_or(|own| constraints.is_some_and(|new| holds(own, new)))
    };
    key.grants.iter().filter(|(_, row)| wide(row)).map(|(id, row)| for_decision(id, row)).collect()
}

/// Whether contexts that fit the new constraints fit the old ones.
fn holds(old: &GrantConstraints, new: &GrantConstraints) -> bool {
    let within = |pairs: &BTreeMap<String, String>, wider: &BTreeMap<String, String>| pairs.iter().all(|(k, v)| wider.get(k) == Some(v));
    let exact = old.encryption_context_equals.as_ref().is_none_or(|pairs| new.encryption_context_equals.as_ref() == Some(pairs));
    let subset = old.encryption_context_subset.as_ref().is_none_or(|pairs| {
        [&new.encryption_context_equals, &new.encryption_context_subset].into_iter().flatten().any(|wider| within(pairs, wider))
    });
    exact && subset
}

/// With the condition keys of a grant's constraints.
pub(crate) fn with_constraints(demand: Demand, constraints: Option<&GrantConstraints>) -> Demand {
    let Some(constraints) = constraints else { return demand };
    let mut keys: Vec<String> = Vec::new();
    let mut demand = demand;
    for (kind, pairs) in pairs(constraints) {
        demand = demand.with("kms:GrantConstraintType", kind);
        for (key, value) in pairs {
            demand = demand.with(format!("kms:EncryptionContext:{key}"), value);
            keys.push(key.clone());
        }
    }
    if keys.is_empty() { demand } else { demand.with("kms:EncryptionContextKeys", keys) }
}

/// The constraints with their names.
pub(crate) fn pairs(constraints: &GrantConstraints) -> impl Iterator<Item = (&'static str, &BTreeMap<String, String>)> {
    let equals = constraints.encryption_context_equals.as_ref().map(|pairs| ("EncryptionContextEquals", pairs));
    let subset = constraints.encryption_context_subset.as_ref().map(|pairs| ("EncryptionContextSubset", pairs));
    equals.into_iter().chain(subset)
}

/// Names a grant in one word.
pub(crate) fn token(key: &str, grant: &str) -> String {
    hex::encode(format!("{key}/{grant}"))
}

/// The key's id and the grant's id.
pub(crate) fn read_token(token: &str) -> Result<(String, String), Error> {
    let wrong = || Error::new("InvalidGrantTokenException", "The grant token is not one of this server.");
    let text = hex::decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(wrong)?;
    text.split_once('/').map(|(key, grant)| (key.to_owned(), grant.to_owned())).ok_or_else(wrong)
}

/// Tokens make AWS see a new grant at once. Grants count at once here: tokens need only be tokens.
/// Source: <https://docs.aws.amazon.com/kms/latest/developerguide/using-grant-token.html>
pub(crate) fn check_tokens(tokens: &[String]) -> Result<(), Error> {
    if tokens.len() > MOST_TOKENS {
        return Err(Error::validation(format!(
            "1 validation error detected: Value at 'grantTokens' failed to satisfy constraint: Member must have length less than or equal to {MOST_TOKENS}"
        )));
    }
    tokens.iter().try_for_each(|token| read_token(token).map(drop))
}

/// A grant as lists show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GrantEntry {
    key_id: Arn,
    grant_id: String,
    name: Option<String>,
    creation_date: EpochTime,
    grantee_principal: String,
    retiring_principal: Option<String>,
    issuing_account: String,
    operations: Vec<String>,
    constraints: Option<GrantConstraints>,
}

impl GrantEntry {
    pub(crate) fn of(scope: &mut Scope<'_, Kms>, key: &Arn, id: String, row: GrantRow) -> Result<Self, Error> {
        Ok(Self {
            key_id: key.clone(),
            grant_id: id,
            name: row.name,
            creation_date: EpochTime(row.created),
            grantee_principal: shown_principal(scope, &row.grantee)?,
            retiring_principal: row.retiring.map(|principal| shown_principal(scope, &principal)).transpose()?,
            issuing_account: format!("arn:aws:iam::{}:root", row.issuing_account),
            operations: row.operations,
            constraints: row.constraints,
        })
    }
}
