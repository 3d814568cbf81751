//! Grants: rights on a key beside its policy.
//! Source: <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html>

use crate::{
    Kms,
    error::invalid_arn,
    state::{GrantRow, KeyRow},
};
use base::{Arn, EpochTime};
use gate::{Caller, Error, Identity, Scope};
use policy::{Grant, GrantConstraints};
use serde::Serialize;

/// What a grant may permit on a symmetric key.
pub(crate) const OPERATIONS: [&str; 11] = [
    "CreateGrant",
    "Decrypt",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
    RETIRE,
];
const RETIRE: &str = "RetireGrant";

/// The principal as it is kept: the unique id of a user or role.
pub(crate) fn kept_principal(scope: &mut Scope<'_, Kms>, text: &str) -> Result<String, Error> {
    let arn: Arn = text.parse().map_err(|_| invalid_arn(text))?;
    match (arn.service(), arn.resource()) {
        ("iam", "root") | ("sts", _) if arn.account().is_some() => Ok(text.to_owned()),
        ("iam", _) => scope.unique_id(text)?.ok_or_else(|| invalid_arn(text)),
        _ => Err(invalid_arn(text)),
    }
}

/// The principal as answers show it.
fn shown_principal(scope: &mut Scope<'_, Kms>, kept: &str) -> Result<String, Error> {
    if kept.starts_with("arn:") {
        return Ok(kept.to_owned());
    }
    Ok(scope.unique_id(kept)?.unwrap_or_else(|| kept.to_owned()))
}

/// Whether the caller is the principal that is kept so.
fn is(caller: &Caller, kept: &str) -> bool {
    match caller.identity() {
        Identity::User { arn, id, .. } => id == kept || arn.as_str() == kept,
        Identity::Role(session) => session.role_id == kept || session.arn().as_str() == kept,
        Identity::Root { .. } | Identity::Federated(_) => caller.name() == kept,
        Identity::WebIdentity(_) | Identity::Service { .. } | Identity::Anonymous => false,
    }
}

/// Whether the grant itself lets the caller retire it.
pub(crate) fn may_retire(grant: &GrantRow, caller: &Caller) -> bool {
    grant.retiring.as_deref().is_some_and(|principal| is(caller, principal))
        || (is(caller, &grant.grantee) && grant.operations.iter().any(|operation| operation == RETIRE))
}

/// What grants with `CreateGrant` let the caller pass on; None if there are none.
pub(crate) fn may_pass_on(key: &KeyRow, caller: &Caller) -> Option<Vec<String>> {
    let own = key
        .grants
        .values()
        .filter(|grant| is(caller, &grant.grantee) && grant.operations.iter().any(|operation| operation == "CreateGrant"));
    let operations: Vec<String> = own.flat_map(|grant| grant.operations.iter().cloned()).collect();
    if operations.is_empty() { None } else { Some(operations) }
}

/// The grants as decisions use them. A retiring principal has the right to retire.
pub(crate) fn for_decisions(key: &KeyRow) -> Vec<Grant> {
    let right = |id: &String, row: &GrantRow, grantee: &String, operations: Vec<String>| Grant {
        grant_id: id.clone(),
        grantee_principal: grantee.clone(),
        operations,
        constraints: row.constraints.clone(),
        ..Grant::default()
    };
    key.grants
        .iter()
        .flat_map(|(id, row)| {
            let retiring = row.retiring.as_ref().map(|principal| right(id, row, principal, vec![RETIRE.into()]));
            [Some(right(id, row, &row.grantee, row.operations.clone())), retiring]
        })
        .flatten()
        .collect()
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
