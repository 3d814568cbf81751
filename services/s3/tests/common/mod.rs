//! What the tests of S3 have in common.
#![allow(dead_code, reason = "each test uses a part of it")]

use gate::Error;
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
