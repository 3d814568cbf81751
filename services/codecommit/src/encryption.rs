//! Repositories under a KMS key of the customer's: who reads or writes their content needs the right to the key. Those
//! under the AWS managed key `aws/codecommit` are open to all whom CodeCommit lets in, as that key's policy says.
//! Source: <https://docs.aws.amazon.com/codecommit/latest/userguide/encryption.html>

use crate::{CodeCommit, state::Repository};
use base::{Blob, Secret};
use gate::{Error, Protocol, Scope};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The customer's key of a repository, and the repository's data key encrypted under it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CustomerKey {
    pub(crate) arn: String,
    pub(crate) wrapped: Blob,
}

/// AWS's own key, by the name that a request may give.
pub(crate) const MANAGED: &str = "alias/aws/codecommit";

fn context(repository_id: &str) -> BTreeMap<String, String> {
    [("aws:codecommit:id".to_owned(), repository_id.to_owned())].into()
}

/// Whether a request's key is the customer's.
pub(crate) fn customers(key_id: Option<&str>) -> Option<&str> {
    key_id.filter(|id| *id != MANAGED && !id.ends_with(&format!(":{MANAGED}")))
}

/// Puts a data key under the customer's key, on behalf of the caller.
pub(crate) fn wrap(
    scope: &mut Scope<'_, CodeCommit>,
    repository_id: &str,
    key_id: &str,
    data_key: &Secret<Vec<u8>>,
) -> Result<CustomerKey, Error> {
    let input = kms::EncryptInput {
        key_id: key_id.to_owned(),
        plaintext: Secret::new(Blob(data_key.expose().clone())),
        encryption_context: context(repository_id),
        encryption_algorithm: None,
        grant_tokens: Vec::new(),
        dry_run: false,
    };
    let actor = scope.forward();
    let made = scope.invoke::<kms::Encrypt>(&actor, input).map_err(behind)?;
    Ok(CustomerKey { arn: made.key_id.to_string(), wrapped: made.ciphertext_blob })
}

/// Decides whether the caller may use the repository's content: KMS opens the data key on its behalf, or refuses.
pub(crate) fn enter(scope: &mut Scope<'_, CodeCommit>, row: &Repository) -> Result<(), Error> {
    let Some(key) = &row.customer_key else { return Ok(()) };
    let input = kms::DecryptInput {
        ciphertext_blob: key.wrapped.clone(),
        key_id: Some(key.arn.clone()),
        encryption_context: context(&row.id),
        encryption_algorithm: None,
        recipient: None,
        grant_tokens: Vec::new(),
        dry_run: false,
        dry_run_modifiers: Vec::new(),
    };
    let actor = scope.forward();
    scope.invoke::<kms::Decrypt>(&actor, input).map(drop).map_err(behind)
}

/// KMS's refusal in CodeCommit's words; a denial keeps its cause.
fn behind(cause: Error) -> Error {
    if cause.is_denied() || cause.code == "AccessDeniedException" {
        let mut denied = Error::access_denied(Protocol::Json, cause.message);
        denied.code = "EncryptionKeyAccessDeniedException".into();
        denied.denial = cause.denial;
        return denied;
    }
    let code = match cause.code.as_ref() {
        "DisabledException" => "EncryptionKeyDisabledException",
        "NotFoundException" => "EncryptionKeyNotFoundException",
        "InvalidKeyUsageException" => "EncryptionKeyInvalidUsageException",
        "KMSInvalidStateException" => "EncryptionKeyUnavailableException",
        _ => return cause,
    };
    Error::new(code, format!("The KMS key of the repository cannot be used: {}", cause.message))
}
