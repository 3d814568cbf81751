//! What the tests of S3 have in common.
#![allow(dead_code, reason = "each test uses a part of it")]

use serde_json::{Value, json};
use testworld::{Credentials, World, ok};

pub const TOOLS: &str = "222222222222";
pub const PROD: &str = "333333333333";
pub const BUCKET: &str = "artifacts";

pub fn world() -> World {
    World::new(vec![iam::service(), sts::service(), kms::service(), s3::service()], &[TOOLS, PROD])
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
