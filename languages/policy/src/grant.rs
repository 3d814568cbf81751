use crate::{Context, ContextValue, Principal};
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
        self.operations.iter().any(|own| own.eq_ignore_ascii_case(operation))
            && self.is_of(key)
            && self.is_for(principal)
            && self.constraints_hold(operation, context)
    }

    fn is_of(&self, key: &str) -> bool {
        self.key_id.as_deref().is_none_or(|id| id == key || key.rsplit_once('/').is_some_and(|(_, last)| last == id))
    }

    fn is_for(&self, principal: &Principal<'_>) -> bool {
        let named = |name: &str| !name.is_empty() && name == self.grantee_principal;
        match principal {
            Principal::User { arn, id } => named(arn) || named(id),
            Principal::Role { role_arn, role_id, session_arn, .. } => named(role_arn) || named(role_id) || named(session_arn),
            Principal::FederatedUser { arn, user_arn, id } => named(arn) || named(user_arn) || named(id),
            Principal::Root { .. } => named(&principal.text()),
            Principal::Service { .. } | Principal::WebIdentity { .. } | Principal::Anonymous => false,
        }
    }

    fn constraints_hold(&self, operation: &str, context: &Context) -> bool {
        let Some(constraints) = &self.constraints else { return true };
        if !WITH_ENCRYPTION_CONTEXT.iter().any(|known| known.eq_ignore_ascii_case(operation)) {
            return true;
        }
        let includes = |pairs: &BTreeMap<String, String>| {
            pairs
                .iter()
                .all(|(key, value)| matches!(context.get(&format!("{CONTEXT_PREFIX}{key}")), Some(ContextValue::One(own)) if own == value))
        };
        let pairs_of_request = || context.iter().filter(|(key, _)| key.starts_with(CONTEXT_PREFIX)).count();
        constraints.encryption_context_subset.as_ref().is_none_or(includes)
            && constraints.encryption_context_equals.as_ref().is_none_or(|pairs| pairs.len() == pairs_of_request() && includes(pairs))
    }
}
