//! The worlds of the operations' examples.

use gate::Example;
use serde_json::{Value, json};

/// A call in a world with the parameter `/example/name`.
pub(crate) fn with_parameter(input: Value) -> Example {
    Example::of(input).after("ssm:PutParameter", json!({"Name": "/example/name", "Type": "String", "Value": "a value"}))
}

/// The same with an advanced parameter, whose ARN is `$1/Parameter/ARN`.
pub(crate) fn with_advanced(input: Value) -> Example {
    Example::of(input)
        .after("ssm:PutParameter", json!({"Name": "/example/name", "Type": "String", "Value": "a value", "Tier": "Advanced"}))
        .after("ssm:GetParameter", json!({"Name": "/example/name"}))
}

/// A call in a world with the sealed parameter `/example/secret` under a key of its own, `$0/KeyMetadata/Arn`.
pub(crate) fn with_secret(input: Value) -> Example {
    let secret = json!({"Name": "/example/secret", "Type": "SecureString", "Value": "a value", "KeyId": "$0/KeyMetadata/Arn"});
    Example::of(input).after("kms:CreateKey", json!({})).after("ssm:PutParameter", secret)
}

/// A policy that lets another account read.
pub(crate) fn shared() -> String {
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "222222222222"},
        "Action": "ssm:GetParameter", "Resource": "*"}})
    .to_string()
}
