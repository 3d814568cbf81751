//! Objects: their bytes, versions, parts and lists.

mod common;

use common::{BUCKET, get, put, with_bucket};
use serde_json::{Value, json};
use std::time::Duration;
use testworld::{fails, ok};

#[test]
fn an_object_comes_back_as_it_was_and_in_ranges() {
    let (world, admin) = with_bucket();
    let input = json!({"Bucket": BUCKET, "Key": "a/ü", "ContentType": "text/plain", "Metadata": {"who": "me"}, "Tagging": "stage=test&team=a%20b",
        "ChecksumSHA256": "hNiYd/DUBB77a/kaFvAkjy/Vc+avBcGflr7bn4gveII="});
    let made = world.send(&admin, "s3:PutObject", input, b"0123456789").unwrap();
    assert_eq!(made["ETag"], "\"781e5e245d69b566979b86e28d23f2c7\"");
    assert_eq!(made["ServerSideEncryption"], "AES256");
    let read = |more: Value| {
        let mut input = json!({"Bucket": BUCKET, "Key": "a/ü"});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.receive(&admin, "s3:GetObject", input)
    };
    let (output, bytes) = read(json!({"ChecksumMode": "ENABLED"})).unwrap();
    assert_eq!(bytes, b"0123456789");
    assert_eq!((&output["ContentType"], &output["Metadata"]["who"], &output["TagCount"]), (&json!("text/plain"), &json!("me"), &json!(2)));
    assert_eq!(output["ChecksumSHA256"], "hNiYd/DUBB77a/kaFvAkjy/Vc+avBcGflr7bn4gveII=");
    let (output, bytes) = read(json!({"Range": "bytes=-3", "ResponseContentType": "x/y"})).unwrap();
    assert_eq!((bytes.as_slice(), &output["ContentRange"], &output["ContentType"]), (&b"789"[..], &json!("bytes 7-9/10"), &json!("x/y")));
    assert_eq!(read(json!({"Range": "bytes=10-"})).unwrap_err().status, 416);
    let tags = ok(&world, &admin, "s3:GetObjectTagging", json!({"Bucket": BUCKET, "Key": "a/ü"}));
    assert_eq!(tags["TagSet"][1], json!({"Key": "team", "Value": "a b"}));
}

#[test]
fn conditions_are_kept() {
    let (world, admin) = with_bucket();
    let etag = put(&world, &admin, "a", b"one")["ETag"].clone();
    let key = json!({"Bucket": BUCKET, "Key": "a"});
    let with = |name: &str, value: &Value| {
        let mut input = key.clone();
        input[name] = value.clone();
        input
    };
    assert_eq!(fails(&world, &admin, "s3:GetObject", with("IfNoneMatch", &etag)).status, 304);
    assert_eq!(fails(&world, &admin, "s3:HeadObject", with("IfMatch", &json!("\"x\""))).status, 412);
    assert_eq!(fails(&world, &admin, "s3:PutObject", with("IfNoneMatch", &json!("*"))).status, 412);
    assert_eq!(fails(&world, &admin, "s3:PutObject", with("IfMatch", &json!("\"x\""))).status, 412);
    assert_eq!(get(&world, &admin, "a"), b"one");
    ok(&world, &admin, "s3:PutObject", with("IfMatch", &etag));
    assert_eq!(get(&world, &admin, "a"), b"");
    assert_eq!(fails(&world, &admin, "s3:DeleteObject", with("IfMatch", &etag)).status, 412);
}

fn keys(page: &Value) -> Vec<&str> {
    page["Contents"].as_array().unwrap().iter().map(|o| o["Key"].as_str().unwrap()).collect()
}
fn rolled(page: &Value) -> Vec<&str> {
    page["CommonPrefixes"].as_array().unwrap().iter().map(|o| o["Prefix"].as_str().unwrap()).collect()
}

#[test]
fn lists_go_by_bytes_and_roll_up_in_pages() {
    let (world, admin) = with_bucket();
    for key in ["b/1", "B", "a.txt", "b", "b/2/x", "b0", "c/1", "é", "b/2/y", "c/2", "z"] {
        put(&world, &admin, key, b"x");
    }
    for i in 0..150 {
        put(&world, &admin, &format!("d/{i:04}"), b"x");
    }
    let page = ok(&world, &admin, "s3:ListObjectsV2", json!({"Bucket": BUCKET, "Prefix": "b"}));
    assert_eq!(keys(&page), ["b", "b/1", "b/2/x", "b/2/y", "b0"]);
    let mut seen = Vec::new();
    let mut token = Value::Null;
    loop {
        let page =
            ok(&world, &admin, "s3:ListObjectsV2", json!({"Bucket": BUCKET, "Delimiter": "/", "MaxKeys": "2", "ContinuationToken": token}));
        assert_eq!(page["KeyCount"].as_u64().unwrap() as usize, keys(&page).len() + rolled(&page).len());
        seen.extend(keys(&page).into_iter().chain(rolled(&page)).map(str::to_owned));
        token = page["NextContinuationToken"].clone();
        assert_eq!(page["IsTruncated"], json!(!token.is_null()));
        if token.is_null() {
            break;
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, ["B", "a.txt", "b", "b/", "b0", "c/", "d/", "z", "é"]);
    let page = ok(&world, &admin, "s3:ListObjectsV2", json!({"Bucket": BUCKET, "Delimiter": "/", "Prefix": "b/"}));
    assert_eq!((keys(&page), rolled(&page)), (vec!["b/1"], vec!["b/2/"]));
    let page = ok(&world, &admin, "s3:ListObjects", json!({"Bucket": BUCKET, "Delimiter": "/", "Marker": "b/", "MaxKeys": 3}));
    assert_eq!((keys(&page), rolled(&page), &page["NextMarker"]), (vec!["b0"], vec!["c/", "d/"], &json!("d/")));
    let page = ok(&world, &admin, "s3:ListObjectsV2", json!({"Bucket": BUCKET, "StartAfter": "d/0148", "MaxKeys": 0}));
    assert_eq!((keys(&page).len(), &page["IsTruncated"]), (0, &json!(false)));
    let page = ok(&world, &admin, "s3:ListObjectsV2", json!({"Bucket": BUCKET, "StartAfter": "d/0148"}));
    assert_eq!(keys(&page), ["d/0149", "z", "é"]);
}

#[test]
fn versions_stay_and_are_listed_newest_first() {
    let (world, admin) = with_bucket();
    let version = |answer: &Value| answer["VersionId"].as_str().unwrap().to_owned();
    assert_eq!(put(&world, &admin, "k", b"before")["VersionId"], Value::Null);
    ok(&world, &admin, "s3:PutBucketVersioning", json!({"Bucket": BUCKET, "VersioningConfiguration": {"Status": "Enabled"}}));
    // In the same millisecond: the order is that of the calls.
    let first = version(&put(&world, &admin, "k", b"first"));
    let second = version(&put(&world, &admin, "k", b"second"));
    world.clock.advance(Duration::from_secs(1));
    let marker = ok(&world, &admin, "s3:DeleteObject", json!({"Bucket": BUCKET, "Key": "k"}));
    assert_eq!(marker["DeleteMarker"], true);
    let gone = fails(&world, &admin, "s3:GetObject", json!({"Bucket": BUCKET, "Key": "k"}));
    assert_eq!((gone.code.as_ref(), gone.status), ("NoSuchKey", 404));
    assert_eq!(fails(&world, &admin, "s3:GetObject", json!({"Bucket": BUCKET, "Key": "k", "VersionId": version(&marker)})).status, 405);
    for (id, bytes) in [("null", &b"before"[..]), (&first, b"first"), (&second, b"second")] {
        assert_eq!(world.receive(&admin, "s3:GetObject", json!({"Bucket": BUCKET, "Key": "k", "VersionId": id})).unwrap().1, bytes);
    }
    put(&world, &admin, "l", b"x");
    let mut seen = Vec::new();
    let (mut key, mut id) = (Value::Null, Value::Null);
    loop {
        let page =
            ok(&world, &admin, "s3:ListObjectVersions", json!({"Bucket": BUCKET, "MaxKeys": 1, "KeyMarker": key, "VersionIdMarker": id}));
        for entry in page["Versions"].as_array().unwrap().iter().chain(page["DeleteMarkers"].as_array().unwrap()) {
            seen.push((entry["Key"].as_str().unwrap().to_owned(), version(entry), entry["IsLatest"].as_bool().unwrap()));
        }
        if page["IsTruncated"] == false {
            break;
        }
        (key, id) = (page["NextKeyMarker"].clone(), page["NextVersionIdMarker"].clone());
    }
    let marked = version(&marker);
    let expected = [("k", marked.as_str(), true), ("k", &second, false), ("k", &first, false), ("k", "null", false)];
    assert_eq!(seen[..4], expected.map(|(k, v, latest)| (k.to_owned(), v.to_owned(), latest)));
    assert!(seen[4].2 && seen.len() == 5);
    assert_eq!(keys(&ok(&world, &admin, "s3:ListObjectsV2", json!({"Bucket": BUCKET}))), ["l"]);

    // Without its delete marker the object is back; suspended, the null version is written anew, over the old one.
    ok(&world, &admin, "s3:DeleteObject", json!({"Bucket": BUCKET, "Key": "k", "VersionId": version(&marker)}));
    assert_eq!(get(&world, &admin, "k"), b"second");
    ok(&world, &admin, "s3:PutBucketVersioning", json!({"Bucket": BUCKET, "VersioningConfiguration": {"Status": "Suspended"}}));
    assert_eq!(put(&world, &admin, "k", b"null again")["VersionId"], "null");
    assert_eq!(get(&world, &admin, "k"), b"null again");
    let page = ok(&world, &admin, "s3:ListObjectVersions", json!({"Bucket": BUCKET, "Prefix": "k"}));
    let ids: Vec<&str> = page["Versions"].as_array().unwrap().iter().map(|v| v["VersionId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["null", second.as_str(), first.as_str()]);
    assert_eq!(fails(&world, &admin, "s3:DeleteBucket", json!({"Bucket": BUCKET})).code, "BucketNotEmpty");
    for (key, id) in [("k", "null"), ("k", &second), ("k", &first), ("l", &seen[4].1)] {
        ok(&world, &admin, "s3:DeleteObject", json!({"Bucket": BUCKET, "Key": key, "VersionId": id}));
    }
    ok(&world, &admin, "s3:DeleteBucket", json!({"Bucket": BUCKET}));
    assert_eq!(fails(&world, &admin, "s3:HeadBucket", json!({"Bucket": BUCKET})).code, "NoSuchBucket");
}

#[test]
fn parts_make_an_object() {
    let (world, admin) = with_bucket();
    let begun =
        ok(&world, &admin, "s3:CreateMultipartUpload", json!({"Bucket": BUCKET, "Key": "big", "ContentType": "x/y", "Tagging": "a=b"}));
    let id = begun["UploadId"].clone();
    let (first, second) = (vec![b'a'; 5 << 20], vec![b'b'; 70_000]);
    let upload = |number: u64, body: &[u8]| {
        world
            .send(&admin, "s3:UploadPart", json!({"Bucket": BUCKET, "Key": "big", "UploadId": id, "PartNumber": number.to_string()}), body)
            .unwrap()["ETag"]
            .clone()
    };
    let complete = |parts: Value| {
        world.call(
            Some(&admin),
            "s3:CompleteMultipartUpload",
            json!({"Bucket": BUCKET, "Key": "big", "UploadId": id, "MultipartUpload": {"Parts": parts}}),
        )
    };
    upload(1, b"replaced");
    let small = upload(2, b"too small");
    let one = upload(1, &first);
    let three = upload(3, &second);
    let part = |number: u64, etag: &Value| json!({"PartNumber": number, "ETag": etag});
    let code = |parts: Value| complete(parts).unwrap_err().code.into_owned();
    assert_eq!(code(json!([part(3, &three), part(1, &one)])), "InvalidPartOrder");
    assert_eq!(code(json!([part(1, &three), part(3, &three)])), "InvalidPart");
    assert_eq!(code(json!([part(1, &one), part(2, &small), part(3, &three)])), "EntityTooSmall");
    let listed = ok(&world, &admin, "s3:ListParts", json!({"Bucket": BUCKET, "Key": "big", "UploadId": id, "MaxParts": 2}));
    assert_eq!(
        (&listed["IsTruncated"], &listed["NextPartNumberMarker"], &listed["Parts"][0]["Size"]),
        (&json!(true), &json!(2), &json!(5 << 20))
    );
    let uploads = ok(&world, &admin, "s3:ListMultipartUploads", json!({"Bucket": BUCKET}));
    assert_eq!(uploads["Uploads"][0]["UploadId"], id);

    let done = complete(json!([part(1, &one), part(3, &three)])).unwrap();
    assert!(done["ETag"].as_str().unwrap().ends_with("-2\""), "{done}");
    let (output, bytes) =
        world.receive(&admin, "s3:GetObject", json!({"Bucket": BUCKET, "Key": "big", "Range": "bytes=5242878-5242881"})).unwrap();
    assert_eq!(
        (bytes.as_slice(), &output["ContentRange"], &output["ContentType"]),
        (&b"aabb"[..], &json!("bytes 5242878-5242881/5312880"), &json!("x/y"))
    );
    let (output, bytes) = world.receive(&admin, "s3:GetObject", json!({"Bucket": BUCKET, "Key": "big", "PartNumber": 2})).unwrap();
    assert_eq!((bytes == second, &output["PartsCount"]), (true, &json!(2)));
    assert_eq!(get(&world, &admin, "big"), [first, second].concat());
    assert_eq!(fails(&world, &admin, "s3:ListParts", json!({"Bucket": BUCKET, "Key": "big", "UploadId": id})).code, "NoSuchUpload");

    // A copy is one piece, and whole without its source.
    ok(&world, &admin, "s3:CopyObject", json!({"Bucket": BUCKET, "Key": "copy", "CopySource": format!("/{BUCKET}/big")}));
    ok(&world, &admin, "s3:DeleteObject", json!({"Bucket": BUCKET, "Key": "big"}));
    assert_eq!(get(&world, &admin, "copy").len(), 5_312_880);
    let tags = ok(&world, &admin, "s3:GetObjectTagging", json!({"Bucket": BUCKET, "Key": "copy"}));
    assert_eq!(tags["TagSet"], json!([{"Key": "a", "Value": "b"}]));
}

#[test]
fn what_is_not_there_is_refused_by_name() {
    let (world, admin) = with_bucket();
    for (operation, member, value) in [
        ("s3:PutObject", "SSECustomerAlgorithm", json!("AES256")),
        ("s3:PutObject", "StorageClass", json!("GLACIER")),
        ("s3:PutObject", "ServerSideEncryption", json!("aws:kms:dsse")),
        ("s3:PutBucketOwnershipControls", "OwnershipControls", json!({"Rules": [{"ObjectOwnership": "ObjectWriter"}]})),
    ] {
        let error = fails(&world, &admin, operation, json!({"Bucket": BUCKET, "Key": "a", member: value}));
        assert_eq!((error.code.as_ref(), error.status), ("NotImplemented", 501), "{operation} {member}");
    }
    let refused = fails(&world, &admin, "s3:PutObject", json!({"Bucket": BUCKET, "Key": "a", "ACL": "public-read"}));
    assert_eq!(refused.code, "AccessControlListNotSupported");
    ok(&world, &admin, "s3:PutObject", json!({"Bucket": BUCKET, "Key": "a", "ACL": "bucket-owner-full-control"}));
}
