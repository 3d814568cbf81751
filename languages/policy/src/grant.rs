use crate::{Context, Principal, context::ValueRef};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A KMS grant as kms:ListGrants shows it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Grant {
    /// The grant's id.
    #[serde(default)]
    pub grant_id: String,
    /// The key's ARN or id; None is the key of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// Its friendly name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creation_date: Option<serde_json::Value>,
    /// Who may use the key: an ARN, or the unique id it stands for.
    pub grantee_principal: String,
    /// Who may retire the grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retiring_principal: Option<String>,
    /// Under whose account it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuing_account: Option<String>,
    /// What it permits: `Decrypt`, `GenerateDataKey`, ...
    pub operations: Vec<String>,
    /// On which encryption contexts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraints: Option<GrantConstraints>,
}

/// The encryption contexts a grant is limited to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GrantConstraints {
    /// The request's context must have at least these pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption_context_subset: Option<BTreeMap<String, String>>,
    /// The request's context must be exactly this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption_context_equals: Option<BTreeMap<String, String>>,
}

/// The operations that take an encryption context; grant constraints limit no others.
const WITH_ENCRYPTION_CONTEXT: [&str; 8] = [
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
];

const CONTEXT_PREFIX: &str = "kms:encryptioncontext:";

impl Grant {
    /// True if the grant permits the operation on the key to the caller.
    pub(crate) fn permits(&self, principal: &Principal<'_>, operation: &str, key: &str, context: &Context) -> bool {
        let named = |name: &str| operation.eq_ignore_ascii_case(name);
        let granted = self.operations.iter().any(|own| named(own)) && is(principal, &self.grantee_principal);
        let retires = || named("RetireGrant") && self.retiring_principal.as_deref().is_some_and(|retiring| is(principal, retiring));
        self.is_of(key) && (granted && self.constraints_hold(operation, context) || retires())
    }

    fn is_of(&self, key: &str) -> bool {
        self.key_id.as_deref().is_none_or(|id| id == key || key.rsplit_once('/').is_some_and(|(_, last)| last == id))
    }

    fn constraints_hold(&self, operation: &str, context: &Context) -> bool {
        let Some(constraints) = &self.constraints else { return true };
        if !WITH_ENCRYPTION_CONTEXT.iter().any(|known| known.eq_ignore_ascii_case(operation)) {
            return true;
        }
        let includes = |pairs: &BTreeMap<String, String>| {
            pairs.iter().all(|(key, value)| context.get(&format!("{CONTEXT_PREFIX}{key}")).and_then(ValueRef::one) == Some(value))
        };
        let pairs_of_request = || context.count_under(CONTEXT_PREFIX);
        constraints.encryption_context_subset.as_ref().is_none_or(includes)
            && constraints.encryption_context_equals.as_ref().is_none_or(|pairs| pairs.len() == pairs_of_request() && includes(pairs))
    }
}

/// Whether the caller is, or is a session of, the principal that a grant names.
fn is(principal: &Principal<'_>, kept: &str) -> bool {
    let named = |name: &str| !name.is_empty() && name == kept;
    match principal {
        Principal::User { arn, id } => named(arn) || named(id),
        Principal::Role { role_arn, role_id, session_arn, .. } => {
            // A session is kept as `AROA…:name`: one of a role that was made again is another one.
            let session = |name: &str| session_arn.rsplit_once('/').is_some_and(|(_, own)| own == name);
            let by_ids = || kept.split_once(':').is_some_and(|(id, name)| id == *role_id && session(name));
            named(role_arn) || named(role_id) || named(session_arn) || by_ids()
        }
        Principal::FederatedUser { arn, user_arn, id } => named(arn) || named(user_arn) || named(id),
        Principal::Root { .. } => named(&principal.text()),
        Principal::Service { name } => is_service(name, kept),
        Principal::WebIdentity { .. } | Principal::Anonymous => false,
    }
}

/// Grants name a service in a region: `ecr.us-east-1.amazonaws.com` is `ecr.amazonaws.com` there.
fn is_service(name: &str, kept: &str) -> bool {
    const DOMAIN: &str = ".amazonaws.com";
    let regional = || {
        let (own, kept) = (name.strip_suffix(DOMAIN)?, kept.strip_suffix(DOMAIN)?);
        kept.strip_prefix(own)?.strip_prefix('.')
    };
    name == kept || regional().is_some_and(|region| !region.is_empty() && !region.contains('.'))
}
