//! Who may: across accounts, by headers, and what is told of missing keys.

mod common;

use common::{BUCKET, PROD, TOOLS, get, put, with_bucket};
use serde_json::json;
use testworld::{fails, ok, policy, session};

fn allow(actions: &[&str]) -> serde_json::Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": "*"})
}

#[test]
fn across_accounts_the_bucket_and_the_caller_must_agree() {
    let (world, admin) = with_bucket();
    put(&world, &admin, "a", b"artifact");
    let deploy = session(&world, PROD, "Deploy", allow(&["s3:GetObject"]));
    let silent = session(&world, PROD, "Silent", allow(&["s3:PutObject"]));
    let read = json!({"Bucket": BUCKET, "Key": "a"});
    assert!(fails(&world, &deploy, "s3:GetObject", read.clone()).is_denied(), "the bucket says nothing yet");
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": PROD}, "Action": "s3:Get*", "Resource": format!("arn:aws:s3:::{BUCKET}/*"),
        "Condition": {"StringEquals": {"s3:ResourceAccount": TOOLS, "aws:ResourceAccount": TOOLS}}});
    ok(&world, &admin, "s3:PutBucketPolicy", json!({"Bucket": BUCKET, "Policy": policy(statement)}));
    assert_eq!(get(&world, &deploy, "a"), b"artifact");
    let denial = fails(&world, &silent, "s3:GetObject", read.clone());
    assert_eq!((denial.code.as_ref(), denial.status), ("AccessDenied", 403));
    assert!(denial.is_denied());
    // The owner's account is checked where the caller asks for it.
    let mut wrong = read.clone();
    wrong["ExpectedBucketOwner"] = json!(PROD);
    assert_eq!(fails(&world, &deploy, "s3:GetObject", wrong).code, "AccessDenied");
    // An old version is another right.
    let old = fails(
        &world,
        &session(&world, PROD, "Old", allow(&["s3:GetObject"])),
        "s3:GetObject",
        json!({"Bucket": BUCKET, "Key": "a", "VersionId": "null"}),
    );
    assert_eq!(old.denial.unwrap().action, "s3:GetObjectVersion");
}

#[test]
fn only_who_may_list_learns_that_a_key_is_missing() {
    let (world, _) = with_bucket();
    let blind = session(&world, TOOLS, "Blind", allow(&["s3:GetObject"]));
    let seeing = session(&world, TOOLS, "Seeing", allow(&["s3:GetObject", "s3:ListBucket"]));
    let missing = json!({"Bucket": BUCKET, "Key": "missing"});
    let error = fails(&world, &blind, "s3:GetObject", missing.clone());
    assert_eq!((error.code.as_ref(), error.status), ("AccessDenied", 403));
    assert!(error.message.contains("s3:ListBucket"), "{error}");
    let error = fails(&world, &seeing, "s3:HeadObject", missing);
    assert_eq!((error.code.as_ref(), error.status), ("NoSuchKey", 404));
    assert_eq!(fails(&world, &seeing, "s3:GetObject", json!({"Bucket": "no-such-bucket", "Key": "a"})).code, "NoSuchBucket");
    let error = fails(
        &world,
        &session(&world, TOOLS, "Nobody", allow(&["iam:GetRole"])),
        "s3:GetObject",
        json!({"Bucket": "no-such-bucket", "Key": "a"}),
    );
    assert!(error.is_denied());
}

#[test]
fn a_policy_that_insists_on_a_header_sees_the_request_alone() {
    let (world, admin) = with_bucket();
    let all = format!("arn:aws:s3:::{BUCKET}/*");
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": all,
        "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"}}});
    ok(&world, &admin, "s3:PutBucketPolicy", json!({"Bucket": BUCKET, "Policy": policy(deny)}));
    // The bucket's default is AES256 too, but the request does not say so.
    assert!(world.send(&admin, "s3:PutObject", json!({"Bucket": BUCKET, "Key": "a"}), b"x").unwrap_err().is_denied());
    world.send(&admin, "s3:PutObject", json!({"Bucket": BUCKET, "Key": "a", "ServerSideEncryption": "AES256"}), b"x").unwrap();
    // Parts cannot carry the header: they inherit it from the upload's beginning.
    let begun = ok(&world, &admin, "s3:CreateMultipartUpload", json!({"Bucket": BUCKET, "Key": "b", "ServerSideEncryption": "AES256"}));
    let part = json!({"Bucket": BUCKET, "Key": "b", "UploadId": begun["UploadId"], "PartNumber": 1});
    let etag = world.send(&admin, "s3:UploadPart", part, b"x").unwrap()["ETag"].clone();
    let parts = json!({"Parts": [{"PartNumber": 1, "ETag": etag}]});
    ok(
        &world,
        &admin,
        "s3:CompleteMultipartUpload",
        json!({"Bucket": BUCKET, "Key": "b", "UploadId": begun["UploadId"], "MultipartUpload": parts}),
    );
    assert_eq!(get(&world, &admin, "b"), b"x");
}

#[test]
fn policies_are_checked_and_public_ones_are_blocked() {
    let (world, admin) = with_bucket();
    let all = format!("arn:aws:s3:::{BUCKET}/*");
    let put = |principal: serde_json::Value, action: &str| {
        let statement = json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": all});
        world.call(Some(&admin), "s3:PutBucketPolicy", json!({"Bucket": BUCKET, "Policy": policy(statement)}))
    };
    assert_eq!(put(json!({"AWS": TOOLS}), "s3:ListBucket").unwrap_err().code, "MalformedPolicy");
    assert_eq!(put(json!({"AWS": format!("arn:aws:iam::{TOOLS}:role/Nobody")}), "s3:GetObject").unwrap_err().code, "MalformedPolicy");
    assert_eq!(put(json!("*"), "s3:GetObject").unwrap_err().code, "AccessDenied");
    ok(
        &world,
        &admin,
        "s3:PutPublicAccessBlock",
        json!({"Bucket": BUCKET, "PublicAccessBlockConfiguration": {"RestrictPublicBuckets": "true"}}),
    );
    put(json!("*"), "s3:GetObject").unwrap();
    common::put(&world, &admin, "a", b"public");
    let other = session(&world, PROD, "Other", allow(&["s3:GetObject"]));
    assert!(fails(&world, &other, "s3:GetObject", json!({"Bucket": BUCKET, "Key": "a"})).is_denied());
    ok(&world, &admin, "s3:DeletePublicAccessBlock", json!({"Bucket": BUCKET}));
    assert_eq!(get(&world, &other, "a"), b"public");
    assert!(world.call(None, "s3:GetObject", json!({"Bucket": BUCKET, "Key": "a"})).is_ok(), "nobody needs no credentials");
    // Principals are kept by their ids and shown by their ARNs.
    let arn = format!("arn:aws:iam::{PROD}:role/Other");
    put(json!({"AWS": arn}), "s3:GetObject").unwrap();
    let shown = ok(&world, &admin, "s3:GetBucketPolicy", json!({"Bucket": BUCKET}));
    assert!(shown["Policy"].as_str().unwrap().contains(&arn), "{shown}");
}

#[test]
fn each_object_of_a_batch_is_decided_on_by_itself() {
    let (world, admin) = with_bucket();
    for key in ["tmp/a", "keep/b"] {
        put(&world, &admin, key, b"x");
    }
    let cleaner = session(
        &world,
        TOOLS,
        "Cleaner",
        json!({"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": format!("arn:aws:s3:::{BUCKET}/tmp/*")}),
    );
    let delete = json!({"Objects": [{"Key": "tmp/a"}, {"Key": "keep/b"}, {"Key": "tmp/never"}]});
    let done = ok(&world, &cleaner, "s3:DeleteObjects", json!({"Bucket": BUCKET, "Delete": delete}));
    assert_eq!(done["Deleted"].as_array().unwrap().len(), 2);
    assert_eq!((&done["Errors"][0]["Key"], &done["Errors"][0]["Code"]), (&json!("keep/b"), &json!("AccessDenied")));
    assert_eq!(get(&world, &admin, "keep/b"), b"x");
    assert_eq!(fails(&world, &admin, "s3:GetObject", json!({"Bucket": BUCKET, "Key": "tmp/a"})).code, "NoSuchKey");
}

#[test]
fn names_are_global_and_buckets_have_owners() {
    let (world, admin) = with_bucket();
    let prod = world.administrator(PROD);
    assert_eq!(fails(&world, &admin, "s3:CreateBucket", json!({"Bucket": BUCKET})).code, "BucketAlreadyOwnedByYou");
    assert_eq!(fails(&world, &prod, "s3:CreateBucket", json!({"Bucket": BUCKET})).code, "BucketAlreadyExists");
    assert_eq!(fails(&world, &prod, "s3:CreateBucket", json!({"Bucket": "Big"})).code, "InvalidBucketName");
    assert!(fails(&world, &prod, "s3:HeadBucket", json!({"Bucket": BUCKET})).is_denied());
    assert_eq!(ok(&world, &prod, "s3:ListBuckets", json!({}))["Buckets"], json!([]));
    let mine = ok(&world, &admin, "s3:ListBuckets", json!({}));
    assert_eq!(mine["Buckets"][0]["Name"], BUCKET);
    let acl = ok(&world, &admin, "s3:GetBucketAcl", json!({"Bucket": BUCKET}));
    assert_eq!(acl["Owner"]["ID"], mine["Owner"]["ID"]);
    assert_eq!(acl["Grants"][0]["Permission"], "FULL_CONTROL");
}
