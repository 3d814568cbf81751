use crate::{
    Kms,
    error::dry_run,
    examples::with_key,
    keys, material,
    usage::{self, refuse_recipient},
};
use base::{Arn, Blob, Secret};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A random data key, in the clear and encrypted under a key.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html>
pub struct GenerateDataKey;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GenerateDataKeyInput {
    /// The key: id, ARN, alias name or alias ARN.
    pub key_id: String,
    /// `AES_256` or `AES_128`; this or the number of bytes.
    pub key_spec: Option<String>,
    /// 1 to 1024.
    pub number_of_bytes: Option<usize>,
    /// The encryption context.
    #[serde(default)]
    pub encryption_context: BTreeMap<String, String>,
    /// An attested enclave: refused, not ignored.
    pub recipient: Option<Value>,
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
pub struct GenerateDataKeyOutput {
    /// The data key, encrypted.
    pub ciphertext_blob: Blob,
    /// The data key.
    pub plaintext: Secret<Blob>,
    /// The key that encrypted it.
    pub key_id: Arn,
    key_material_id: Option<String>,
}

impl Operation for GenerateDataKey {
    type Service = Kms;
    const NAME: &'static str = "GenerateDataKey";
    const READ_ONLY: bool = true;
    type Input = GenerateDataKeyInput;
    type Output = GenerateDataKeyOutput;

    fn demands(input: &GenerateDataKeyInput, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::with_context(
            keys::demand_to_use(facts, "kms:GenerateDataKey", &input.key_id, &input.grant_tokens)?,
            &input.encryption_context,
            None,
        )
        .into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GenerateDataKeyInput) -> Result<GenerateDataKeyOutput, Error> {
        refuse_recipient("GenerateDataKey", input.recipient.as_ref())?;
        let length = usage::data_key_length(input.key_spec.as_deref(), input.number_of_bytes)?;
        let key = keys::usable(keys::load(call, &input.key_id)?)?;
        usage::check_symmetric(&key, "GenerateDataKey")?;
        if input.dry_run {
            return Err(dry_run());
        }
        let plaintext = material::data_key(call, length);
        let ciphertext_blob = material::encrypt(call, &key, usage::SYMMETRIC, &plaintext.expose().0, &input.encryption_context)?;
        Ok(GenerateDataKeyOutput { ciphertext_blob, plaintext, key_material_id: key.shown_material(), key_id: key.arn })
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId", "KeySpec": "AES_256"}))
    }
}
