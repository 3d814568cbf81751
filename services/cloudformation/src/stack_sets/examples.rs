//! Calls for the examples of the operations on stack sets.

use super::{ADMINISTRATION_ROLE, EXECUTION_ROLE};
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

/// A template whose stack waits for a signal.
const WAITS: &str =
    "Resources:\n  Wait:\n    Type: AWS::CloudFormation::WaitCondition\n    CreationPolicy: {ResourceSignal: {Timeout: PT1H}}\n";

/// A call about the set's first operation, while it is under way.
pub(crate) fn waiting_instance(input: Value) -> Example {
    let trust = |principal: Value| {
        let statement = json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"});
        json!({"Version": "2012-10-17", "Statement": statement}).to_string()
    };
    let role = |name: &str, principal: Value| json!({"RoleName": name, "AssumeRolePolicyDocument": trust(principal)});
    let rights = |name: &str| {
        let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["cloudformation:*", "sts:AssumeRole"], "Resource": "*"}});
        json!({"RoleName": name, "PolicyName": "Stacks", "PolicyDocument": policy.to_string()})
    };
    let (instances, begun) = example_instances();
    Example::of(input)
        .after("iam:CreateRole", role(ADMINISTRATION_ROLE, json!({"Service": "cloudformation.amazonaws.com"})))
        .after("iam:PutRolePolicy", rights(ADMINISTRATION_ROLE))
        .after("iam:CreateRole", role(EXECUTION_ROLE, json!({"AWS": "111111111111"})))
        .after("iam:PutRolePolicy", rights(EXECUTION_ROLE))
        .after(example_set().0, json!({"StackSetName": "Example", "TemplateBody": WAITS}))
        .after(instances, begun)
}
