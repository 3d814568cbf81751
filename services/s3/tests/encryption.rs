//! Objects under KMS keys: both sides must agree, and a denied KMS call is S3's denial.

mod common;

use common::{BUCKET, PROD, TOOLS, get, put, with_bucket};
use serde_json::{Value, json};
use testworld::{Credentials, World, fails, ok, policy, session};

fn key_policy(more: &[Value]) -> String {
    let mut statements = vec![json!({"Effect": "Allow", "Principal": {"AWS": TOOLS}, "Action": "kms:*", "Resource": "*"})];
    statements.extend_from_slice(more);
    policy(json!(statements))
}

/// A bucket whose default is a new KMS key; the key's ARN.
fn with_key() -> (World, Credentials, String) {
    let (world, admin) = with_bucket();
    let key = ok(&world, &admin, "kms:CreateKey", json!({"Policy": key_policy(&[])}))["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
    by_default(&world, &admin, &key, false);
    (world, admin, key)
}

fn by_default(world: &World, admin: &Credentials, key: &str, bucket_key: bool) {
    let rule =
        json!({"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}, "BucketKeyEnabled": bucket_key});
    ok(world, admin, "s3:PutBucketEncryption", json!({"Bucket": BUCKET, "ServerSideEncryptionConfiguration": {"Rules": [rule]}}));
}

#[test]
fn across_accounts_bucket_key_and_caller_must_agree() {
    let (world, admin, key) = with_key();
    let made = put(&world, &admin, "a", b"artifact");
    assert_eq!((&made["ServerSideEncryption"], &made["SSEKMSKeyId"]), (&json!("aws:kms"), &json!(key)));
    assert_ne!(made["ETag"], "\"8e5b948a454515dbabfc7eb718daa52f\"");
    let open =
        json!({"Effect": "Allow", "Principal": {"AWS": PROD}, "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{BUCKET}/*")});
    ok(&world, &admin, "s3:PutBucketPolicy", json!({"Bucket": BUCKET, "Policy": policy(open)}));
    let keyless = session(&world, PROD, "Keyless", json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}));
    let deploy = session(&world, PROD, "Deploy", json!({"Effect": "Allow", "Action": ["s3:GetObject", "kms:Decrypt"], "Resource": "*"}));
    let read = json!({"Bucket": BUCKET, "Key": "a"});
    // The caller may, the key says nothing of it.
    let denied = fails(&world, &deploy, "s3:GetObject", read.clone());
    assert_eq!((denied.code.as_ref(), denied.status), ("AccessDenied", 403));
    let denial = denied.denial.expect("the cause");
    assert_eq!((denial.action.as_str(), &denial.resource), ("kms:Decrypt", &key));
    assert!(denied.message.contains("kms:Decrypt"), "{}", denied.message);

    let through_s3 = json!({"Effect": "Allow", "Principal": {"AWS": PROD}, "Action": "kms:Decrypt", "Resource": "*", "Condition": {
        "StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com", "kms:EncryptionContext:aws:s3:arn": format!("arn:aws:s3:::{BUCKET}/a")},
        "Bool": {"aws:ViaAWSService": "true"}}});
    ok(&world, &admin, "kms:PutKeyPolicy", json!({"KeyId": key, "PolicyName": "default", "Policy": key_policy(&[through_s3])}));
    assert_eq!(get(&world, &deploy, "a"), b"artifact");
    ok(&world, &deploy, "s3:HeadObject", read.clone());
    assert!(fails(&world, &keyless, "s3:GetObject", read.clone()).is_denied(), "its own side says nothing");
    assert!(fails(&world, &keyless, "s3:HeadObject", read).is_denied());

    // With a bucket key the context names the bucket.
    by_default(&world, &admin, &key, true);
    put(&world, &admin, "a", b"under the bucket's key");
    assert!(fails(&world, &deploy, "s3:GetObject", json!({"Bucket": BUCKET, "Key": "a"})).is_denied());
    let head = ok(&world, &admin, "s3:HeadObject", json!({"Bucket": BUCKET, "Key": "a"}));
    assert_eq!(head["BucketKeyEnabled"], true);
}

#[test]
fn a_put_that_kms_denies_leaves_nothing_but_its_records() {
    let (world, admin, key) = with_key();
    let writer = session(&world, TOOLS, "Writer", json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}));
    world.records();
    let denied = world.send(&writer, "s3:PutObject", json!({"Bucket": BUCKET, "Key": "a"}), b"x").unwrap_err();
    assert_eq!(denied.denial.expect("the cause").action, "kms:GenerateDataKey");
    let actions: Vec<(String, String)> = world.records().iter().map(|r| (r.action.clone(), format!("{:?}", r.kind))).collect();
    let expected = [("kms:GenerateDataKey", "Denied"), ("s3:PutObject", "Denied")].map(|(a, k)| (a.to_owned(), k.to_owned()));
    assert_eq!(actions, expected);
    assert_eq!(ok(&world, &admin, "s3:ListObjectsV2", json!({"Bucket": BUCKET}))["KeyCount"], 0);
    // Without KMS the same caller may: the request's choice stands above the bucket's.
    world.send(&writer, "s3:PutObject", json!({"Bucket": BUCKET, "Key": "a", "ServerSideEncryption": "AES256"}), b"x").unwrap();
    let foreign = json!({"Bucket": BUCKET, "Key": "b", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key.replace(TOOLS, PROD)});
    assert!(world.send(&writer, "s3:PutObject", foreign, b"x").is_err());
    let missing =
        json!({"Bucket": BUCKET, "Key": "b", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "00000000-0000-4000-8000-000000000000"});
    assert_eq!(world.send(&admin, "s3:PutObject", missing, b"x").unwrap_err().code, "KMS.NotFoundException");
    ok(&world, &admin, "kms:DisableKey", json!({"KeyId": key}));
    assert_eq!(world.send(&admin, "s3:PutObject", json!({"Bucket": BUCKET, "Key": "c"}), b"x").unwrap_err().code, "KMS.DisabledException");
}

#[test]
fn parts_and_copies_need_the_key_as_well() {
    let (world, admin, key) = with_key();
    let rights =
        |kms: &[&str]| json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, {"Effect": "Allow", "Action": kms, "Resource": key}]);
    let half = session(&world, TOOLS, "Half", rights(&["kms:GenerateDataKey"]));
    let full = session(&world, TOOLS, "Full", rights(&["kms:GenerateDataKey", "kms:Decrypt"]));
    let begun = ok(&world, &half, "s3:CreateMultipartUpload", json!({"Bucket": BUCKET, "Key": "big"}));
    let part = json!({"Bucket": BUCKET, "Key": "big", "UploadId": begun["UploadId"], "PartNumber": 1});
    assert_eq!(world.send(&half, "s3:UploadPart", part.clone(), b"x").unwrap_err().denial.unwrap().action, "kms:Decrypt");
    let etag = world.send(&full, "s3:UploadPart", part, b"x").unwrap()["ETag"].clone();
    let complete = json!({"Bucket": BUCKET, "Key": "big", "UploadId": begun["UploadId"], "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": etag}]}});
    assert!(fails(&world, &half, "s3:CompleteMultipartUpload", complete.clone()).is_denied());
    ok(&world, &full, "s3:CompleteMultipartUpload", complete);
    assert_eq!(get(&world, &full, "big"), b"x");
    let copy = json!({"Bucket": BUCKET, "Key": "copy", "CopySource": format!("{BUCKET}/big")});
    assert!(fails(&world, &half, "s3:CopyObject", copy.clone()).is_denied());
    ok(&world, &full, "s3:CopyObject", copy);
    // Out from under the key.
    ok(
        &world,
        &full,
        "s3:CopyObject",
        json!({"Bucket": BUCKET, "Key": "plain", "CopySource": format!("{BUCKET}/big"), "ServerSideEncryption": "AES256"}),
    );
    assert_eq!(get(&world, &half, "plain"), b"x");
    assert_eq!(get(&world, &admin, "copy"), b"x");
}

#[test]
fn the_managed_key_serves_its_account_through_s3_alone() {
    let (world, admin) = with_bucket();
    let rule = json!({"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}});
    ok(&world, &admin, "s3:PutBucketEncryption", json!({"Bucket": BUCKET, "ServerSideEncryptionConfiguration": {"Rules": [rule]}}));
    let shown = ok(&world, &admin, "s3:GetBucketEncryption", json!({"Bucket": BUCKET}));
    assert_eq!(
        shown["ServerSideEncryptionConfiguration"]["Rules"][0]["ApplyServerSideEncryptionByDefault"],
        json!({"SSEAlgorithm": "aws:kms"})
    );
    // Nobody has asked for it yet.
    assert_eq!(fails(&world, &admin, "kms:DescribeKey", json!({"KeyId": "alias/aws/s3"})).code, "NotFoundException");
    // Who may use S3 needs no right to the key.
    let objects = json!({"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "*"});
    let user = session(&world, TOOLS, "User", objects.clone());
    let made = put(&world, &user, "a", b"artifact");
    assert_eq!(get(&world, &user, "a"), b"artifact");
    let key = ok(&world, &admin, "kms:DescribeKey", json!({"KeyId": "alias/aws/s3"}))["KeyMetadata"].clone();
    assert_eq!((&key["Arn"], &key["KeyManager"]), (&made["SSEKMSKeyId"], &json!("AWS")));
    // Not past S3, not to change it, and not from another account, whatever the bucket says.
    let id = &key["Arn"];
    assert!(fails(&world, &admin, "kms:Encrypt", json!({"KeyId": id, "Plaintext": "dGV4dA=="})).is_denied());
    assert!(fails(&world, &admin, "kms:ScheduleKeyDeletion", json!({"KeyId": id})).is_denied());
    assert!(fails(&world, &admin, "kms:PutKeyPolicy", json!({"KeyId": id, "Policy": key_policy(&[])})).is_denied());
    let open =
        json!({"Effect": "Allow", "Principal": {"AWS": PROD}, "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{BUCKET}/*")});
    ok(&world, &admin, "s3:PutBucketPolicy", json!({"Bucket": BUCKET, "Policy": policy(open)}));
    let all = json!({"Effect": "Allow", "Action": ["s3:*", "kms:*"], "Resource": "*"});
    let stranger = session(&world, PROD, "Stranger", all);
    let denied = fails(&world, &stranger, "s3:GetObject", json!({"Bucket": BUCKET, "Key": "a"}));
    assert_eq!(denied.denial.expect("the cause").action, "kms:Decrypt");
}
