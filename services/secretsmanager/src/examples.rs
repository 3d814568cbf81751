//! The worlds of the operations' examples.

use gate::Example;
use serde_json::{Value, json};

/// A call in a world with the secret `example`.
pub(crate) fn with_secret(input: Value) -> Example {
    Example::of(input).after("secretsmanager:CreateSecret", json!({"Name": "example", "SecretString": "a value"}))
}
