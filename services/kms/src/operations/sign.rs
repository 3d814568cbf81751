use crate::{
    Kms, asymmetric,
    error::dry_run,
    examples::with_pair,
    keys,
    kinds::Usage,
    material,
    usage::{check_usage, message},
};
use base::{Arn, Blob, Secret};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Signs a message, or its digest, with the private half of a key.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html>
pub struct Sign;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SignInput {
    /// The key: id, ARN, alias name or alias ARN.
    pub key_id: String,
    /// The message, or its digest.
    pub message: Secret<Blob>,
    /// `RAW` or `DIGEST`.
    pub message_type: Option<String>,
    /// How it is signed.
    pub signing_algorithm: String,
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
pub struct SignOutput {
    /// The key that signed.
    pub key_id: Arn,
    /// The signature.
    pub signature: Blob,
    signing_algorithm: &'static str,
}

impl Operation for Sign {
    type Service = Kms;
    const NAME: &'static str = "Sign";
    const READ_ONLY: bool = true;
    type Input = SignInput;
    type Output = SignOutput;

    fn demands(input: &SignInput, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        let demand = keys::demand_to_use(facts, "kms:Sign", &input.key_id, &input.grant_tokens)?;
        Ok(keys::with_signing(demand, &input.signing_algorithm, input.message_type.as_deref()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: SignInput) -> Result<SignOutput, Error> {
        let (message, kind) = message(&input.message, input.message_type.as_deref())?;
        let key = keys::usable(keys::load(call, &input.key_id)?)?;
        check_usage(&key, Usage::SignVerify, "Sign")?;
        let signing_algorithm = key.kind.algorithm(&input.signing_algorithm, key.kind.signing_algorithms())?;
        if input.dry_run {
            return Err(dry_run());
        }
        let private = material::newest(call, &key)?;
        let signature = asymmetric::sign(key.kind.spec, &private, signing_algorithm, message, kind)?;
        Ok(SignOutput { key_id: key.arn, signature: Blob(signature), signing_algorithm })
    }

    fn example() -> Example {
        let input = json!({"KeyId": "$0/KeyMetadata/KeyId", "Message": "dGV4dA==", "SigningAlgorithm": "ECDSA_SHA_256"});
        with_pair(input, "ECC_NIST_P256", "SIGN_VERIFY")
    }
}
