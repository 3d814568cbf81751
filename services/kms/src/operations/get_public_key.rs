use crate::{
    Kms, asymmetric,
    error::unsupported,
    examples::with_pair,
    keys, material,
    shapes::{Algorithms, some},
};
use base::{Arn, Blob};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The public half of a pair, in DER.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html>
pub struct GetPublicKey;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetPublicKeyInput {
    /// The key: id, ARN, alias name or alias ARN.
    pub key_id: String,
    /// Tokens of new grants: grants count at once here, so they are not needed.
    #[serde(default)]
    pub grant_tokens: Vec<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetPublicKeyOutput {
    /// The key.
    pub key_id: Arn,
    /// Its public half, in DER.
    pub public_key: Blob,
    customer_master_key_spec: &'static str,
    key_spec: &'static str,
    key_usage: &'static str,
    encryption_algorithms: Option<Algorithms>,
    signing_algorithms: Option<Algorithms>,
    key_agreement_algorithms: Option<Algorithms>,
}

impl Operation for GetPublicKey {
    type Service = Kms;
    const NAME: &'static str = "GetPublicKey";
    const READ_ONLY: bool = true;
    type Input = GetPublicKeyInput;
    type Output = GetPublicKeyOutput;

    fn demands(input: &GetPublicKeyInput, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::demand_to_use(facts, "kms:GetPublicKey", &input.key_id, &input.grant_tokens)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetPublicKeyInput) -> Result<GetPublicKeyOutput, Error> {
        let key = keys::usable(keys::load(call, &input.key_id)?)?;
        let kind = key.kind;
        if kind.spec.secret_bytes().is_some() {
            return Err(unsupported(format!("{} key spec is {}: it has no public half.", key.arn, kind.spec.name())));
        }
        let public = asymmetric::public(kind.spec, &material::newest(call, &key)?)?;
        Ok(GetPublicKeyOutput {
            key_id: key.arn,
            public_key: Blob(public),
            customer_master_key_spec: kind.spec.name(),
            key_spec: kind.spec.name(),
            key_usage: kind.usage.name(),
            encryption_algorithms: some(kind.encryption_algorithms()),
            signing_algorithms: some(kind.signing_algorithms()),
            key_agreement_algorithms: some(kind.agreement_algorithms()),
        })
    }

    fn example() -> Example {
        with_pair(json!({"KeyId": "$0/KeyMetadata/KeyId"}), "ECC_NIST_P256", "SIGN_VERIFY")
    }
}
