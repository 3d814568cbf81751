//! Each region has keys and aliases of its own.

use serde_json::json;
use testworld::{World, ok};

const DEV: &str = "111111111111";
const THERE: &str = "eu-west-1";

#[test]
fn keys_stay_in_their_region() {
    let world = World::new(vec![iam::service(), sts::service(), kms::service()], &[DEV]);
    let admin = world.administrator(DEV);
    let there = |operation: &str, input| world.call_in(THERE, &admin, operation, input);
    let own = ok(&world, &admin, "kms:CreateKey", json!({"Description": "here"}))["KeyMetadata"].clone();
    let other = there("kms:CreateKey", json!({"Description": "there"})).expect("a key")["KeyMetadata"].clone();
    assert_eq!(other["Arn"].as_str().unwrap().split(':').nth(3), Some(THERE));
    ok(&world, &admin, "kms:CreateAlias", json!({"AliasName": "alias/shop", "TargetKeyId": own["KeyId"]}));
    there("kms:CreateAlias", json!({"AliasName": "alias/shop", "TargetKeyId": other["KeyId"]})).expect("the same name");
    let described = there("kms:DescribeKey", json!({"KeyId": "alias/shop"})).expect("the region's own");
    assert_eq!(described["KeyMetadata"]["Description"], "there");
    let listed = there("kms:ListKeys", json!({})).expect("keys");
    assert_eq!(listed["Keys"].as_array().map(Vec::len), Some(1));
    assert_eq!(there("kms:DescribeKey", json!({"KeyId": own["KeyId"]})).unwrap_err().code, "NotFoundException");
    let refused = there("kms:Encrypt", json!({"KeyId": own["Arn"], "Plaintext": "AAAA"})).unwrap_err();
    assert_eq!((&*refused.code, &*refused.message), ("NotFoundException", "Invalid arn us-east-1"));
    let sealed = there("kms:Encrypt", json!({"KeyId": "alias/shop", "Plaintext": "AAAA"})).expect("a ciphertext");
    assert!(world.call(Some(&admin), "kms:Decrypt", json!({"CiphertextBlob": sealed["CiphertextBlob"]})).is_err());
    // What no region is, no call is for.
    let mars = world.call_in("mars-1", &admin, "kms:ListKeys", json!({})).unwrap_err();
    assert!(mars.message.starts_with("Credential should be scoped to a valid region"), "{mars}");
    // Global services count their calls in one region.
    world.call_in(THERE, &admin, "iam:ListRoles", json!({})).expect("roles");
    let record = world.records().pop().expect("a record");
    assert_eq!(record.event["awsRegion"], "us-east-1");
}
