//! Settings of buckets: object lock, lifecycle rules, notifications, ownership, and what no bucket has.

mod common;

use base::Timestamp;
use common::{BUCKET, PROD, TOOLS, put, with_bucket, world};
use durable::Engine;
use gate::Error;
use serde_json::{Value, json};
use std::time::Duration;
use testworld::{Credentials, World, fails, ok, policy, session};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn of(more: Value) -> Value {
    let mut input = json!({"Bucket": BUCKET});
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

fn after(world: &World, days: u32) -> String {
    gate_now(world).plus(DAY * days).iso()
}

fn gate_now(world: &World) -> Timestamp {
    world.gate.clock().now()
}

fn with_lock() -> (World, Credentials) {
    let world = world();
    let admin = world.administrator(TOOLS);
    ok(&world, &admin, "s3:CreateBucket", of(json!({"ObjectLockEnabledForBucket": true})));
    (world, admin)
}

fn versioned(world: &World, admin: &Credentials) {
    ok(world, admin, "s3:PutBucketVersioning", of(json!({"VersioningConfiguration": {"Status": "Enabled"}})));
}

fn allow(actions: &[&str]) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": "*"})
}

/// Stores a locked object; gives its version.
fn put_locked(world: &World, admin: &Credentials, key: &str, lock: Value) -> Result<Value, Error> {
    let mut input = of(json!({"Key": key, "ContentMD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}));
    input.as_object_mut().unwrap().extend(lock.as_object().unwrap().clone());
    world.send(admin, "s3:PutObject", input, b"").map(|made| made["VersionId"].clone())
}

#[test]
fn governance_is_ended_by_those_who_may_and_compliance_by_nobody() {
    let (world, admin) = with_lock();
    let until = after(&world, 10);
    let weak = session(&world, TOOLS, "Weak", allow(&["s3:DeleteObject*", "s3:PutObjectRetention"]));
    let delete = |who: &Credentials, key: &str, version: &Value, bypass: bool| {
        world.call(
            Some(who),
            "s3:DeleteObject",
            of(json!({"Key": key, "VersionId": version, "BypassGovernanceRetention": bypass.to_string()})),
        )
    };
    let governed = put_locked(&world, &admin, "a", json!({"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": until})).unwrap();
    assert_eq!(delete(&weak, "a", &governed, false).unwrap_err().message, "Access Denied because object protected by object lock.");
    let denied = delete(&weak, "a", &governed, true).unwrap_err();
    assert_eq!(denied.denial.unwrap().action, "s3:BypassGovernanceRetention");
    // In a batch each item says so.
    let batch = of(json!({"Delete": {"Objects": [{"Key": "a", "VersionId": governed}]}}));
    assert_eq!(ok(&world, &admin, "s3:DeleteObjects", batch)["Errors"][0]["Code"], "AccessDenied");
    // A delete marker ends nothing.
    assert_eq!(ok(&world, &weak, "s3:DeleteObject", of(json!({"Key": "a"})))["DeleteMarker"], true);
    delete(&admin, "a", &governed, true).unwrap();

    let kept = put_locked(&world, &admin, "b", json!({"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": until})).unwrap();
    assert_eq!(delete(&admin, "b", &kept, true).unwrap_err().code, "AccessDenied");
    let retain = |days: u32, mode: &str| {
        let retention = json!({"Mode": mode, "RetainUntilDate": after(&world, days)});
        world.call(
            Some(&admin),
            "s3:PutObjectRetention",
            of(json!({"Key": "b", "Retention": retention, "BypassGovernanceRetention": "true"})),
        )
    };
    assert_eq!(retain(5, "COMPLIANCE").unwrap_err().code, "AccessDenied");
    assert_eq!(retain(20, "GOVERNANCE").unwrap_err().code, "AccessDenied");
    retain(12, "COMPLIANCE").unwrap();
    let seen = ok(&world, &admin, "s3:GetObjectRetention", of(json!({"Key": "b"})));
    assert_eq!(seen["Retention"]["Mode"], "COMPLIANCE");
    world.clock.advance(DAY * 13);
    let admin = world.administrator(TOOLS);
    ok(&world, &admin, "s3:DeleteObject", of(json!({"Key": "b", "VersionId": kept})));
}

#[test]
fn locks_come_by_default_by_header_and_by_hold() {
    let (world, admin) = with_lock();
    let refused = world.send(&admin, "s3:PutObject", of(json!({"Key": "a", "ObjectLockMode": "GOVERNANCE"})), b"");
    assert_eq!(refused.unwrap_err().code, "InvalidArgument");
    assert_eq!(fails(&world, &admin, "s3:GetObjectLegalHold", of(json!({"Key": "none"}))).code, "NoSuchKey");
    put_locked(&world, &admin, "a", json!({})).unwrap();
    assert_eq!(fails(&world, &admin, "s3:GetObjectRetention", of(json!({"Key": "a"}))).code, "NoSuchObjectLockConfiguration");
    ok(&world, &admin, "s3:PutObjectLegalHold", of(json!({"Key": "a", "LegalHold": {"Status": "ON"}})));
    let head = ok(&world, &admin, "s3:HeadObject", of(json!({"Key": "a"})));
    assert_eq!(head["ObjectLockLegalHoldStatus"], "ON");
    // Who may not see locks is not told of them.
    let reader = session(&world, TOOLS, "Reader", allow(&["s3:GetObject"]));
    let told = ok(&world, &reader, "s3:HeadObject", of(json!({"Key": "a"})));
    assert_eq!(told.get("ObjectLockLegalHoldStatus"), None);
    let erase = of(json!({"Key": "a", "VersionId": head["VersionId"], "BypassGovernanceRetention": "true"}));
    assert_eq!(fails(&world, &admin, "s3:DeleteObject", erase.clone()).code, "AccessDenied");
    ok(&world, &admin, "s3:PutObjectLegalHold", of(json!({"Key": "a", "LegalHold": {"Status": "OFF"}})));
    ok(&world, &admin, "s3:DeleteObject", erase);

    let rule = json!({"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 3}}});
    ok(&world, &admin, "s3:PutObjectLockConfiguration", of(json!({"ObjectLockConfiguration": rule})));
    assert_eq!(ok(&world, &admin, "s3:GetObjectLockConfiguration", of(json!({})))["ObjectLockConfiguration"], rule);
    let bare = world.send(&admin, "s3:PutObject", of(json!({"Key": "b"})), b"x").unwrap_err();
    assert!(bare.code == "InvalidRequest" && bare.message.starts_with("Content-MD5"), "{bare}");
    put_locked(&world, &admin, "b", json!({})).unwrap();
    let head = ok(&world, &admin, "s3:HeadObject", of(json!({"Key": "b"})));
    assert_eq!(head["ObjectLockMode"], "COMPLIANCE");
    assert_eq!(head["ObjectLockRetainUntilDate"], gate_now(&world).plus(DAY * 3).iso_millis());
    // A copy has its own lock, an upload in parts too.
    ok(&world, &admin, "s3:CopyObject", of(json!({"Key": "c", "CopySource": format!("{BUCKET}/b"), "ObjectLockLegalHoldStatus": "ON"})));
    assert_eq!(ok(&world, &admin, "s3:GetObjectLegalHold", of(json!({"Key": "c"})))["LegalHold"]["Status"], "ON");
    let suspended = of(json!({"VersioningConfiguration": {"Status": "Suspended"}}));
    assert_eq!(fails(&world, &admin, "s3:PutBucketVersioning", suspended).code, "InvalidBucketState");
    let policy_on_days = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:PutObjectRetention", "Resource": format!("arn:aws:s3:::{BUCKET}/*"),
        "Condition": {"NumericGreaterThan": {"s3:object-lock-remaining-retention-days": "30"}}});
    ok(&world, &admin, "s3:PutBucketPolicy", of(json!({"Policy": policy(policy_on_days)})));
    let retain = |days: u32| json!({"Mode": "COMPLIANCE", "RetainUntilDate": after(&world, days)});
    assert!(fails(&world, &admin, "s3:PutObjectRetention", of(json!({"Key": "b", "Retention": retain(31)}))).is_denied());
    ok(&world, &admin, "s3:PutObjectRetention", of(json!({"Key": "b", "Retention": retain(30)})));
}

#[test]
fn a_bucket_without_lock_has_none() {
    let (world, admin) = with_bucket();
    put(&world, &admin, "a", b"x");
    assert_eq!(fails(&world, &admin, "s3:GetObjectLockConfiguration", of(json!({}))).code, "ObjectLockConfigurationNotFoundError");
    let hold = of(json!({"Key": "a", "LegalHold": {"Status": "ON"}}));
    assert_eq!(fails(&world, &admin, "s3:PutObjectLegalHold", hold).message, "Bucket is missing Object Lock Configuration");
    let lock = of(json!({"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}));
    assert_eq!(fails(&world, &admin, "s3:PutObjectLockConfiguration", lock.clone()).code, "InvalidBucketState");
    versioned(&world, &admin);
    ok(&world, &admin, "s3:PutObjectLockConfiguration", lock);
    let creator = session(&world, TOOLS, "Creator", allow(&["s3:CreateBucket"]));
    let refused = fails(&world, &creator, "s3:CreateBucket", json!({"Bucket": "locked-one", "ObjectLockEnabledForBucket": true}));
    assert_eq!(refused.denial.unwrap().action, "s3:PutBucketObjectLockConfiguration");
}

fn engine(world: &World) -> Engine {
    let mut engine = Engine::new(world.gate.clone());
    s3::workflows(&mut engine);
    engine
}

fn rules(world: &World, admin: &Credentials, rules: Value) {
    ok(world, admin, "s3:PutBucketLifecycleConfiguration", of(json!({"LifecycleConfiguration": {"Rules": rules}})));
}

fn keys(world: &World, admin: &Credentials) -> Vec<String> {
    let listed = ok(world, admin, "s3:ListObjectsV2", of(json!({})));
    let contents = listed["Contents"].as_array().cloned().unwrap_or_default();
    contents.iter().map(|c| c["Key"].as_str().unwrap().to_string()).collect()
}

#[test]
fn objects_expire_at_midnight() {
    let (world, admin) = with_bucket();
    for key in ["tmp/a", "tmp/b", "keep"] {
        put(&world, &admin, key, b"x");
    }
    ok(&world, &admin, "s3:PutObjectTagging", of(json!({"Key": "tmp/b", "Tagging": {"TagSet": [{"Key": "stage", "Value": "test"}]}})));
    rules(
        &world,
        &admin,
        json!([
            {"ID": "tagged", "Status": "Enabled", "Filter": {"And": {"Prefix": "tmp/", "Tags": [{"Key": "stage", "Value": "test"}]}}, "Expiration": {"Days": 1}},
            {"ID": "later", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 3}},
            {"ID": "off", "Status": "Disabled", "Filter": {}, "Expiration": {"Days": 1}},
        ]),
    );
    let engine = engine(&world);
    let next = engine.run_due().unwrap().unwrap();
    assert_eq!(next, Timestamp::parse_iso("2026-11-23T00:00:00Z").unwrap());
    assert_eq!(keys(&world, &admin), ["keep", "tmp/a", "tmp/b"]);
    let head = |key: &str| ok(&world, &admin, "s3:HeadObject", of(json!({"Key": key})));
    assert_eq!(head("tmp/b")["Expiration"], "expiry-date=\"Tue, 24 Nov 2026 00:00:00 GMT\", rule-id=\"tagged\"");
    assert_eq!(head("tmp/a")["Expiration"], "expiry-date=\"Thu, 26 Nov 2026 00:00:00 GMT\", rule-id=\"later\"");
    assert_eq!(head("keep").get("Expiration"), None);
    // A write tells it too.
    assert!(put(&world, &admin, "tmp/c", b"x")["Expiration"].as_str().unwrap().contains("later"));
    world.clock.advance(DAY + Duration::from_secs(19 * 3600 + 1));
    world.records();
    engine.run_due().unwrap();
    let admin = world.administrator(TOOLS);
    assert_eq!(keys(&world, &admin), ["keep", "tmp/a", "tmp/c"]);
    let records = world.records();
    let event = &records.iter().find(|r| r.action == "s3:ExpireObject").expect("a record").event;
    assert_eq!((&event["eventType"], &event["userIdentity"]["invokedBy"]), (&json!("AwsServiceEvent"), &json!("s3.amazonaws.com")));
    assert_eq!(event["serviceEventDetails"]["ruleId"], "tagged");
    world.clock.advance(DAY * 2);
    engine.run_due().unwrap();
    let admin = world.administrator(TOOLS);
    assert_eq!(keys(&world, &admin), ["keep"]);
    // Without rules the work ends, and new rules begin it again.
    ok(&world, &admin, "s3:DeleteBucketLifecycle", of(json!({})));
    assert_eq!(fails(&world, &admin, "s3:GetBucketLifecycleConfiguration", of(json!({}))).code, "NoSuchLifecycleConfiguration");
    assert_eq!(engine.run_due().unwrap(), None);
    rules(&world, &admin, json!([{"Status": "Enabled", "Filter": {}, "Expiration": {"Date": "2026-11-01T00:00:00Z"}}]));
    engine.run_due().unwrap();
    assert_eq!(keys(&world, &admin), Vec::<String>::new());
    ok(&world, &admin, "s3:DeleteBucket", of(json!({})));
    assert_eq!(engine.run_due().unwrap(), None);
}

#[test]
fn old_versions_and_lonely_markers_go_and_locked_ones_stay() {
    let (world, admin) = with_lock();
    let versions = |world: &World| {
        let admin = world.administrator(TOOLS);
        let listed = ok(world, &admin, "s3:ListObjectVersions", of(json!({})));
        let count = |name: &str| listed[name].as_array().map_or(0, Vec::len);
        (count("Versions"), count("DeleteMarkers"))
    };
    // More than a page of versions of one key.
    for _ in 0..130 {
        put_locked(&world, &admin, "many", json!({})).unwrap();
    }
    put_locked(&world, &admin, "held", json!({"ObjectLockLegalHoldStatus": "ON"})).unwrap();
    put_locked(&world, &admin, "held", json!({})).unwrap();
    put_locked(&world, &admin, "gone", json!({})).unwrap();
    ok(&world, &admin, "s3:DeleteObject", of(json!({"Key": "gone"})));
    assert_eq!(versions(&world), (133, 1));
    rules(
        &world,
        &admin,
        json!([
            {"Status": "Enabled", "Filter": {}, "NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 2}},
            {"Status": "Enabled", "Filter": {"Prefix": "gone"}, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}},
            {"Status": "Enabled", "Filter": {"Prefix": "held"}, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}},
            {"Status": "Enabled", "Filter": {}, "Expiration": {"ExpiredObjectDeleteMarker": true}},
        ]),
    );
    let engine = engine(&world);
    engine.run_due().unwrap();
    assert_eq!(versions(&world), (133, 1));
    world.clock.advance(DAY * 2);
    engine.run_due().unwrap();
    // The current one and two behind it; the held one and its successor; the marker hides nothing from now on.
    assert_eq!(versions(&world), (5, 1));
    world.clock.advance(DAY);
    engine.run_due().unwrap();
    assert_eq!(versions(&world), (5, 0));
}

#[test]
fn unfinished_uploads_are_ended() {
    let (world, admin) = with_bucket();
    let begin = |key: &str| ok(&world, &admin, "s3:CreateMultipartUpload", of(json!({"Key": key})));
    rules(
        &world,
        &admin,
        json!([{"ID": "uploads", "Status": "Enabled", "Filter": {"Prefix": "a"}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}]),
    );
    let begun = begin("a");
    assert_eq!(begun["AbortRuleId"], "uploads");
    begin("b");
    let engine = engine(&world);
    engine.run_due().unwrap();
    world.clock.advance(DAY * 2);
    engine.run_due().unwrap();
    let admin = world.administrator(TOOLS);
    let left = ok(&world, &admin, "s3:ListMultipartUploads", of(json!({})));
    assert_eq!(left["Uploads"].as_array().unwrap().len(), 1);
    assert_eq!(left["Uploads"][0]["Key"], "b");
}

#[test]
fn ownership_without_acls_refuses_what_it_cannot_keep() {
    let (world, admin) = with_bucket();
    let all = format!("arn:aws:s3:::{BUCKET}/*");
    ok(
        &world,
        &admin,
        "s3:PutBucketPolicy",
        of(json!({"Policy": policy(json!({"Effect": "Allow", "Principal": {"AWS": PROD}, "Action": "s3:Put*", "Resource": all}))})),
    );
    let other = session(&world, PROD, "Writer", allow(&["s3:PutObject", "s3:PutObjectAcl"]));
    let write = |more: Value| {
        let mut input = of(json!({"Key": "a"}));
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.send(&other, "s3:PutObject", input, b"x").map_err(|e| e.code.into_owned()).map(drop)
    };
    assert_eq!(write(json!({})), Ok(()));
    assert_eq!(write(json!({"ACL": "private"})), Err("AccessControlListNotSupported".into()));
    assert_eq!(fails(&world, &admin, "s3:PutBucketAcl", of(json!({"ACL": "private"}))).code, "AccessControlListNotSupported");
    let preferred = json!({"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}});
    ok(&world, &admin, "s3:PutBucketOwnershipControls", of(preferred));
    assert_eq!(write(json!({"ACL": "bucket-owner-full-control"})), Ok(()));
    assert_eq!(write(json!({})), Err("NotImplemented".into()));
    put(&world, &admin, "own", b"x");
    ok(&world, &admin, "s3:PutBucketAcl", of(json!({"ACL": "private"})));
    assert_eq!(fails(&world, &admin, "s3:PutBucketAcl", of(json!({"ACL": "log-delivery-write"}))).status, 501);
    ok(&world, &admin, "s3:DeleteBucketOwnershipControls", of(json!({})));
    assert_eq!(fails(&world, &admin, "s3:GetBucketOwnershipControls", of(json!({}))).code, "OwnershipControlsNotFoundError");
    assert_eq!(write(json!({"ACL": "bucket-owner-full-control"})), Err("NotImplemented".into()));
}

#[test]
fn the_status_of_a_policy_is_what_is_blocked() {
    let (world, admin) = with_bucket();
    assert_eq!(fails(&world, &admin, "s3:GetBucketPolicyStatus", of(json!({}))).code, "NoSuchBucketPolicy");
    let all = format!("arn:aws:s3:::{BUCKET}/*");
    for (principal, condition, public) in [
        (json!({"AWS": PROD}), json!({}), false),
        (json!("*"), json!({}), true),
        (json!("*"), json!({"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}), false),
        (json!("*"), json!({"StringLike": {"aws:PrincipalOrgID": "o-*"}}), true),
        (json!("*"), json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), false),
        (json!("*"), json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}), true),
        (json!("*"), json!({"Bool": {"aws:SecureTransport": "true"}}), true),
    ] {
        let statement =
            json!({"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": all, "Condition": condition});
        let text = policy(statement.clone());
        let blocked = world.call(Some(&admin), "s3:PutBucketPolicy", of(json!({"Policy": text})));
        assert_eq!(blocked.is_err(), public, "{statement}");
        ok(&world, &admin, "s3:DeletePublicAccessBlock", of(json!({})));
        ok(&world, &admin, "s3:PutBucketPolicy", of(json!({"Policy": text})));
        let status = ok(&world, &admin, "s3:GetBucketPolicyStatus", of(json!({})));
        assert_eq!(status["PolicyStatus"]["IsPublic"], public, "{statement}");
        ok(&world, &admin, "s3:PutPublicAccessBlock", of(json!({"PublicAccessBlockConfiguration": {"BlockPublicPolicy": true}})));
    }
}

#[test]
fn what_no_bucket_has() {
    let (world, admin) = with_bucket();
    for (operation, code) in [
        ("s3:GetBucketCors", "NoSuchCORSConfiguration"),
        ("s3:GetBucketWebsite", "NoSuchWebsiteConfiguration"),
        ("s3:GetBucketReplication", "ReplicationConfigurationNotFoundError"),
    ] {
        assert_eq!(fails(&world, &admin, operation, of(json!({}))).code, code);
        // Who may not ask is not told, and the owner that is expected must own it.
        let stranger = session(&world, TOOLS, &operation.replace(':', "-"), allow(&["s3:ListBucket"]));
        assert!(fails(&world, &stranger, operation, of(json!({}))).is_denied());
        assert_eq!(fails(&world, &admin, operation, of(json!({"ExpectedBucketOwner": PROD}))).code, "AccessDenied");
    }
    assert_eq!(ok(&world, &admin, "s3:GetBucketLogging", of(json!({}))), json!({}));
    assert_eq!(ok(&world, &admin, "s3:GetBucketRequestPayment", of(json!({})))["Payer"], "BucketOwner");
}
