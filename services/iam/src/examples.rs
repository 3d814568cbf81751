//! The worlds of the operations' examples.

use gate::Example;
use serde_json::{Value, json};

pub(crate) const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"codebuild.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
pub(crate) const POLICY: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
pub(crate) const PASSWORD: &str = "Example-password-1";

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

/// What makes the role `Example`.
pub(crate) fn role_input() -> Value {
    json!({"RoleName": "Example", "AssumeRolePolicyDocument": TRUST})
}

fn world(operation: &'static str, input: Value) -> World {
    World(Example::of(Value::Null)).after(operation, input)
}

/// A world with the role `Example`.
pub(crate) fn role() -> World {
    world("iam:CreateRole", role_input())
}

/// A world with the group `Example`.
pub(crate) fn group() -> World {
    world("iam:CreateGroup", json!({"GroupName": "Example"}))
}

/// A world with the instance profile `Machines`.
pub(crate) fn profile() -> World {
    world("iam:CreateInstanceProfile", json!({"InstanceProfileName": "Machines"}))
}

/// A world whose account has the alias `example`.
pub(crate) fn alias() -> World {
    world("iam:CreateAccountAlias", json!({"AccountAlias": "example"}))
}

/// A world with the user `Example`, which has the password [`PASSWORD`].
pub(crate) fn login() -> World {
    user().after("iam:CreateLoginProfile", json!({"UserName": "Example", "Password": PASSWORD}))
}

/// A world whose account asks something of passwords.
pub(crate) fn password_policy() -> World {
    world("iam:UpdateAccountPasswordPolicy", json!({"MinimumPasswordLength": 10}))
}

/// A world with a credential report.
pub(crate) fn report() -> World {
    world("iam:GenerateCredentialReport", json!({}))
}

/// A world with the user `Example`.
pub(crate) fn user() -> World {
    world("iam:CreateUser", json!({"UserName": "Example"}))
}

/// A world with a provider.
pub(crate) fn provider() -> World {
    let input =
        json!({"Url": "https://issuer.example.com", "ClientIDList": ["sts.amazonaws.com"], "Tags": [{"Key": "team", "Value": "a"}]});
    World(Example::of(Value::Null)).after("iam:CreateOpenIDConnectProvider", input)
}

/// A world with the policy `Example`.
pub(crate) fn policy() -> World {
    world("iam:CreatePolicy", json!({"PolicyName": "Example", "PolicyDocument": POLICY}))
}

/// A world with the role `Example` and a job that reports when it was used.
pub(crate) fn last_accessed() -> World {
    // Only who asked for the figures is told them.
    World(role().0.after_own("iam:GenerateServiceLastAccessedDetails", json!({"Arn": "$0/Role/Arn"})))
}
