use crate::{Kms, data_key_pair, error::dry_run, examples::with_key, keys, usage::refuse_recipient};
use base::{Arn, Blob, Secret};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A new pair of keys for use elsewhere, its private half in the clear and encrypted.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPair.html>
pub struct GenerateDataKeyPair;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
    key_pair_spec: String,
    #[serde(default)]
    encryption_context: BTreeMap<String, String>,
    recipient: Option<Value>,
    #[serde(default)]
    grant_tokens: Vec<String>,
    #[serde(default)]
    dry_run: bool,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    private_key_ciphertext_blob: Blob,
    private_key_plaintext: Secret<Blob>,
    public_key: Blob,
    key_id: Arn,
    key_pair_spec: &'static str,
    key_material_id: Option<String>,
}

impl Operation for GenerateDataKeyPair {
    type Service = Kms;
    const NAME: &'static str = "GenerateDataKeyPair";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        let demand = keys::demand_to_use(facts, "kms:GenerateDataKeyPair", &input.key_id, &input.grant_tokens)?
            .with("kms:DataKeyPairSpec", &input.key_pair_spec);
        Ok(keys::with_context(demand, &input.encryption_context, None).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        refuse_recipient("GenerateDataKeyPair", input.recipient.as_ref())?;
        let spec = data_key_pair::spec(&input.key_pair_spec, "GenerateDataKeyPair")?;
        let key = data_key_pair::key(call, &input.key_id, "GenerateDataKeyPair")?;
        if input.dry_run {
            return Err(dry_run());
        }
        let pair = data_key_pair::generate(call, &key, spec, &input.encryption_context)?;
        Ok(Output {
            private_key_ciphertext_blob: pair.sealed,
            private_key_plaintext: pair.private,
            public_key: pair.public,
            key_pair_spec: spec.name(),
            key_material_id: key.shown_material(),
            key_id: key.arn,
        })
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId", "KeyPairSpec": "ECC_NIST_P256"}))
    }
}
