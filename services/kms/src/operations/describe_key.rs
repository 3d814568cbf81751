use crate::{Kms, examples::with_key, keys, shapes::KeyMetadata};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A key.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html>
pub struct DescribeKey;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeKeyInput {
    /// Id, ARN, or an alias.
    pub key_id: String,
    /// Grants that are not known everywhere yet.
    #[serde(default)]
    pub grant_tokens: Vec<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// The key.
    pub key_metadata: KeyMetadata,
}

impl Operation for DescribeKey {
    type Service = Kms;
    const NAME: &'static str = "DescribeKey";
    const READ_ONLY: bool = true;
    type Input = DescribeKeyInput;
    type Output = Output;

    fn demands(input: &DescribeKeyInput, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::demand_to_use(facts, "kms:DescribeKey", &input.key_id, &input.grant_tokens)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DescribeKeyInput) -> Result<Output, Error> {
        Ok(Output { key_metadata: KeyMetadata::of(keys::load(call, &input.key_id)?) })
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId"}))
    }
}
