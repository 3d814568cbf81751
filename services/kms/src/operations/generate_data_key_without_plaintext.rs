use crate::{Kms, error::dry_run, examples::with_key, keys, material, usage};
use base::{Arn, Blob};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// A random data key, encrypted under a key alone.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyWithoutPlaintext.html>
pub struct GenerateDataKeyWithoutPlaintext;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GenerateDataKeyWithoutPlaintextInput {
    /// The key: id, ARN, alias name or alias ARN.
    pub key_id: String,
    /// `AES_256` or `AES_128`; this or the number of bytes.
    pub key_spec: Option<String>,
    /// 1 to 1024.
    pub number_of_bytes: Option<usize>,
    /// The encryption context.
    #[serde(default)]
    pub encryption_context: BTreeMap<String, String>,
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
pub struct GenerateDataKeyWithoutPlaintextOutput {
    /// The data key, encrypted.
    pub ciphertext_blob: Blob,
    /// The key that encrypted it.
    pub key_id: Arn,
    key_material_id: Option<String>,
}

impl Operation for GenerateDataKeyWithoutPlaintext {
    type Service = Kms;
    const NAME: &'static str = "GenerateDataKeyWithoutPlaintext";
    const READ_ONLY: bool = true;
    type Input = GenerateDataKeyWithoutPlaintextInput;
    type Output = GenerateDataKeyWithoutPlaintextOutput;

    fn demands(input: &GenerateDataKeyWithoutPlaintextInput, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::with_context(
            keys::demand_to_use(facts, "kms:GenerateDataKeyWithoutPlaintext", &input.key_id, &input.grant_tokens)?,
            &input.encryption_context,
            None,
        )
        .into())
    }

    fn execute(
        call: &mut Authorized<'_, Self>,
        input: GenerateDataKeyWithoutPlaintextInput,
    ) -> Result<GenerateDataKeyWithoutPlaintextOutput, Error> {
        let length = usage::data_key_length(input.key_spec.as_deref(), input.number_of_bytes)?;
        let key = keys::usable(keys::load(call, &input.key_id)?)?;
        usage::check_symmetric(&key, "GenerateDataKeyWithoutPlaintext")?;
        if input.dry_run {
            return Err(dry_run());
        }
        let data_key = material::data_key(call, length);
        let ciphertext_blob = material::encrypt(call, &key, usage::SYMMETRIC, &data_key.expose().0, &input.encryption_context)?;
        Ok(GenerateDataKeyWithoutPlaintextOutput { ciphertext_blob, key_material_id: key.shown_material(), key_id: key.arn })
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId", "KeySpec": "AES_256"}))
    }
}
