use crate::{
    Kms,
    error::dry_run,
    examples::with_key,
    grants, keys, material,
    usage::{self, Sealed, decrypting_key, refuse_recipient},
};
use base::{Arn, Blob, Secret};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Decrypts what a key encrypted.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html>
pub struct Decrypt;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DecryptInput {
    /// The ciphertext. A dry run that leaves it aside needs none.
    #[serde(default)]
    pub ciphertext_blob: Blob,
    /// The key; without it, the one that the ciphertext names.
    pub key_id: Option<String>,
    /// The encryption context.
    #[serde(default)]
    pub encryption_context: BTreeMap<String, String>,
    /// `SYMMETRIC_DEFAULT` unless it is named.
    pub encryption_algorithm: Option<String>,
    /// An attested enclave: refused, not ignored.
    pub recipient: Option<Value>,
    /// Tokens of new grants: grants count at once here, so they are not needed.
    #[serde(default)]
    pub grant_tokens: Vec<String>,
    /// Decides, and does nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// `IGNORE_CIPHERTEXT`: a dry run decides on the named key alone.
    #[serde(default)]
    pub dry_run_modifiers: Vec<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DecryptOutput {
    /// What was encrypted.
    pub plaintext: Secret<Blob>,
    /// The key that was used.
    pub key_id: Arn,
    encryption_algorithm: &'static str,
    key_material_id: Option<String>,
}

impl DecryptInput {
    fn sealed(&self) -> Result<Sealed<'_>, Error> {
        let named = (self.key_id.as_deref(), self.encryption_algorithm.as_deref());
        Sealed::read(&self.ciphertext_blob.0, named, usage::ignores_ciphertext(self.dry_run, &self.dry_run_modifiers)?)
    }
}

impl Operation for Decrypt {
    type Service = Kms;
    const NAME: &'static str = "Decrypt";
    const READ_ONLY: bool = true;
    type Input = DecryptInput;
    type Output = DecryptOutput;

    fn demands(input: &DecryptInput, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        grants::check_tokens(&input.grant_tokens)?;
        let algorithm = input.encryption_algorithm.as_deref();
        let sealed = input.sealed()?;
        let named = decrypting_key(facts, &sealed, input.key_id.as_deref())?;
        Ok(keys::with_context(keys::demand_on(facts, "kms:Decrypt", &named)?, &input.encryption_context, algorithm).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DecryptInput) -> Result<DecryptOutput, Error> {
        refuse_recipient("Decrypt", input.recipient.as_ref())?;
        let named = (input.key_id.as_deref(), input.encryption_algorithm.as_deref());
        let sealed = input.sealed()?;
        let (key, encryption_algorithm) = usage::load_decrypting(call, &sealed, named, "Decrypt")?;
        let opened = material::decrypt(call, &key, encryption_algorithm, &sealed, &input.encryption_context)?;
        let Some(opened) = opened.filter(|_| !input.dry_run) else { return Err(dry_run()) };
        Ok(DecryptOutput { plaintext: opened.plain, key_id: key.arn, encryption_algorithm, key_material_id: opened.material })
    }

    fn example() -> Example {
        with_key(json!({"CiphertextBlob": "$1/CiphertextBlob"}))
            .after("kms:Encrypt", json!({"KeyId": "$0/KeyMetadata/KeyId", "Plaintext": "dGV4dA=="}))
    }
}
