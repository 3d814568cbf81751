//! Calls whose outcome a test takes for granted.

use crate::{Credentials, World};
use gate::Error;
use serde_json::{Value, json};

/// The answer of a call that must succeed.
#[track_caller]
pub fn ok(world: &World, who: &Credentials, operation: &str, input: Value) -> Value {
    world.call(Some(who), operation, input).unwrap_or_else(|e| panic!("{operation}: {e}"))
}

/// The error of a call that must fail.
#[track_caller]
pub fn fails(world: &World, who: &Credentials, operation: &str, input: Value) -> Error {
    match world.call(Some(who), operation, input) {
        Ok(answer) => panic!("{operation} was done: {answer}"),
        Err(error) => error,
    }
}

/// A policy document of these statements.
pub fn policy(statements: Value) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

/// A session of a new role of `account`, with these statements.
#[track_caller]
pub fn session(world: &World, account: &str, name: &str, statements: Value) -> Credentials {
    let admin = world.administrator(account);
    let trust = policy(json!({"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}));
    let made = ok(world, &admin, "iam:CreateRole", json!({"RoleName": name, "AssumeRolePolicyDocument": trust}));
    ok(world, &admin, "iam:PutRolePolicy", json!({"RoleName": name, "PolicyName": "main", "PolicyDocument": policy(statements)}));
    world.assume(&admin, made["Role"]["Arn"].as_str().expect("the role's ARN")).expect("a session")
}
