//! The worlds of the operations' examples.

use gate::Example;
use serde_json::{Value, json};

pub(crate) const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"codebuild.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
pub(crate) const POLICY: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;

/// Calls that were made before.
pub(crate) struct World(Example);

impl World {
    /// And this call.
    pub(crate) fn after(self, operation: &'static str, input: Value) -> Self {
        Self(self.0.after(operation, input))
    }
    /// The example's own call.
    pub(crate) fn then(self, input: Value) -> Example {
        Example { input, ..self.0 }
    }
}

/// A world with the role `Example`.
pub(crate) fn role() -> World {
    World(Example::of(Value::Null)).after("iam:CreateRole", json!({"RoleName": "Example", "AssumeRolePolicyDocument": TRUST}))
}

/// A world with the user `Example`.
pub(crate) fn user() -> World {
    World(Example::of(Value::Null)).after("iam:CreateUser", json!({"UserName": "Example"}))
}

/// A world with the policy `Example`.
pub(crate) fn policy() -> World {
    World(Example::of(Value::Null)).after("iam:CreatePolicy", json!({"PolicyName": "Example", "PolicyDocument": POLICY}))
}

/// A world with the role `Example` and a job that reports when it was used.
pub(crate) fn last_accessed() -> World {
    role().after("iam:GenerateServiceLastAccessedDetails", json!({"Arn": "$0/Role/Arn"}))
}
