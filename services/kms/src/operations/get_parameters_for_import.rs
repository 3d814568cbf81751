use crate::{Kms, examples::with_external, import, keys};
use base::{Arn, Blob, EpochTime};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A public key under which key material is wrapped for its import.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetParametersForImport.html>
pub struct GetParametersForImport;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
    wrapping_algorithm: String,
    wrapping_key_spec: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    key_id: Arn,
    import_token: Blob,
    public_key: Blob,
    parameters_valid_to: EpochTime,
}

impl Operation for GetParametersForImport {
    type Service = Kms;
    const NAME: &'static str = "GetParametersForImport";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::demand(facts, "kms:GetParametersForImport", &input.key_id)?
            .with("kms:WrappingAlgorithm", &input.wrapping_algorithm)
            .with("kms:WrappingKeySpec", &input.wrapping_key_spec)
            .into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let key = import::load(call, &input.key_id)?;
        let made = import::parameters(call, &key, &input.wrapping_algorithm, &input.wrapping_key_spec)?;
        Ok(Output { key_id: key.arn, import_token: made.token, public_key: made.public, parameters_valid_to: EpochTime(made.valid_to) })
    }

    fn example() -> Example {
        with_external(json!({"KeyId": "$0/KeyMetadata/KeyId", "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}))
    }
}
