//! Calls for the examples of the operations on stack sets.

use gate::Example;
use serde_json::{Value, json};

const TEMPLATE: &str = "Resources:\n  Logs:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      LogGroupName: /example\n";

/// The call that makes the set of the examples.
pub(crate) fn example_set() -> (&'static str, Value) {
    ("cloudformation:CreateStackSet", json!({"StackSetName": "Example", "TemplateBody": TEMPLATE}))
}

/// The call that makes an instance of it; without the roles it fails, which the answer does not wait for.
pub(crate) fn example_instances() -> (&'static str, Value) {
    let input = json!({"StackSetName": "Example", "Accounts": ["111111111111"], "Regions": ["us-east-1"], "OperationId": "first"});
    ("cloudformation:CreateStackInstances", input)
}

/// A call about the set's first operation.
pub(crate) fn after_instances(input: Value) -> Example {
    let (set, made) = example_set();
    let (instances, begun) = example_instances();
    Example::of(input).after(set, made).after(instances, begun)
}
