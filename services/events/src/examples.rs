//! The worlds of the operations' examples.

use gate::Example;
use serde_json::{Value, json};

/// The pattern of the examples' rule.
pub(crate) const PATTERN: &str = r#"{"source":["aws.s3"],"detail-type":["Object Created"]}"#;
/// The examples' rule, once made.
pub(crate) const RULE: &str = "arn:aws:events:us-east-1:111111111111:rule/example";

const TRUST: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;

/// A call in a world with the rule `example` on the default bus.
pub(crate) fn with_rule(input: Value) -> Example {
    let tags = json!([{"Key": "team", "Value": "shop"}]);
    Example::of(input).after("events:PutRule", json!({"Name": "example", "EventPattern": PATTERN, "Tags": tags}))
}

/// A call in a world where the rule has a target.
pub(crate) fn with_target(input: Value) -> Example {
    with_rule(input).after("events:PutTargets", json!({"Rule": "example", "Targets": [log_target()]}))
}

/// A target that needs no role.
pub(crate) fn log_target() -> Value {
    json!({"Id": "log", "Arn": "arn:aws:logs:us-east-1:111111111111:log-group:/example"})
}

/// A call after a role for targets was made; `$0` is the answer.
pub(crate) fn with_role(input: Value) -> Example {
    Example::of(input).after("iam:CreateRole", json!({"RoleName": "ExampleEvents", "AssumeRolePolicyDocument": TRUST}))
}

/// A call in a world with the bus `example`.
pub(crate) fn with_bus(input: Value) -> Example {
    Example::of(input).after("events:CreateEventBus", json!({"Name": "example"}))
}
