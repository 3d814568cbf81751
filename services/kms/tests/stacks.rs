//! The resource types, as CloudFormation uses them.
#![allow(dead_code, reason = "the world is shared with other tests")]

#[path = "../../iam/tests/world/mod.rs"]
mod world;

use serde_json::{Value, json};
use world::{REGION, TOOLS, World};

fn policy(action: &str) -> Value {
    json!({"Version": "2012-10-17", "Id": "key", "Statement": [
        {"Sid": "Enable IAM User Permissions", "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{TOOLS}:root")}, "Action": "kms:*", "Resource": "*"},
        {"Sid": "Service", "Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": action, "Resource": "*"},
    ]})
}

#[test]
fn a_key_and_its_alias_live_with_their_stack() {
    let world = World::new([iam::service(), kms::service(), sts::service()]);
    world.stack_role();
    let admin = world.administrator(TOOLS);
    let old = json!({"Description": "first", "Enabled": true, "KeyUsage": "ENCRYPT_DECRYPT", "KeySpec": "SYMMETRIC_DEFAULT", "EnableKeyRotation": "true",
        "KeyPolicy": policy("kms:Decrypt").to_string(), "Tags": [{"Key": "team", "Value": "x"}]});
    let made = world.create("AWS::KMS::Key", &old).unwrap();
    assert_eq!(made.attributes["Arn"], format!("arn:aws:kms:{REGION}:{TOOLS}:key/{}", made.id));
    let alias = json!({"AliasName": "alias/pipeline-key", "TargetKeyId": made.id});
    assert_eq!(world.create("AWS::KMS::Alias", &alias).unwrap().id, "alias/pipeline-key");
    let (id, alias_id) = (json!({"KeyId": made.id}), json!({"KeyId": "alias/pipeline-key"}));
    assert_eq!(world.ok(&admin, "kms:GetKeyRotationStatus", id.clone())["KeyRotationEnabled"], true);

    let new = json!({"Description": "second", "Enabled": "false", "KeyPolicy": policy("kms:Encrypt"), "EnableKeyRotation": false});
    assert_eq!(world.update("AWS::KMS::Key", &made.id, &old, &new).unwrap().id, made.id);
    let metadata = world.ok(&admin, "kms:DescribeKey", id.clone())["KeyMetadata"].clone();
    assert_eq!((&metadata["Description"], &metadata["KeyState"]), (&json!("second"), &json!("Disabled")));
    assert_eq!(world.ok(&admin, "kms:GetKeyPolicy", id.clone())["Policy"], policy("kms:Encrypt").to_string());
    assert_eq!(world.ok(&admin, "kms:GetKeyRotationStatus", id.clone())["KeyRotationEnabled"], false);
    assert_eq!(world.ok(&admin, "kms:ListResourceTags", id.clone())["Tags"], json!([]));

    let other = world.create("AWS::KMS::Key", &json!({})).unwrap();
    world
        .update("AWS::KMS::Alias", "alias/pipeline-key", &alias, &json!({"AliasName": "alias/pipeline-key", "TargetKeyId": other.id}))
        .unwrap();
    assert_eq!(world.ok(&admin, "kms:DescribeKey", alias_id.clone())["KeyMetadata"]["KeyId"], other.id);
    world.delete("AWS::KMS::Alias", "alias/pipeline-key", &alias).unwrap();
    world.delete("AWS::KMS::Alias", "alias/pipeline-key", &alias).unwrap();
    assert_eq!(world.fails(&admin, "kms:DescribeKey", alias_id), "NotFoundException");
    for _ in 0..2 {
        world.delete("AWS::KMS::Key", &made.id, &json!({"PendingWindowInDays": 7})).unwrap();
    }
    assert_eq!(world.ok(&admin, "kms:DescribeKey", json!({"KeyId": made.id}))["KeyMetadata"]["KeyState"], "PendingDeletion");
    assert_eq!(world.create("AWS::KMS::Key", &json!({"MultiRegion": true})).unwrap_err().code, "NotImplemented");
}

#[test]
fn what_a_key_is_stays() {
    let world = World::new([iam::service(), kms::service(), sts::service()]);
    world.stack_role();
    let admin = world.administrator(TOOLS);
    let old = json!({"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"});
    let made = world.create("AWS::KMS::Key", &old).unwrap();
    for (name, value) in [("KeySpec", "RSA_3072"), ("KeyUsage", "ENCRYPT_DECRYPT"), ("Origin", "EXTERNAL"), ("MultiRegion", "true")] {
        let mut new = old.clone();
        new[name] = value.into();
        assert_eq!(world.update("AWS::KMS::Key", &made.id, &old, &new).unwrap_err().code, "InvalidRequest", "{name}");
    }
    // Rotations that were off and stay off are not for pairs to refuse.
    let mut new = old.clone();
    (new["EnableKeyRotation"], new["Origin"], new["Description"]) = (false.into(), "AWS_KMS".into(), "of releases".into());
    world.update("AWS::KMS::Key", &made.id, &old, &new).unwrap();
    assert_eq!(world.ok(&admin, "kms:DescribeKey", json!({"KeyId": made.id}))["KeyMetadata"]["Description"], "of releases");

    let old = json!({"EnableKeyRotation": true, "RotationPeriodInDays": "120"});
    let made = world.create("AWS::KMS::Key", &old).unwrap();
    let period = || world.ok(&admin, "kms:GetKeyRotationStatus", json!({"KeyId": made.id}))["RotationPeriodInDays"].clone();
    assert_eq!(period(), 120);
    world.update("AWS::KMS::Key", &made.id, &old, &json!({"EnableKeyRotation": true})).unwrap();
    assert_eq!(period(), 365);
    assert!(world.create("AWS::KMS::Key", &json!({"EnableKeyRotation": true, "RotationPeriodInDays": 30})).is_err());
    let external = world.create("AWS::KMS::Key", &json!({"Origin": "EXTERNAL"})).unwrap();
    assert_eq!(world.ok(&admin, "kms:DescribeKey", json!({"KeyId": external.id}))["KeyMetadata"]["KeyState"], "PendingImport");
}
