//! What the tests of S3 have in common.
#![allow(dead_code, reason = "each test uses a part of it")]

use gate::{Error, Example};
use serde_json::{Value, json};
use testworld::{Credentials, World};

pub const TOOLS: &str = "222222222222";
pub const PROD: &str = "333333333333";
pub const BUCKET: &str = "artifacts";

pub fn world() -> World {
    World::new(vec![iam::service(), sts::service(), kms::service(), s3::service()], &[TOOLS, PROD])
}

#[track_caller]
pub fn ok(world: &World, who: &Credentials, operation: &str, input: Value) -> Value {
    world.call(Some(who), operation, input).unwrap_or_else(|e| panic!("{operation}: {e}"))
}

#[track_caller]
pub fn fails(world: &World, who: &Credentials, operation: &str, input: Value) -> Error {
    match world.call(Some(who), operation, input) {
        Ok(answer) => panic!("{operation} was done: {answer}"),
        Err(error) => error,
    }
}

#[track_caller]
pub fn put(world: &World, who: &Credentials, key: &str, body: &[u8]) -> Value {
    world.send(who, "s3:PutObject", json!({"Bucket": BUCKET, "Key": key}), body).unwrap_or_else(|e| panic!("{key}: {e}"))
}

#[track_caller]
pub fn get(world: &World, who: &Credentials, key: &str) -> Vec<u8> {
    world.receive(who, "s3:GetObject", json!({"Bucket": BUCKET, "Key": key})).unwrap_or_else(|e| panic!("{key}: {e}")).1
}

/// A world with a bucket of account TOOLS, and that account's administrator.
pub fn with_bucket() -> (World, Credentials) {
    let world = world();
    let admin = world.administrator(TOOLS);
    ok(&world, &admin, "s3:CreateBucket", json!({"Bucket": BUCKET}));
    (world, admin)
}

/// A session of a new role of `account`, with these statements.
pub fn session(world: &World, account: &str, name: &str, statements: Value) -> Credentials {
    let admin = world.administrator(account);
    let trust =
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}});
    let made = ok(world, &admin, "iam:CreateRole", json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()}));
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    ok(world, &admin, "iam:PutRolePolicy", json!({"RoleName": name, "PolicyName": "main", "PolicyDocument": policy.to_string()}));
    world.assume(&admin, made["Role"]["Arn"].as_str().unwrap()).unwrap()
}

pub fn policy(statements: Value) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

/// Makes the calls of an example, each in its turn.
pub fn run_example(world: &World, who: &Credentials, operation: &str, example: &Example) -> Result<Value, Error> {
    let mut answers = Vec::new();
    for (before, input) in &example.before {
        answers.push(world.call(Some(who), before, filled(input, &answers))?);
    }
    let input = filled(&example.input, &answers);
    match example.body {
        Some(body) => world.send(who, operation, input, body),
        None => world.call(Some(who), operation, input),
    }
}

/// `"$0/Role/Arn"`: a member of the answer to the first call.
fn filled(input: &Value, answers: &[Value]) -> Value {
    match input {
        Value::String(text) => match text.strip_prefix('$').and_then(|rest| rest.split_once('/')) {
            Some((n, path)) => answers[n.parse::<usize>().unwrap()].pointer(&format!("/{path}")).expect("the member").clone(),
            None => input.clone(),
        },
        Value::Array(items) => items.iter().map(|item| filled(item, answers)).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), filled(value, answers))).collect::<serde_json::Map<_, _>>().into()
        }
        other => other.clone(),
    }
}
