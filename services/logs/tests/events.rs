//! Events through a real gate.

use serde_json::{Value, json};
use std::time::Duration;
use testworld::{Credentials, World};

const ACCOUNT: &str = "111111111111";

fn world() -> (World, Credentials) {
    let world = World::new(vec![iam::service(), logs::service(), sts::service()], &[ACCOUNT]);
    let admin = world.administrator(ACCOUNT);
    let call = |operation: &str, input: Value| world.call(Some(&admin), operation, input).unwrap();
    call("logs:CreateLogGroup", json!({"logGroupName": "/aws/codebuild/p"}));
    call("logs:CreateLogStream", json!({"logGroupName": "/aws/codebuild/p", "logStreamName": "s"}));
    (world, admin)
}

fn put(world: &World, caller: &Credentials, events: &[(i64, &str)]) -> Result<Value, gate::Error> {
    let events: Vec<Value> = events.iter().map(|(timestamp, message)| json!({"timestamp": timestamp, "message": message})).collect();
    world.call(Some(caller), "logs:PutLogEvents", json!({"logGroupName": "/aws/codebuild/p", "logStreamName": "s", "logEvents": events}))
}

fn messages(answer: &Value) -> Vec<&str> {
    answer["events"].as_array().unwrap().iter().map(|e| e["message"].as_str().unwrap()).collect()
}

fn now(world: &World) -> i64 {
    world.gate.clock().now().0
}

#[test]
fn events_are_paged_both_ways_and_found() {
    let (world, admin) = world();
    let now = now(&world);
    put(&world, &admin, &[(now, "one"), (now, "two")]).unwrap();
    put(&world, &admin, &[(now, "three: ERROR")]).unwrap();
    let get = |more: Value| {
        let mut input = json!({"logGroupName": "/aws/codebuild/p", "logStreamName": "s"});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.call(Some(&admin), "logs:GetLogEvents", input).unwrap()
    };
    let first = get(json!({"startFromHead": true, "limit": 2}));
    assert_eq!(messages(&first), ["one", "two"]);
    let second = get(json!({"nextToken": first["nextForwardToken"]}));
    assert_eq!(messages(&second), ["three: ERROR"]);
    let end = get(json!({"nextToken": second["nextForwardToken"]}));
    assert_eq!((messages(&end), &end["nextForwardToken"]), (vec![], &second["nextForwardToken"]));
    assert_eq!(messages(&get(json!({"nextToken": second["nextBackwardToken"], "limit": 1}))), ["two"]);
    assert_eq!(messages(&get(json!({"limit": 1}))), ["three: ERROR"]);
    let found =
        world.call(Some(&admin), "logs:FilterLogEvents", json!({"logGroupName": "/aws/codebuild/p", "filterPattern": "ERROR"})).unwrap();
    assert_eq!(messages(&found), ["three: ERROR"]);
    let page = world.call(Some(&admin), "logs:FilterLogEvents", json!({"logGroupName": "/aws/codebuild/p", "limit": 1})).unwrap();
    let rest = world
        .call(Some(&admin), "logs:FilterLogEvents", json!({"logGroupName": "/aws/codebuild/p", "nextToken": page["nextToken"]}))
        .unwrap();
    assert_eq!((messages(&page), messages(&rest)), (vec!["one"], vec!["two", "three: ERROR"]));
}

#[test]
fn batches_are_bounded_and_strays_are_told() {
    let (world, admin) = world();
    let now = now(&world);
    let code = |events: &[(i64, &str)]| put(&world, &admin, events).unwrap_err().code;
    assert_eq!(code(&[(now, "b"), (now - 1, "a")]), "InvalidParameterException");
    assert_eq!(code(&[(now, &"x".repeat(1 << 20))]), "InvalidParameterException");
    assert_eq!(code(&[(now - 86_400_001, "a"), (now, "b")]), "InvalidParameterException");
    assert_eq!(code(&[]), "InvalidParameterException");
    let day = 86_400_000;
    let old = put(&world, &admin, &[(now - 15 * day, "a"), (now - 14 * day, "b")]).unwrap();
    assert_eq!(old["rejectedLogEventsInfo"], json!({"tooOldLogEventEndIndex": 1}));
    let new = put(&world, &admin, &[(now, "c"), (now + day / 2, "d")]).unwrap();
    assert_eq!(new["rejectedLogEventsInfo"], json!({"tooNewLogEventStartIndex": 1}));
}

#[test]
fn retention_hides_and_clears_what_it_outlived() {
    let (world, admin) = world();
    put(&world, &admin, &[(now(&world), "old")]).unwrap();
    world.call(Some(&admin), "logs:PutRetentionPolicy", json!({"logGroupName": "/aws/codebuild/p", "retentionInDays": 1})).unwrap();
    world.clock.advance(Duration::from_secs(3 * 86_400));
    let admin = world.administrator(ACCOUNT);
    // Nobody needs to write for what is outlived to go.
    let mut engine = durable::Engine::new(world.gate.clone());
    logs::workflows(&mut engine);
    engine.run_due().unwrap();
    put(&world, &admin, &[(now(&world), "new")]).unwrap();
    let input = json!({"logGroupName": "/aws/codebuild/p", "logStreamName": "s", "startFromHead": true});
    assert_eq!(messages(&world.call(Some(&admin), "logs:GetLogEvents", input.clone()).unwrap()), ["new"]);
    // The row itself is gone: it does not come back with the policy's end.
    world.call(Some(&admin), "logs:DeleteRetentionPolicy", json!({"logGroupName": "/aws/codebuild/p"})).unwrap();
    assert_eq!(messages(&world.call(Some(&admin), "logs:GetLogEvents", input).unwrap()), ["new"]);
}

#[test]
fn codebuilds_usual_policy_reaches_its_own_group_alone() {
    let (world, admin) = world();
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}}"#;
    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": ["arn:aws:logs:us-east-1:111111111111:log-group:/aws/codebuild/p", "arn:aws:logs:us-east-1:111111111111:log-group:/aws/codebuild/p:*"]}});
    world.call(Some(&admin), "iam:CreateRole", json!({"RoleName": "B", "AssumeRolePolicyDocument": trust})).unwrap();
    world
        .call(Some(&admin), "iam:PutRolePolicy", json!({"RoleName": "B", "PolicyName": "p", "PolicyDocument": policy.to_string()}))
        .unwrap();
    let role = world.assume(world.operator(), "arn:aws:iam::111111111111:role/B").unwrap();
    let there = world.call(Some(&role), "logs:CreateLogGroup", json!({"logGroupName": "/aws/codebuild/p"})).unwrap_err();
    assert_eq!(there.code, "ResourceAlreadyExistsException");
    world.call(Some(&role), "logs:CreateLogStream", json!({"logGroupName": "/aws/codebuild/p", "logStreamName": "t"})).unwrap();
    put(&world, &role, &[(now(&world), "x")]).unwrap();
    let other = world.call(Some(&role), "logs:CreateLogGroup", json!({"logGroupName": "/aws/codebuild/pq"})).unwrap_err();
    assert!(other.is_denied() && other.message.contains("log-group:/aws/codebuild/pq:log-stream:"), "{other}");
    let read = world.call(Some(&role), "logs:GetLogEvents", json!({"logGroupName": "/aws/codebuild/p", "logStreamName": "s"})).unwrap_err();
    assert!(read.is_denied(), "{read}");
}

#[test]
fn events_come_in_the_order_of_their_times_whoever_sent_them_when() {
    let (world, admin) = world();
    let call = |operation: &str, input: Value| world.call(Some(&admin), operation, input).unwrap();
    call("logs:CreateLogStream", json!({"logGroupName": "/aws/codebuild/p", "logStreamName": "t"}));
    let start = now(&world) - 80_000_000;
    let send = |stream: &str, times: &[i64]| {
        let events: Vec<Value> = times.iter().map(|t| json!({"timestamp": start + t, "message": format!("{stream} {t}")})).collect();
        call("logs:PutLogEvents", json!({"logGroupName": "/aws/codebuild/p", "logStreamName": stream, "logEvents": events}));
    };
    // Batches that overlap, one that spans most of a day, and one that comes late.
    send("s", &[1000, 2000, 40_000, 70_000_000]);
    send("t", &[1500, 1500, 45_000]);
    send("s", &[1200, 41_000, 69_999_999]);
    send("s", &[0]);
    let page = |operation: &str, more: Value| {
        let mut input = json!({"logGroupName": "/aws/codebuild/p"});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        call(operation, input)
    };
    let all = ["s 0", "s 1000", "s 1200", "t 1500", "t 1500", "s 2000", "s 40000", "s 41000", "t 45000", "s 69999999", "s 70000000"];
    assert_eq!(messages(&page("logs:FilterLogEvents", json!({}))), all);
    for size in 1..12 {
        let (mut seen, mut ids, mut token) = (Vec::new(), std::collections::BTreeSet::new(), Value::Null);
        loop {
            let mut input = json!({"limit": size});
            if !token.is_null() {
                input["nextToken"] = token;
            }
            let got = page("logs:FilterLogEvents", input);
            seen.extend(messages(&got).into_iter().map(str::to_owned));
            ids.extend(got["events"].as_array().unwrap().iter().map(|e| e["eventId"].as_str().unwrap().to_owned()));
            token = got["nextToken"].clone();
            if token.is_null() {
                break;
            }
        }
        assert_eq!((seen, ids.len()), (all.map(str::to_owned).to_vec(), all.len()), "pages of {size}");
    }
    let of_s: Vec<&str> = all.into_iter().filter(|m| m.starts_with('s')).collect();
    for size in 1..9 {
        for (head, token) in [(true, "nextForwardToken"), (false, "nextBackwardToken")] {
            let mut input = json!({"logStreamName": "s", "limit": size, "startFromHead": head});
            let mut seen: Vec<String> = Vec::new();
            loop {
                let got = page("logs:GetLogEvents", input.clone());
                let some: Vec<String> = messages(&got).into_iter().map(str::to_owned).collect();
                if some.is_empty() {
                    assert_eq!(got[token], input["nextToken"], "the token at the end is the same again");
                    break;
                }
                seen = if head { [seen, some].concat() } else { [some, seen].concat() };
                input["nextToken"] = got[token].clone();
            }
            assert_eq!(seen, of_s, "pages of {size}, from the head: {head}");
        }
    }
    let some = page("logs:GetLogEvents", json!({"logStreamName": "s", "startTime": start + 1200, "endTime": start + 41_000}));
    assert_eq!(messages(&some), ["s 1200", "s 2000", "s 40000"]);
    let some = page("logs:FilterLogEvents", json!({"startTime": start + 1500, "endTime": start + 41_000, "filterPattern": "-2000"}));
    assert_eq!(messages(&some), ["t 1500", "t 1500", "s 40000", "s 41000"]);
    assert_eq!(messages(&page("logs:FilterLogEvents", json!({"logStreamNames": ["t"]}))).len(), 3);
    assert_eq!(messages(&page("logs:FilterLogEvents", json!({"logStreamNames": ["t", "s"]}))), all);
    assert_eq!(messages(&page("logs:FilterLogEvents", json!({"logStreamNamePrefix": "t"}))).len(), 3);
}

#[test]
fn what_is_deleted_does_not_come_back_with_its_name() {
    let (world, admin) = world();
    let call = |operation: &str, input: Value| world.call(Some(&admin), operation, input);
    put(&world, &admin, &[(now(&world), "old")]).unwrap();
    call("logs:DeleteLogStream", json!({"logGroupName": "/aws/codebuild/p", "logStreamName": "s"})).unwrap();
    call("logs:CreateLogStream", json!({"logGroupName": "/aws/codebuild/p", "logStreamName": "s"})).unwrap();
    let all = || call("logs:FilterLogEvents", json!({"logGroupName": "/aws/codebuild/p"})).unwrap();
    assert!(messages(&all()).is_empty());
    put(&world, &admin, &[(now(&world), "new")]).unwrap();
    let protect = |on: bool| {
        call("logs:PutLogGroupDeletionProtection", json!({"logGroupIdentifier": "/aws/codebuild/p", "deletionProtectionEnabled": on}))
            .unwrap()
    };
    protect(true);
    let refused = call("logs:DeleteLogGroup", json!({"logGroupName": "/aws/codebuild/p"})).unwrap_err();
    assert_eq!(refused.code, "ValidationException");
    protect(false);
    call("logs:DeleteLogGroup", json!({"logGroupName": "/aws/codebuild/p"})).unwrap();
    call("logs:CreateLogGroup", json!({"logGroupName": "/aws/codebuild/p"})).unwrap();
    assert!(messages(&all()).is_empty());
}
