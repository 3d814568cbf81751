//! The worlds of the operations' examples.

use gate::Example;
use serde_json::{Value, json};

/// A call in a world with one key: `$0/KeyMetadata/KeyId`.
pub(crate) fn with_key(input: Value) -> Example {
    Example::of(input).after("kms:CreateKey", json!({}))
}

/// A call in a world with one key of another kind.
pub(crate) fn with_pair(input: Value, spec: &str, usage: &str) -> Example {
    Example::of(input).after("kms:CreateKey", json!({"KeySpec": spec, "KeyUsage": usage}))
}

/// A call in a world with a key that waits for its material.
pub(crate) fn with_external(input: Value) -> Example {
    Example::of(input).after("kms:CreateKey", json!({"Origin": "EXTERNAL"}))
}

/// A call in a world with a key and an alias of it.
pub(crate) fn with_alias(input: Value) -> Example {
    with_key(input).after("kms:CreateAlias", json!({"AliasName": "alias/example", "TargetKeyId": "$0/KeyMetadata/KeyId"}))
}

/// A call in a world with a key and a grant on it: `$1/GrantId`.
pub(crate) fn with_grant(input: Value) -> Example {
    let grant = json!({"KeyId": "$0/KeyMetadata/KeyId", "GranteePrincipal": "arn:aws:iam::111111111111:root", "Operations": ["Decrypt"]});
    with_key(input).after("kms:CreateGrant", grant)
}
