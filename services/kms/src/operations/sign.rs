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
pub struct Input {
    key_id: String,
    message: Secret<Blob>,
    message_type: Option<String>,
    signing_algorithm: String,
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
    signature: Blob,
    signing_algorithm: &'static str,
}

impl Operation for Sign {
    type Service = Kms;
    const NAME: &'static str = "Sign";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        let demand = keys::demand_to_use(facts, "kms:Sign", &input.key_id, &input.grant_tokens)?;
        Ok(keys::with_signing(demand, &input.signing_algorithm, input.message_type.as_deref()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let (message, kind) = message(&input.message, input.message_type.as_deref())?;
        let key = keys::usable(keys::load(call, &input.key_id)?)?;
        check_usage(&key, Usage::SignVerify, "Sign")?;
        let signing_algorithm = key.kind.algorithm(&input.signing_algorithm, key.kind.signing_algorithms())?;
        if input.dry_run {
            return Err(dry_run());
        }
        let private = material::newest(call, &key)?;
        let signature = asymmetric::sign(key.kind.spec, &private, signing_algorithm, message, kind)?;
        Ok(Output { key_id: key.arn, signature: Blob(signature), signing_algorithm })
    }

    fn example() -> Example {
        let input = json!({"KeyId": "$0/KeyMetadata/KeyId", "Message": "dGV4dA==", "SigningAlgorithm": "ECDSA_SHA_256"});
        with_pair(input, "ECC_NIST_P256", "SIGN_VERIFY")
    }
}
