use crate::{Kms, error::dry_run, examples::with_key, keys, material, usage::encryption_algorithm};
use base::{Arn, Blob, Secret};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// Encrypts up to 4096 bytes under a key.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html>
pub struct Encrypt;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct EncryptInput {
    /// The key: id, ARN, alias name or alias ARN.
    pub key_id: String,
    /// What to encrypt.
    pub plaintext: Secret<Blob>,
    /// The encryption context.
    #[serde(default)]
    pub encryption_context: BTreeMap<String, String>,
    /// `SYMMETRIC_DEFAULT` unless it is named.
    pub encryption_algorithm: Option<String>,
    /// Tokens of new grants: grants count at once here, so they are not needed.
    #[serde(default)]
    pub grant_tokens: Vec<String>,
    /// Decides, and does nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EncryptOutput {
    /// The ciphertext, which names its key.
    pub ciphertext_blob: Blob,
    /// The key that was used.
    pub key_id: Arn,
    encryption_algorithm: &'static str,
}

impl Operation for Encrypt {
    type Service = Kms;
    const NAME: &'static str = "Encrypt";
    const READ_ONLY: bool = true;
    type Input = EncryptInput;
    type Output = EncryptOutput;

    fn demands(input: &EncryptInput, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::with_context(
            keys::demand_to_use(facts, "kms:Encrypt", &input.key_id, &input.grant_tokens)?,
            &input.encryption_context,
            input.encryption_algorithm.as_deref(),
        )
        .into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: EncryptInput) -> Result<EncryptOutput, Error> {
        let key = keys::usable(keys::load(call, &input.key_id)?)?;
        let encryption_algorithm = encryption_algorithm(&key, input.encryption_algorithm.as_deref(), "Encrypt")?;
        if input.dry_run {
            return Err(dry_run());
        }
        let ciphertext_blob = material::encrypt(call, &key, encryption_algorithm, &input.plaintext.expose().0, &input.encryption_context)?;
        Ok(EncryptOutput { ciphertext_blob, key_id: key.arn, encryption_algorithm })
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId", "Plaintext": "dGV4dA=="}))
    }
}
