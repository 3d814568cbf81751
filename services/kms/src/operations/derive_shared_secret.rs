use crate::{
    Kms, asymmetric,
    error::dry_run,
    examples::with_pair,
    keys,
    kinds::Usage,
    material,
    usage::{check_usage, refuse_recipient},
};
use base::{Arn, Blob, Secret};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The secret that a key has in common with another pair, by its public half (ECDH).
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_DeriveSharedSecret.html>
pub struct DeriveSharedSecret;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
    key_agreement_algorithm: String,
    public_key: Blob,
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
    key_id: Arn,
    shared_secret: Secret<Blob>,
    key_agreement_algorithm: &'static str,
    key_origin: &'static str,
}

impl Operation for DeriveSharedSecret {
    type Service = Kms;
    const NAME: &'static str = "DeriveSharedSecret";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        let demand = keys::demand_to_use(facts, "kms:DeriveSharedSecret", &input.key_id, &input.grant_tokens)?;
        Ok(demand.with("kms:KeyAgreementAlgorithm", &input.key_agreement_algorithm).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        refuse_recipient("DeriveSharedSecret", input.recipient.as_ref())?;
        let key = keys::usable(keys::load(call, &input.key_id)?)?;
        check_usage(&key, Usage::KeyAgreement, "DeriveSharedSecret")?;
        let key_agreement_algorithm = key.kind.algorithm(&input.key_agreement_algorithm, key.kind.agreement_algorithms())?;
        if input.dry_run {
            return Err(dry_run());
        }
        let secret = asymmetric::shared_secret(key.kind.spec, &material::newest(call, &key)?, &input.public_key.0)?;
        let shared_secret = Secret::new(Blob(secret.expose().clone()));
        Ok(Output { key_origin: key.origin.name(), key_id: key.arn, shared_secret, key_agreement_algorithm })
    }

    fn example() -> Example {
        let input = json!({"KeyId": "$0/KeyMetadata/KeyId", "KeyAgreementAlgorithm": "ECDH", "PublicKey": "$1/PublicKey"});
        with_pair(input, "ECC_NIST_P256", "KEY_AGREEMENT").after("kms:GetPublicKey", json!({"KeyId": "$0/KeyMetadata/KeyId"}))
    }
}
