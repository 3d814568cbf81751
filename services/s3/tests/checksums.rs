//! Checksums: of objects, of parts, of what parts make, and wrong ones.

mod common;

use common::{BUCKET, with_bucket};
use gate::Error;
use serde_json::{Value, json};
use testworld::{Credentials, World, fails, ok};
use wire::checksum::{Algorithm, Checksum};

fn object(key: &str, more: Value) -> Value {
    let mut input = json!({"Bucket": BUCKET, "Key": key});
    if let (Some(input), Value::Object(more)) = (input.as_object_mut(), more) {
        input.extend(more);
    }
    input
}

fn send(world: &World, who: &Credentials, operation: &str, input: Value, body: &[u8]) -> Result<Value, Error> {
    world.send(who, operation, input, body)
}

#[test]
fn each_kind_is_verified_kept_and_told_to_who_asks() {
    let (world, admin) = with_bucket();
    for algorithm in Algorithm::ALL {
        let (member, value) = (algorithm.member(), Checksum::of(algorithm, b"artifact"));
        let put = send(&world, &admin, "s3:PutObject", object("a", json!({member: value})), b"artifact").unwrap();
        assert_eq!((&put[member], &put["ChecksumType"]), (&json!(value), &json!("FULL_OBJECT")));
        let wrong = json!({member: Checksum::of(algorithm, b"artefact")});
        let refused = send(&world, &admin, "s3:PutObject", object("a", wrong), b"artifact").unwrap_err();
        assert_eq!(refused.code, "BadDigest");
        assert!(refused.message.contains(algorithm.name()), "{refused}");
        let head = ok(&world, &admin, "s3:HeadObject", object("a", json!({"ChecksumMode": "ENABLED"})));
        assert_eq!((&head[member], &head["ChecksumType"]), (&json!(value), &json!("FULL_OBJECT")));
        assert_eq!(ok(&world, &admin, "s3:HeadObject", object("a", json!({})))[member], Value::Null);
        let range = ok(&world, &admin, "s3:GetObject", object("a", json!({"ChecksumMode": "ENABLED", "Range": "bytes=0-1"})));
        assert_eq!(range[member], Value::Null, "that of the whole says nothing of a range");
        let listed = ok(&world, &admin, "s3:ListObjectsV2", json!({"Bucket": BUCKET}));
        assert_eq!(listed["Contents"][0]["ChecksumAlgorithm"], json!([algorithm.name()]));
        let asked = json!({"ObjectAttributes": ["Checksum", "ObjectSize", "ETag", "ObjectParts"]});
        let attributes = ok(&world, &admin, "s3:GetObjectAttributes", object("a", asked));
        assert_eq!(attributes["Checksum"], json!({member: value, "ChecksumType": "FULL_OBJECT"}));
        assert_eq!((&attributes["ObjectSize"], &attributes["ObjectParts"]), (&json!(8), &Value::Null));
        assert_eq!(attributes["ETag"], json!("8e5b948a454515dbabfc7eb718daa52f"), "without quotes");
    }
    // Nobody asked: S3's own choice.
    send(&world, &admin, "s3:PutObject", object("b", json!({})), b"artifact").unwrap();
    let head = ok(&world, &admin, "s3:HeadObject", object("b", json!({"ChecksumMode": "ENABLED"})));
    assert_eq!(head["ChecksumCRC64NVME"], json!(Checksum::of(Algorithm::Crc64Nvme, b"artifact")));
    let two = json!({"ChecksumSHA1": Checksum::of(Algorithm::Sha1, b"x"), "ChecksumCRC32": Checksum::of(Algorithm::Crc32, b"x")});
    assert_eq!(send(&world, &admin, "s3:PutObject", object("c", two), b"x").unwrap_err().code, "InvalidRequest");
    let malformed = json!({"ChecksumSHA1": "AA=="});
    assert_eq!(send(&world, &admin, "s3:PutObject", object("c", malformed), b"x").unwrap_err().code, "InvalidRequest");
    let other = json!({"ChecksumAlgorithm": "SHA256", "ChecksumCRC32": Checksum::of(Algorithm::Crc32, b"x")});
    assert_eq!(send(&world, &admin, "s3:PutObject", object("c", other), b"x").unwrap_err().code, "InvalidRequest");
    assert_eq!(fails(&world, &admin, "s3:HeadObject", object("c", json!({}))).code, "NoSuchKey");
}

struct Upload<'w> {
    world: &'w World,
    admin: &'w Credentials,
    id: Value,
}

impl<'w> Upload<'w> {
    fn begin(world: &'w World, admin: &'w Credentials, more: Value) -> Self {
        let id = ok(world, admin, "s3:CreateMultipartUpload", object("big", more))["UploadId"].clone();
        Self { world, admin, id }
    }
    fn part(&self, number: u64, more: Value, body: &[u8]) -> Result<Value, Error> {
        let mut input = object("big", more);
        (input["UploadId"], input["PartNumber"]) = (self.id.clone(), json!(number));
        send(self.world, self.admin, "s3:UploadPart", input, body)
    }
    fn complete(&self, parts: &[Value], more: Value) -> Result<Value, Error> {
        let mut input = object("big", more);
        (input["UploadId"], input["MultipartUpload"]) = (self.id.clone(), json!({"Parts": parts}));
        self.world.call(Some(self.admin), "s3:CompleteMultipartUpload", input)
    }
}

/// The part as a list of parts names it.
fn named(number: u64, answer: &Value) -> Value {
    let told = answer.as_object().unwrap().iter().filter(|(name, _)| *name == "ETag" || name.starts_with("Checksum"));
    let mut part: Value = told.filter(|(name, _)| *name != "ChecksumType").map(|(k, v)| (k.clone(), v.clone())).collect();
    part["PartNumber"] = json!(number);
    part
}

#[test]
fn crcs_of_parts_make_that_of_the_whole_object() {
    let (world, admin) = with_bucket();
    let (first, second) = (vec![b'a'; 5 << 20], b"the end".to_vec());
    let whole = [first.clone(), second.clone()].concat();
    for algorithm in [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme] {
        let member = algorithm.member();
        let upload = Upload::begin(&world, &admin, json!({"ChecksumAlgorithm": algorithm.name(), "ChecksumType": "FULL_OBJECT"}));
        let one = upload.part(1, json!({member: Checksum::of(algorithm, &first)}), &first).unwrap();
        assert_eq!(upload.part(2, json!({member: Checksum::of(algorithm, b"x")}), &second).unwrap_err().code, "BadDigest");
        let mismatch = upload.part(2, json!({"ChecksumSHA1": Checksum::of(Algorithm::Sha1, &second)}), &second).unwrap_err();
        assert!(mismatch.message.contains("actual checksum Type: sha1"), "{mismatch}");
        let two = upload.part(2, json!({}), &second).unwrap();
        assert_eq!(two[member], json!(Checksum::of(algorithm, &second)), "computed where it was not sent");
        let parts = [named(1, &one), json!({"PartNumber": 2, "ETag": two["ETag"]})];
        let wrong = upload.complete(&parts, json!({member: Checksum::of(algorithm, &first)})).unwrap_err();
        assert_eq!(wrong.code, "BadDigest");
        assert_eq!(upload.complete(&parts, json!({"ChecksumType": "COMPOSITE"})).unwrap_err().code, "InvalidRequest");
        assert_eq!(upload.complete(&parts, json!({"MpuObjectSize": 1})).unwrap_err().code, "InvalidRequest");
        let size = whole.len();
        let done = upload.complete(&parts, json!({member: Checksum::of(algorithm, &whole), "MpuObjectSize": size})).unwrap();
        assert_eq!((&done[member], &done["ChecksumType"]), (&json!(Checksum::of(algorithm, &whole)), &json!("FULL_OBJECT")));
    }
    // Without an algorithm S3 computes its own, of the whole.
    let upload = Upload::begin(&world, &admin, json!({}));
    let one = upload.part(1, json!({"ChecksumCRC32": Checksum::of(Algorithm::Crc32, &first)}), &first).unwrap();
    let two = upload.part(2, json!({}), &second).unwrap();
    upload.complete(&[named(1, &one), named(2, &two)], json!({})).unwrap();
    let head = ok(&world, &admin, "s3:HeadObject", object("big", json!({"ChecksumMode": "ENABLED"})));
    assert_eq!(head["ChecksumCRC64NVME"], json!(Checksum::of(Algorithm::Crc64Nvme, &whole)));
}

#[test]
fn composite_checksums_are_of_the_parts() {
    let (world, admin) = with_bucket();
    let upload = Upload::begin(&world, &admin, json!({"ChecksumAlgorithm": "SHA256"}));
    let (first, second) = (vec![b'a'; 5 << 20], b"the end".to_vec());
    let sum = |bytes: &[u8]| json!({"ChecksumSHA256": Checksum::of(Algorithm::Sha256, bytes)});
    let one = upload.part(2, sum(&first), &first).unwrap();
    let silent = upload.part(5, json!({}), &second).unwrap_err();
    assert!(silent.message.contains("expected checksum Type: sha256, actual checksum Type: null"), "{silent}");
    let two = upload.part(5, sum(&second), &second).unwrap();
    let listed = ok(&world, &admin, "s3:ListParts", object("big", json!({"UploadId": upload.id})));
    assert_eq!(
        (&listed["ChecksumAlgorithm"], &listed["ChecksumType"], &listed["Parts"][1]["ChecksumSHA256"]),
        (&json!("SHA256"), &json!("COMPOSITE"), &two["ChecksumSHA256"])
    );
    let missing = [named(2, &one), json!({"PartNumber": 5, "ETag": two["ETag"]})];
    let refused = upload.complete(&missing, json!({})).unwrap_err();
    assert!(refused.message.contains("missing for part 5"), "{refused}");
    let mut wrong = named(5, &two);
    wrong["ChecksumSHA256"] = one["ChecksumSHA256"].clone();
    assert_eq!(upload.complete(&[named(2, &one), wrong], json!({})).unwrap_err().code, "InvalidPart");
    let done = upload.complete(&[named(2, &one), named(5, &two)], json!({})).unwrap();
    let mut of_parts = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    of_parts.update(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &first).as_ref());
    of_parts.update(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &second).as_ref());
    let expected = format!("{}-2", serde_json::to_value(base::Blob(of_parts.finish().as_ref().to_vec())).unwrap().as_str().unwrap());
    assert_eq!((&done["ChecksumSHA256"], &done["ChecksumType"]), (&json!(expected), &json!("COMPOSITE")));

    let asked = json!({"ObjectAttributes": ["ObjectParts"], "MaxParts": 1});
    let attributes = ok(&world, &admin, "s3:GetObjectAttributes", object("big", asked));
    let parts = &attributes["ObjectParts"];
    assert_eq!((&parts["TotalPartsCount"], &parts["IsTruncated"], &parts["NextPartNumberMarker"]), (&json!(2), &json!(true), &json!(2)));
    assert_eq!((&parts["Parts"][0]["Size"], &parts["Parts"][0]["ChecksumSHA256"]), (&json!(5 << 20), &one["ChecksumSHA256"]));
    let second_page = json!({"ObjectAttributes": ["ObjectParts"], "PartNumberMarker": 2});
    let parts = ok(&world, &admin, "s3:GetObjectAttributes", object("big", second_page))["ObjectParts"].clone();
    assert_eq!((&parts["IsTruncated"], &parts["Parts"][0]["PartNumber"]), (&json!(false), &json!(5)));
    let by_part = ok(&world, &admin, "s3:HeadObject", object("big", json!({"PartNumber": 2, "ChecksumMode": "ENABLED"})));
    assert_eq!((&by_part["ChecksumSHA256"], &by_part["PartsCount"]), (&two["ChecksumSHA256"], &json!(2)));

    // A copy is one piece, with a checksum of its own: of the same kind, or of the one that is asked for.
    let source = format!("{BUCKET}/big");
    let copy = ok(&world, &admin, "s3:CopyObject", object("copy", json!({"CopySource": source})));
    let whole = [first, second].concat();
    let result = &copy["CopyObjectResult"];
    assert_eq!(result["ChecksumSHA256"], json!(Checksum::of(Algorithm::Sha256, &whole)));
    assert_eq!(result["ChecksumType"], "FULL_OBJECT");
    let copy = ok(&world, &admin, "s3:CopyObject", object("copy", json!({"CopySource": source, "ChecksumAlgorithm": "CRC32C"})));
    assert_eq!(copy["CopyObjectResult"]["ChecksumCRC32C"], json!(Checksum::of(Algorithm::Crc32c, &whole)));

    for (algorithm, kind) in [("CRC64NVME", "COMPOSITE"), ("SHA1", "FULL_OBJECT"), ("MD5", "COMPOSITE")] {
        let input = object("big", json!({"ChecksumAlgorithm": algorithm, "ChecksumType": kind}));
        assert_eq!(fails(&world, &admin, "s3:CreateMultipartUpload", input).code, "InvalidRequest", "{algorithm} {kind}");
    }
    assert_eq!(fails(&world, &admin, "s3:GetObjectAttributes", object("big", json!({}))).code, "InvalidRequest");
    let unknown = object("big", json!({"ObjectAttributes": ["Colour"]}));
    assert_eq!(fails(&world, &admin, "s3:GetObjectAttributes", unknown).code, "InvalidArgument");
}
