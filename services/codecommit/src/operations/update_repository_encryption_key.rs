use crate::{CodeCommit, encryption, state};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Puts a repository's content under another KMS key.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_UpdateRepositoryEncryptionKey.html>
pub struct UpdateRepositoryEncryptionKey;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    kms_key_id: String,
}

/// The keys.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    repository_id: String,
    kms_key_id: String,
    original_kms_key_id: String,
}

impl Operation for UpdateRepositoryEncryptionKey {
    type Service = CodeCommit;
    const NAME: &'static str = "UpdateRepositoryEncryptionKey";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        Ok(state::demand(facts, "codecommit:UpdateRepositoryEncryptionKey", &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut row = state::repository(call, &input.repository_name)?;
        encryption::enter(call, &row)?;
        let data_key = row.data_key(call)?;
        let wanted = encryption::customers(Some(&input.kms_key_id));
        let key = wanted.map(|key_id| encryption::wrap(call, &row.id, key_id, &data_key)).transpose()?;
        let original = std::mem::replace(&mut row.customer_key, key);
        row.modified = call.now();
        state::keep(call, &row)?;
        let name = |key: Option<encryption::CustomerKey>| key.map_or_else(|| encryption::MANAGED.to_owned(), |key| key.arn);
        Ok(Output { original_kms_key_id: name(original), kms_key_id: name(row.customer_key), repository_id: row.id })
    }

    fn example() -> Example {
        Example::of(json!({"repositoryName": "shop", "kmsKeyId": "$1/KeyMetadata/Arn"}))
            .after("codecommit:CreateRepository", json!({"repositoryName": "shop"}))
            .after("kms:CreateKey", json!({}))
            .inside(["kms:Encrypt"])
    }
}
