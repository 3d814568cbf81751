//! Buckets have a region each, and their names are one in all of them.

use base::Clock;
use serde_json::{Value, json};
use testworld::{Credentials, World, fails, ok};

const DEV: &str = "111111111111";
const HERE: &str = "us-east-1";
const THERE: &str = "eu-west-1";

fn world() -> (World, Credentials) {
    let world = World::new(vec![iam::service(), sts::service(), kms::service(), s3::service()], &[DEV]);
    let admin = world.administrator(DEV);
    (world, admin)
}

fn made(world: &World, who: &Credentials, region: &str, bucket: &str) {
    let place = json!({"Bucket": bucket, "CreateBucketConfiguration": {"LocationConstraint": region}});
    let input = if region == HERE { json!({"Bucket": bucket}) } else { place };
    world.call_in(region, who, "s3:CreateBucket", input).expect("a bucket");
}

#[test]
fn a_bucket_is_in_the_region_that_it_was_made_for() {
    let (world, admin) = world();
    let from_global = json!({"Bucket": "placed", "CreateBucketConfiguration": {"LocationConstraint": THERE}});
    ok(&world, &admin, "s3:CreateBucket", from_global);
    let nowhere = json!({"Bucket": "nowhere", "CreateBucketConfiguration": {"LocationConstraint": "mars-1"}});
    assert_eq!(fails(&world, &admin, "s3:CreateBucket", nowhere).code, "InvalidLocationConstraint");
    let code = |region: &str, input: Value| world.call_in(region, &admin, "s3:CreateBucket", input).unwrap_err().code;
    assert_eq!(code(THERE, json!({"Bucket": "unsaid"})), "IllegalLocationConstraintException");
    let other = json!({"Bucket": "unsaid", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-2"}});
    assert_eq!(code(THERE, other), "IllegalLocationConstraintException");
    for region in [HERE, THERE] {
        let place = world.call_in(region, &admin, "s3:GetBucketLocation", json!({"Bucket": "placed"})).expect("its location");
        assert_eq!(place["LocationConstraint"], THERE);
        let listed = world.call_in(region, &admin, "s3:ListBuckets", json!({})).expect("the buckets");
        assert_eq!(listed["Buckets"][0]["BucketRegion"], THERE);
    }
    let elsewhere = world.call_in(HERE, &admin, "s3:HeadBucket", json!({"Bucket": "placed"})).unwrap_err();
    assert_eq!((&*elsewhere.code, elsewhere.status), ("PermanentRedirect", 301));
    assert_eq!(elsewhere.members["Region"], THERE);
    let found = world.call_in(THERE, &admin, "s3:HeadBucket", json!({"Bucket": "placed"})).expect("a bucket");
    assert_eq!(found["BucketRegion"], THERE);
}

#[test]
fn keys_are_of_the_buckets_region() {
    let (world, admin) = world();
    made(&world, &admin, HERE, "here");
    made(&world, &admin, THERE, "there");
    let key = |region: &str| world.call_in(region, &admin, "kms:CreateKey", json!({})).expect("a key")["KeyMetadata"]["Arn"].clone();
    let (here, there) = (key(HERE), key(THERE));
    let put = |region: &str, bucket: &str, key: &Value| {
        let input = json!({"Bucket": bucket, "Key": "a", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key});
        let mut request = world.request_signed(Some(&admin), "s3:PutObject", input, Some(b"one".to_vec()), (region, world.clock.now()));
        request.context.transport.signature_version = Some("AWS4-HMAC-SHA256");
        world.gate.call_blocking(&request).map(|answer| answer.output)
    };
    put(HERE, "here", &here).expect("an object");
    put(THERE, "there", &there).expect("an object");
    assert_eq!(put(THERE, "there", &here).unwrap_err().code, "KMS.NotFoundException");
    // A copy is asked of its destination, and reads its source where that is.
    let copy = json!({"Bucket": "there", "Key": "copied", "CopySource": "here/a"});
    world.call_in(THERE, &admin, "s3:CopyObject", copy.clone()).expect("a copy");
    assert_eq!(world.call_in(HERE, &admin, "s3:CopyObject", copy).unwrap_err().code, "PermanentRedirect");
}
