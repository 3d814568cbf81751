//! The worlds of the operations' examples.

use gate::Example;
use serde_json::{Value, json};

/// An account of the world.
pub(crate) const ACCOUNT: &str = "111111111111";
pub(crate) const DENY: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:CreateBucket","Resource":"*"}}"#;

/// In a world with an organization (`$0`) whose roots (`$1`) were listed.
pub(crate) fn organized(input: Value) -> Example {
    Example::of(input)
        .by(gate::CalledBy::Management)
        .after("organizations:CreateOrganization", json!({}))
        .after("organizations:ListRoots", json!({}))
}

/// And a unit (`$2`).
pub(crate) fn with_unit(input: Value) -> Example {
    organized(input).after("organizations:CreateOrganizationalUnit", json!({"ParentId": "$1/Roots/0/Id", "Name": "Example"}))
}

/// And a service control policy (`$2`).
pub(crate) fn with_policy(input: Value) -> Example {
    let policy = json!({"Name": "Example", "Description": "", "Type": "SERVICE_CONTROL_POLICY", "Content": DENY});
    organized(input).after("organizations:CreatePolicy", policy)
}

/// And that policy attached to the account.
pub(crate) fn with_attached(input: Value) -> Example {
    with_policy(input).after("organizations:AttachPolicy", json!({"PolicyId": "$2/Policy/PolicySummary/Id", "TargetId": ACCOUNT}))
}
