//! Live tail, look by look, as the server drives it.

use serde_json::{Value, json};
use std::time::Duration;
use testworld::{Credentials, World};

const ACCOUNT: &str = "111111111111";
const ARN: &str = "arn:aws:logs:us-east-1:111111111111:log-group:/shop";

fn world() -> (World, Credentials) {
    let world = World::new(vec![iam::service(), logs::service(), sts::service()], &[ACCOUNT]);
    let admin = world.administrator(ACCOUNT);
    world.call(Some(&admin), "logs:CreateLogGroup", json!({"logGroupName": "/shop"})).unwrap();
    world.call(Some(&admin), "logs:CreateLogStream", json!({"logGroupName": "/shop", "logStreamName": "s"})).unwrap();
    (world, admin)
}

fn start(world: &World, caller: &Credentials, input: Value) -> Result<gate::Sending, gate::Error> {
    let answer = world.gate.call_blocking(&world.request(Some(caller), "logs:StartLiveTail", input, None))?;
    assert!(answer.output["responseStream"]["sessionStart"]["sessionId"].is_string());
    Ok(answer.sending.expect("a stream"))
}

fn put(world: &World, admin: &Credentials, messages: &[String]) {
    let now = world.gate.clock().now().0;
    let events: Vec<Value> = messages.iter().map(|message| json!({"timestamp": now, "message": message})).collect();
    let input = json!({"logGroupName": "/shop", "logStreamName": "s", "logEvents": events});
    world.call(Some(admin), "logs:PutLogEvents", input).unwrap();
}

fn update(sending: &mut gate::Sending) -> (bool, Vec<String>) {
    let sent = sending.look().unwrap();
    let update = &sent[0]["sessionUpdate"];
    let results = update["sessionResults"].as_array().unwrap();
    let messages = results.iter().map(|event| event["message"].as_str().unwrap().to_owned()).collect();
    (update["sessionMetadata"]["sampled"].as_bool().unwrap(), messages)
}

#[test]
fn each_second_brings_what_came_once() {
    let (world, admin) = world();
    put(&world, &admin, &["before".into()]);
    world.clock.advance(Duration::from_secs(1));
    let mut sending = start(&world, &admin, json!({"logGroupIdentifiers": [ARN], "logEventFilterPattern": "-noise"})).unwrap();
    assert_eq!(update(&mut sending), (false, vec![]));
    put(&world, &admin, &["one".into(), "noise".into()]);
    put(&world, &admin, &["two".into()]);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(update(&mut sending), (false, vec!["one".into(), "two".into()]));
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(update(&mut sending), (false, vec![]));
    put(&world, &admin, &(0..2000).map(|n| n.to_string()).collect::<Vec<_>>());
    let (sampled, messages) = update(&mut sending);
    assert!(sampled && messages.len() == 500, "{}", messages.len());
    world.clock.advance(Duration::from_secs(3 * 3600));
    assert_eq!(sending.look().unwrap_err().code, "SessionTimeoutException");
}

#[test]
fn who_loses_the_right_sees_no_more() {
    let (world, admin) = world();
    let denied = start(&world, &world.administrator(ACCOUNT), json!({"logGroupIdentifiers": [ARN.replace("1111:", "2222:")]})).err();
    assert!(denied.is_some());
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}}"#;
    let policy =
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "logs:StartLiveTail", "Resource": format!("{ARN}:*")}});
    world.call(Some(&admin), "iam:CreateRole", json!({"RoleName": "T", "AssumeRolePolicyDocument": trust})).unwrap();
    world
        .call(Some(&admin), "iam:PutRolePolicy", json!({"RoleName": "T", "PolicyName": "p", "PolicyDocument": policy.to_string()}))
        .unwrap();
    let role = world.assume(world.operator(), "arn:aws:iam::111111111111:role/T").unwrap();
    let mut sending = start(&world, &role, json!({"logGroupIdentifiers": [ARN]})).unwrap();
    assert_eq!(update(&mut sending), (false, vec![]));
    world.call(Some(&admin), "iam:DeleteRolePolicy", json!({"RoleName": "T", "PolicyName": "p"})).unwrap();
    world.records();
    assert!(sending.look().unwrap_err().is_denied());
    let records = world.records();
    assert!(records.iter().any(|record| record.action == "logs:StartLiveTail"), "the denial is recorded");
}
