//! Copies of objects and of parts: who may, under which conditions, and what becomes of tags and metadata.

mod common;

use common::{BUCKET, PROD, TOOLS, get, put, with_bucket};
use serde_json::{Value, json};
use testworld::{fails, ok, policy, session};

const OTHER: &str = "elsewhere";

fn allow(actions: &[&str], resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resource})
}

#[test]
fn a_part_is_copied_from_a_range_of_another_accounts_object_under_keys_on_both_sides() {
    let (world, admin) = with_bucket();
    let prod = world.administrator(PROD);
    let key = |who, account: &str, more: Value| {
        let own = json!({"Effect": "Allow", "Principal": {"AWS": account}, "Action": "kms:*", "Resource": "*"});
        let made = ok(&world, who, "kms:CreateKey", json!({"Policy": policy(json!([own, more]))}));
        made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
    };
    let open = json!({"Effect": "Allow", "Principal": {"AWS": PROD}, "Action": "kms:Decrypt", "Resource": "*"});
    let from_key = key(&admin, TOOLS, open.clone());
    let to_key = key(&prod, PROD, json!({"Effect": "Allow", "Principal": {"AWS": PROD}, "Action": "kms:*", "Resource": "*"}));
    let body: Vec<u8> = (0..200_000u32).map(|i| (i % 251) as u8).collect();
    let input = json!({"Bucket": BUCKET, "Key": "from", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": from_key});
    world.send(&admin, "s3:PutObject", input, &body).unwrap();
    ok(&world, &prod, "s3:CreateBucket", json!({"Bucket": OTHER}));
    let encrypted =
        json!({"Bucket": OTHER, "Key": "to", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": to_key, "ChecksumAlgorithm": "CRC32"});
    let begun = ok(&world, &prod, "s3:CreateMultipartUpload", encrypted);
    let part = |more: Value| {
        let mut input =
            json!({"Bucket": OTHER, "Key": "to", "UploadId": begun["UploadId"], "PartNumber": 1, "CopySource": format!("{BUCKET}/from")});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let range = json!({"CopySourceRange": "bytes=100-149999"});

    // The source's bucket says nothing yet; then the caller may read no version; then all agree.
    let denied = fails(&world, &prod, "s3:UploadPartCopy", part(range.clone()));
    assert_eq!(denied.denial.unwrap().action, "s3:GetObject");
    let read =
        json!({"Effect": "Allow", "Principal": {"AWS": PROD}, "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{BUCKET}/*")});
    ok(&world, &admin, "s3:PutBucketPolicy", json!({"Bucket": BUCKET, "Policy": policy(read)}));
    let keyless = session(&world, PROD, "Keyless", json!([allow(&["s3:*"], "*"), allow(&["kms:Decrypt"], &to_key)]));
    let denied = fails(&world, &keyless, "s3:UploadPartCopy", part(range.clone()));
    let denial = denied.denial.unwrap();
    assert_eq!((denial.action.as_str(), &denial.resource), ("kms:Decrypt", &from_key));
    assert!(
        denied.message.contains("is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because"),
        "{}",
        denied.message
    );
    let reader = session(&world, PROD, "Reader", json!([allow(&["s3:GetObject"], "*"), allow(&["kms:*"], "*")]));
    assert_eq!(fails(&world, &reader, "s3:UploadPartCopy", part(range.clone())).denial.unwrap().action, "s3:PutObject");

    let copied = ok(&world, &prod, "s3:UploadPartCopy", part(range));
    let result = copied["CopyPartResult"].clone();
    assert_eq!((&copied["SSEKMSKeyId"], result["ChecksumCRC32"].is_string()), (&json!(to_key), true));
    for (bad, code) in [("bytes=0-200000", "InvalidArgument"), ("bytes=5", "InvalidArgument")] {
        assert_eq!(fails(&world, &prod, "s3:UploadPartCopy", part(json!({"CopySourceRange": bad}))).code, code);
    }
    for unmet in [json!({"CopySourceIfMatch": "\"0\""}), json!({"CopySourceIfUnmodifiedSince": "2001-01-01T00:00:00Z"})] {
        let error = fails(&world, &prod, "s3:UploadPartCopy", part(unmet));
        assert_eq!((error.code.as_ref(), error.status), ("PreconditionFailed", 412));
    }
    assert_eq!(fails(&world, &prod, "s3:UploadPartCopy", part(json!({"PartNumber": 10_001}))).code, "InvalidArgument");
    assert_eq!(fails(&world, &prod, "s3:UploadPartCopy", part(json!({"UploadId": "none"}))).code, "NoSuchUpload");
    let named = json!({"PartNumber": 1, "ETag": result["ETag"], "ChecksumCRC32": result["ChecksumCRC32"]});
    let complete = json!({"Bucket": OTHER, "Key": "to", "UploadId": begun["UploadId"], "MultipartUpload": {"Parts": [named]}});
    ok(&world, &prod, "s3:CompleteMultipartUpload", complete);
    let (_, bytes) = world.receive(&prod, "s3:GetObject", json!({"Bucket": OTHER, "Key": "to"})).unwrap();
    assert_eq!(bytes, &body[100..150_000]);
}

#[test]
fn a_copy_of_an_old_version_needs_another_right_and_a_delete_marker_is_no_source() {
    let (world, admin) = with_bucket();
    ok(&world, &admin, "s3:PutBucketVersioning", json!({"Bucket": BUCKET, "VersioningConfiguration": {"Status": "Enabled"}}));
    let old = put(&world, &admin, "a", b"old")["VersionId"].as_str().unwrap().to_owned();
    put(&world, &admin, "a", b"new");
    let copy = |source: String, more: Value| {
        let mut input = json!({"Bucket": BUCKET, "Key": "b", "CopySource": source});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let current = session(&world, TOOLS, "Current", allow(&["s3:GetObject", "s3:PutObject"], "*"));
    let of_old = copy(format!("{BUCKET}/a?versionId={old}"), json!({}));
    assert_eq!(fails(&world, &current, "s3:CopyObject", of_old.clone()).denial.unwrap().action, "s3:GetObjectVersion");
    let done = ok(&world, &admin, "s3:CopyObject", of_old);
    assert_eq!((get(&world, &admin, "b"), &done["CopySourceVersionId"]), (b"old".to_vec(), &json!(old)));
    // Restored over itself: an old version is another object.
    let restored = json!({"Bucket": BUCKET, "Key": "a", "CopySource": format!("{BUCKET}/a?versionId={old}")});
    ok(&world, &admin, "s3:CopyObject", restored);
    assert_eq!(get(&world, &admin, "a"), b"old");
    let itself = json!({"Bucket": BUCKET, "Key": "a", "CopySource": format!("{BUCKET}/a")});
    assert_eq!(fails(&world, &admin, "s3:CopyObject", itself).code, "InvalidRequest");

    let marker = ok(&world, &admin, "s3:DeleteObject", json!({"Bucket": BUCKET, "Key": "a"}))["VersionId"].as_str().unwrap().to_owned();
    let of_marker = copy(format!("{BUCKET}/a?versionId={marker}"), json!({}));
    assert_eq!(fails(&world, &admin, "s3:CopyObject", of_marker).code, "InvalidRequest");
    assert_eq!(fails(&world, &admin, "s3:CopyObject", copy(format!("{BUCKET}/a"), json!({}))).code, "NoSuchKey");
    let blind = fails(&world, &current, "s3:CopyObject", copy(format!("{BUCKET}/a"), json!({})));
    assert_eq!((blind.code.as_ref(), blind.status), ("AccessDenied", 403), "who may not list is not told");
    // The target may not be there, and then it may not be another.
    let once = copy(format!("{BUCKET}/a?versionId={old}"), json!({"IfNoneMatch": "*"}));
    assert_eq!(fails(&world, &admin, "s3:CopyObject", once).code, "PreconditionFailed");
}

#[test]
fn decisions_see_the_tags_of_the_object_and_tags_are_read_by_who_may() {
    let (world, admin) = with_bucket();
    let tagged = json!({"Bucket": BUCKET, "Key": "a", "Tagging": "stage=test"});
    world.send(&admin, "s3:PutObject", tagged, b"x").unwrap();
    let read = json!({"Effect": "Allow", "Action": ["s3:GetObject", "s3:DeleteObjectTagging"], "Resource": "*",
        "Condition": {"StringEquals": {"s3:ExistingObjectTag/stage": "prod"}}});
    let prod = session(&world, TOOLS, "OfProd", read);
    let reader = session(&world, TOOLS, "Reader", allow(&["s3:GetObject"], "*"));
    let on = json!({"Bucket": BUCKET, "Key": "a"});
    assert!(fails(&world, &prod, "s3:GetObject", on.clone()).is_denied());
    assert_eq!(ok(&world, &admin, "s3:HeadObject", on.clone())["TagCount"], 1);
    assert_eq!(ok(&world, &reader, "s3:HeadObject", on.clone())["TagCount"], Value::Null, "no right to the tags");
    let tags = json!({"TagSet": [{"Key": "stage", "Value": "prod"}]});
    ok(&world, &admin, "s3:PutObjectTagging", json!({"Bucket": BUCKET, "Key": "a", "Tagging": tags}));
    assert_eq!(get(&world, &prod, "a"), b"x");
    ok(&world, &prod, "s3:DeleteObjectTagging", on.clone());
    assert!(fails(&world, &prod, "s3:GetObject", on.clone()).is_denied());
    assert_eq!(ok(&world, &admin, "s3:GetObjectTagging", on.clone())["TagSet"], json!([]));
    assert_eq!(fails(&world, &admin, "s3:DeleteObjectTagging", json!({"Bucket": BUCKET, "Key": "none"})).code, "NoSuchKey");

    let acl = ok(&world, &admin, "s3:GetObjectAcl", on.clone());
    assert_eq!(acl["Grants"][0]["Permission"], "FULL_CONTROL");
    let refused = fails(&world, &admin, "s3:PutObjectAcl", json!({"Bucket": BUCKET, "Key": "a", "ACL": "public-read"}));
    assert_eq!((refused.code.as_ref(), refused.status), ("AccessControlListNotSupported", 400));
    assert_eq!(fails(&world, &reader, "s3:PutObjectAcl", on).denial.unwrap().action, "s3:PutObjectAcl");
}

#[test]
fn what_is_deleted_under_a_condition_is_what_the_caller_has_seen() {
    let (world, admin) = with_bucket();
    let etag = put(&world, &admin, "a", b"x")["ETag"].clone();
    put(&world, &admin, "b", b"y");
    let only = session(&world, TOOLS, "Deleter", allow(&["s3:DeleteObject"], "*"));
    let if_match = |key: &str, etag: &Value| json!({"Bucket": BUCKET, "Key": key, "IfMatch": etag});
    // Who names an ETag learns of it.
    assert_eq!(fails(&world, &only, "s3:DeleteObject", if_match("a", &etag)).denial.unwrap().action, "s3:GetObject");
    let failed = fails(&world, &admin, "s3:DeleteObject", if_match("b", &etag));
    assert_eq!((failed.code.as_ref(), failed.status), ("PreconditionFailed", 412));
    assert_eq!(fails(&world, &only, "s3:DeleteObject", if_match("none", &json!("*"))).code, "NoSuchKey");
    let batch = json!({"Objects": [{"Key": "a", "ETag": etag}, {"Key": "b", "ETag": etag}]});
    let done = ok(&world, &admin, "s3:DeleteObjects", json!({"Bucket": BUCKET, "Delete": batch}));
    assert_eq!((&done["Deleted"][0]["Key"], &done["Errors"][0]["Code"]), (&json!("a"), &json!("PreconditionFailed")));
    ok(&world, &only, "s3:DeleteObject", if_match("b", &json!("*")));
    let insists = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": format!("arn:aws:s3:::{BUCKET}/*"),
        "Condition": {"Null": {"s3:if-none-match": "true"}}});
    ok(&world, &admin, "s3:PutBucketPolicy", json!({"Bucket": BUCKET, "Policy": policy(insists)}));
    assert!(world.send(&admin, "s3:PutObject", json!({"Bucket": BUCKET, "Key": "c"}), b"x").unwrap_err().is_denied());
    world.send(&admin, "s3:PutObject", json!({"Bucket": BUCKET, "Key": "c", "IfNoneMatch": "*"}), b"x").unwrap();
}
