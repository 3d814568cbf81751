//! Wait conditions, their handles, and creation policies.

mod setup;

use base::Clock;
use gate::RecordKind;
use serde_json::{Value, json};
use setup::{Setup, with_template};
use std::time::Duration;

const WAITS: &str = "Resources:
  Wait:
    Type: AWS::CloudFormation::WaitCondition
    Properties: {Handle: !Ref Handle, Timeout: '600', Count: 2}
  Handle: {Type: AWS::CloudFormation::WaitConditionHandle}
  After:
    Type: AWS::Logs::LogGroup
    DependsOn: Wait
  Beside: {Type: AWS::Logs::LogGroup}
Outputs:
  Data: {Value: !GetAtt Wait.Data}
";

fn begin(s: &Setup, body: &str) {
    s.ok("cloudformation:CreateStack", with_template("app", body));
    s.run_now();
}

/// As curl sends it: signed by nobody.
fn signal(s: &Setup, url: &str, status: &str, id: &str, data: &str) -> Result<Value, gate::Error> {
    let (path, signature) = url.split_once("?Signature=").unwrap();
    let (stack, handle) = path[path.find("arn").unwrap()..].rsplit_once('/').unwrap();
    let input = json!({"StackName": stack.replace("%3A", ":"), "LogicalResourceId": handle, "Signature": signature,
        "Status": status, "UniqueId": id, "Data": data, "Reason": "it broke"});
    s.world.call(None, "cloudformation:SignalResource", input)
}

#[test]
fn a_stack_waits_for_its_signals() {
    let s = Setup::new();
    begin(&s, WAITS);
    assert_eq!(s.status("app"), "CREATE_IN_PROGRESS");
    let events = s.events("app");
    assert!(events.contains(&"Beside CREATE_COMPLETE".into()) && !events.contains(&"After CREATE_IN_PROGRESS".into()), "{events:?}");
    let url = s.physical_id("app", "Handle");
    s.world.records();
    signal(&s, &url, "SUCCESS", "one", "a").unwrap();
    signal(&s, &url, "SUCCESS", "one", "again").unwrap();
    s.run_now();
    assert_eq!(s.status("app"), "CREATE_IN_PROGRESS");
    let (rest, last) = url.split_at(url.len() - 1);
    let forged = format!("{rest}{}", if last == "X" { "Y" } else { "X" });
    for url in [forged.as_str(), &url.replace("/Handle?", "/Wait?")] {
        assert!(signal(&s, url, "SUCCESS", "two", "b").unwrap_err().is_denied(), "{url}");
    }
    signal(&s, &url, "SUCCESS", "two", "b").unwrap();
    s.run_now();
    assert_eq!(s.status("app"), "CREATE_COMPLETE", "{:?}", s.events("app"));
    let data: Value = serde_json::from_str(s.stack("app")["Outputs"][0]["OutputValue"].as_str().unwrap()).unwrap();
    assert_eq!(data, json!({"one": "a", "two": "b"}));
    let records = s.recorded("cloudformation:SignalResource");
    let kinds: Vec<_> = records.iter().map(|r| r.kind).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == RecordKind::Denied).count(), 2, "{kinds:?}");
    assert!(!format!("{records:?}").contains(url.split_once("Signature=").unwrap().1));
}

#[test]
fn failures_and_time_end_the_wait() {
    let s = Setup::new();
    begin(&s, WAITS);
    signal(&s, &s.physical_id("app", "Handle"), "FAILURE", "one", "").unwrap();
    s.run();
    assert_eq!(s.reason("app", "CREATE_FAILED"), "WaitCondition received failed message: 'it broke' for uniqueId: one");
    assert_eq!(s.status("app"), "ROLLBACK_COMPLETE");
    s.ok("cloudformation:DeleteStack", json!({"StackName": "app"}));
    s.run();
    begin(&s, WAITS);
    let began = s.world.clock.now();
    s.world.clock.advance(Duration::from_secs(599));
    s.run_now();
    assert_eq!(s.status("app"), "CREATE_IN_PROGRESS");
    s.run();
    assert!(s.world.clock.now().since(began) < Duration::from_secs(1000));
    assert_eq!(s.reason("app", "CREATE_FAILED"), "WaitCondition timed out. Received 0 conditions when expecting 2");
    s.ok("cloudformation:DeleteStack", json!({"StackName": "app"}));
    s.run();
    // Another resource's failure ends it too.
    let taken =
        WAITS.replace("Beside: {Type: AWS::Logs::LogGroup}", "Beside: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: 'no name'}}");
    begin(&s, &taken);
    s.run_now();
    assert_eq!(s.reason("app", "CREATE_FAILED"), "Resource creation cancelled");
    assert_eq!(s.status("app"), "ROLLBACK_COMPLETE", "{:?}", s.events("app"));
    s.ok("cloudformation:DeleteStack", json!({"StackName": "app"}));
    s.run();
    // A stack that waits is deleted at once.
    begin(&s, WAITS);
    s.ok("cloudformation:DeleteStack", json!({"StackName": "app"}));
    s.run_now();
    s.fails("ValidationError", "cloudformation:DescribeStacks", json!({"StackName": "app"}));
}

const POLICY: &str = "Resources:
  Wait:
    Type: AWS::CloudFormation::WaitCondition
    CreationPolicy: {ResourceSignal: {Count: 1, Timeout: PT5M}}
";

#[test]
fn a_creation_policy_is_signalled_by_who_may() {
    let s = Setup::new();
    begin(&s, POLICY);
    let input = json!({"StackName": "app", "LogicalResourceId": "Wait", "UniqueId": "one", "Status": "SUCCESS"});
    s.ok("cloudformation:SignalResource", input.clone());
    let again = s.fails("ValidationError", "cloudformation:SignalResource", input.clone());
    assert!(again.contains("Signal with ID one for resource Wait already exists."), "{again}");
    s.run_now();
    assert_eq!(s.status("app"), "CREATE_COMPLETE");
    let late = s.fails("ValidationError", "cloudformation:SignalResource", input);
    assert_eq!(late, "Resource Wait is in CREATE_COMPLETE state and cannot be signaled");
    s.ok("cloudformation:DeleteStack", json!({"StackName": "app"}));
    s.run();
    begin(&s, POLICY);
    s.run();
    assert_eq!(s.reason("app", "CREATE_FAILED"), "Failed to receive 1 resource signal(s) within the specified duration");
}
