//! Groups whose events are encrypted under KMS keys.

use serde_json::{Value, json};
use std::time::Duration;
use testworld::{Credentials, World};

const OWNER: &str = "111111111111";
const OTHER: &str = "222222222222";

struct Encrypted {
    world: World,
    admin: Credentials,
    key: String,
}

fn policy(more: &[Value]) -> String {
    let own = json!({"Effect": "Allow", "Principal": {"AWS": OWNER}, "Action": "kms:*", "Resource": "*"});
    let statements = [&[own], more].concat();
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

fn for_logs() -> Value {
    json!({"Effect": "Allow", "Principal": {"Service": "logs.us-east-1.amazonaws.com"},
        "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"], "Resource": "*",
        "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:111111111111:log-group:/shop"}}})
}

impl Encrypted {
    fn new() -> Self {
        let world = World::new(vec![iam::service(), kms::service(), logs::service(), sts::service()], &[OWNER, OTHER]);
        let admin = world.administrator(OWNER);
        let made = world.call(Some(&admin), "kms:CreateKey", json!({"Policy": policy(&[for_logs()])})).unwrap();
        let key = made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
        Self { world, admin, key }
    }
    fn call(&self, operation: &str, input: Value) -> Result<Value, gate::Error> {
        self.world.call(Some(&self.admin), operation, input)
    }
    fn group(&self, name: &str) -> Result<Value, gate::Error> {
        self.call("logs:CreateLogGroup", json!({"logGroupName": name, "kmsKeyId": self.key}))
    }
    fn put(&self, message: &str) -> Result<Value, gate::Error> {
        let now = self.world.gate.clock().now().0;
        let events = json!([{"timestamp": now, "message": message}]);
        self.call("logs:PutLogEvents", json!({"logGroupName": "/shop", "logStreamName": "s", "logEvents": events}))
    }
    fn read(&self) -> Result<Vec<String>, gate::Error> {
        let got = self.call("logs:FilterLogEvents", json!({"logGroupName": "/shop"}))?;
        Ok(got["events"].as_array().unwrap().iter().map(|e| e["message"].as_str().unwrap().to_owned()).collect())
    }
    fn calls_of_kms(&self) -> Vec<String> {
        let records = self.world.records();
        records.iter().filter_map(|r| r.action.strip_prefix("kms:").map(str::to_owned)).collect()
    }
}

#[test]
fn events_are_sealed_by_data_keys_that_the_service_asks_for_in_its_own_name() {
    let e = Encrypted::new();
    e.group("/shop").unwrap();
    e.call("logs:CreateLogStream", json!({"logGroupName": "/shop", "logStreamName": "s"})).unwrap();
    e.calls_of_kms();
    e.put("one").unwrap();
    e.put("two").unwrap();
    assert_eq!(e.calls_of_kms(), ["GenerateDataKey"], "the data key is used again for a while");
    assert_eq!(e.read().unwrap(), ["one", "two"]);
    assert_eq!(e.calls_of_kms(), ["Decrypt"]);
    e.world.clock.advance(Duration::from_secs(301));
    e.put("three").unwrap();
    assert_eq!(e.calls_of_kms(), ["GenerateDataKey"]);
    let described = e.call("logs:DescribeLogGroups", json!({})).unwrap();
    assert_eq!(described["logGroups"][0]["kmsKeyId"], json!(e.key));
    // What came in the clear, and under the key, is read as it came.
    e.call("logs:DisassociateKmsKey", json!({"logGroupName": "/shop"})).unwrap();
    e.put("four").unwrap();
    assert_eq!(e.read().unwrap(), ["one", "two", "three", "four"]);
}

#[test]
fn who_takes_the_key_away_takes_the_events_away() {
    let e = Encrypted::new();
    e.group("/shop").unwrap();
    e.call("logs:CreateLogStream", json!({"logGroupName": "/shop", "logStreamName": "s"})).unwrap();
    e.put("one").unwrap();
    e.call("kms:DisableKey", json!({"KeyId": e.key})).unwrap();
    let refused = e.read().unwrap_err();
    assert!(
        refused.message.contains("not allowed to be used with LogGroup 'arn:aws:logs:us-east-1:111111111111:log-group:/shop'"),
        "{refused}"
    );
    e.call("kms:EnableKey", json!({"KeyId": e.key})).unwrap();
    assert_eq!(e.read().unwrap(), ["one"]);
    e.call("kms:PutKeyPolicy", json!({"KeyId": e.key, "Policy": policy(&[])})).unwrap();
    let denied = e.read().unwrap_err();
    assert_eq!((denied.code.as_ref(), denied.is_denied()), ("AccessDeniedException", true), "{denied}");
    let get = e.call("logs:GetLogEvents", json!({"logGroupName": "/shop", "logStreamName": "s"})).unwrap_err();
    assert!(get.is_denied());
    e.world.clock.advance(Duration::from_secs(301));
    assert!(e.put("two").unwrap_err().is_denied());
}

#[test]
fn a_key_is_taken_only_if_its_policy_lets_the_service_use_it_for_the_group() {
    let e = Encrypted::new();
    let refused = e.group("/other").unwrap_err();
    assert_eq!(refused.code, "InvalidParameterException");
    assert!(refused.message.starts_with("The specified KMS key does not exist or is not allowed to be used with LogGroup"), "{refused}");
    assert!(refused.is_denied(), "the cause can be explained");
    assert!(e.call("logs:DescribeLogStreams", json!({"logGroupName": "/other"})).is_err(), "nothing was made");
    e.call("logs:CreateLogGroup", json!({"logGroupName": "/shop"})).unwrap();
    let take = |key: &str| e.call("logs:AssociateKmsKey", json!({"logGroupName": "/shop", "kmsKeyId": key})).unwrap_err().code;
    assert_eq!(take("arn:aws:kms:us-east-1:111111111111:key/00000000-0000-0000-0000-000000000000"), "InvalidParameterException");
    assert_eq!(take("alias/mine"), "InvalidParameterException");
    e.call("logs:AssociateKmsKey", json!({"logGroupName": "/shop", "kmsKeyId": e.key})).unwrap();
}

#[test]
fn groups_of_other_accounts_open_by_their_own_policy_alone() {
    let e = Encrypted::new();
    e.call("logs:CreateLogGroup", json!({"logGroupName": "/shop"})).unwrap();
    e.call("logs:CreateLogStream", json!({"logGroupName": "/shop", "logStreamName": "s"})).unwrap();
    e.put("one").unwrap();
    let stranger = e.world.administrator(OTHER);
    let arn = "arn:aws:logs:us-east-1:111111111111:log-group:/shop";
    let read = || e.world.call(Some(&stranger), "logs:FilterLogEvents", json!({"logGroupIdentifier": arn}));
    assert!(read().unwrap_err().is_denied());
    let document = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": "logs:FilterLogEvents", "Resource": format!("{arn}:*")}});
    let put = e.call("logs:PutResourcePolicy", json!({"resourceArn": arn, "policyDocument": document.to_string()})).unwrap();
    assert_eq!(read().unwrap()["events"][0]["message"], "one");
    assert!(
        e.world
            .call(Some(&stranger), "logs:GetLogEvents", json!({"logGroupIdentifier": arn, "logStreamName": "s"}))
            .unwrap_err()
            .is_denied()
    );
    let stale = e.call("logs:DeleteResourcePolicy", json!({"resourceArn": arn, "expectedRevisionId": "x"})).unwrap_err();
    assert_eq!(stale.code, "OperationAbortedException");
    e.call("logs:DeleteResourcePolicy", json!({"resourceArn": arn, "expectedRevisionId": put["revisionId"]})).unwrap();
    assert!(read().unwrap_err().is_denied());
}
