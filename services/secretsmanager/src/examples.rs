//! The worlds of the operations' examples.

use gate::Example;
use serde_json::{Value, json};

/// A call in a world with a key: `$0/KeyMetadata/Arn`.
pub(crate) fn with_key(input: Value) -> Example {
    Example::of(input).after("kms:CreateKey", json!({}))
}

/// A call in a world with a key and the secret `example` under it: `$1/VersionId`.
pub(crate) fn with_secret(input: Value) -> Example {
    let secret = json!({"Name": "example", "SecretString": "a value", "KmsKeyId": "$0/KeyMetadata/Arn"});
    with_key(input).after("secretsmanager:CreateSecret", secret)
}
