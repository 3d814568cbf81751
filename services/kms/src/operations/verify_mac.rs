use crate::{Kms, error::dry_run, examples::with_pair, keys, mac, usage::message};
use base::{Arn, Blob, Secret};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Checks a message authentication code.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_VerifyMac.html>
pub struct VerifyMac;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
    message: Secret<Blob>,
    mac: Blob,
    mac_algorithm: String,
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
    mac_valid: bool,
    mac_algorithm: &'static str,
}

impl Operation for VerifyMac {
    type Service = Kms;
    const NAME: &'static str = "VerifyMac";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::demand_to_use(facts, "kms:VerifyMac", &input.key_id, &input.grant_tokens)?
            .with("kms:MacAlgorithm", &input.mac_algorithm)
            .into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let (message, _) = message(&input.message, None)?;
        let key = keys::usable(keys::load(call, &input.key_id)?)?;
        let mac_algorithm = mac::algorithm(&key, &input.mac_algorithm, "VerifyMac")?;
        if input.dry_run {
            return Err(dry_run());
        }
        if mac::verify(call, &key, message, &input.mac)? {
            return Ok(Output { key_id: key.arn, mac_valid: true, mac_algorithm });
        }
        Err(Error::new("KMSInvalidMacException", "The code is not one of this message by this key."))
    }

    fn example() -> Example {
        let input = json!({"KeyId": "$0/KeyMetadata/KeyId", "Message": "dGV4dA==", "Mac": "$1/Mac", "MacAlgorithm": "HMAC_SHA_256"});
        with_pair(input, "HMAC_256", "GENERATE_VERIFY_MAC")
            .after("kms:GenerateMac", json!({"KeyId": "$0/KeyMetadata/KeyId", "Message": "dGV4dA==", "MacAlgorithm": "HMAC_SHA_256"}))
    }
}
