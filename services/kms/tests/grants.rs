//! Grants and the decisions about them: who they name, who may pass them on, retire them, and what a dry run tells.
#![allow(dead_code, reason = "the world is shared with other tests")]

#[path = "../../iam/tests/world/mod.rs"]
mod world;

use serde_json::{Value, json};
use world::{Credentials, PROD, TOOLS, World};

const TEXT: &str = "dGV4dA==";

fn world() -> World {
    World::new([iam::service(), kms::service(), s3::service(), sts::service()])
}

fn root(account: &str) -> Value {
    json!({"AWS": format!("arn:aws:iam::{account}:root")})
}

fn session(world: &World, account: &str, name: &str, policy: Option<Value>) -> (Credentials, String) {
    let admin = world.administrator(account);
    let role = world.role(&admin, name, root(account), policy);
    (world.assume(&admin, &role).unwrap(), role)
}

fn key_of(world: &World, admin: &Credentials) -> String {
    world.ok(admin, "kms:CreateKey", json!({}))["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
}

#[test]
fn who_administers_a_key_is_not_held_by_a_grant_beside() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let arn = key_of(&world, &admin);
    let role = format!("arn:aws:iam::{TOOLS}:role/OrganizationAccountAccessRole");
    let own = json!({"KeyId": arn, "GranteePrincipal": role, "RetiringPrincipal": role, "Operations": ["CreateGrant", "Decrypt"]});
    world.ok(&admin, "kms:CreateGrant", own);
    // The key policy lets it do both, whatever the grant says.
    let (_, other) = session(&world, TOOLS, "Other", None);
    let made = world.ok(&admin, "kms:CreateGrant", json!({"KeyId": arn, "GranteePrincipal": other, "Operations": ["Encrypt"]}));
    world.ok(&admin, "kms:RetireGrant", json!({"KeyId": arn, "GrantId": made["GrantId"]}));
}

#[test]
fn a_grant_may_name_one_session() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let arn = key_of(&world, &admin);
    let (_, role) = session(&world, TOOLS, "Build", None);
    let named = |name: &str| {
        let made = world.ok(&admin, "sts:AssumeRole", json!({"RoleArn": role, "RoleSessionName": name}));
        let text = |member: &str| made["Credentials"][member].as_str().unwrap().to_owned();
        Credentials {
            access_key_id: text("AccessKeyId"),
            secret_access_key: base::Secret::new(text("SecretAccessKey")),
            session_token: Some(base::Secret::new(text("SessionToken"))),
        }
    };
    let grantee = format!("arn:aws:sts::{TOOLS}:assumed-role/Build/one");
    world.ok(&admin, "kms:CreateGrant", json!({"KeyId": arn, "GranteePrincipal": grantee, "Operations": ["Encrypt"]}));
    let encrypt = json!({"KeyId": arn, "Plaintext": TEXT});
    world.ok(&named("one"), "kms:Encrypt", encrypt.clone());
    world.denied(&named("two"), "kms:Encrypt", encrypt.clone());
    assert_eq!(world.ok(&admin, "kms:ListGrants", json!({"KeyId": arn}))["Grants"][0]["GranteePrincipal"], grantee);
    // A session of a role that was made again is another's.
    world.ok(&admin, "iam:DeleteRole", json!({"RoleName": "Build"}));
    session(&world, TOOLS, "Build", None);
    world.denied(&named("one"), "kms:Encrypt", encrypt);
    for nobody in ["arn:aws:iam::222222222222:role/None", "arn:aws:iam::222222222222:group/G", "s3.amazonaws.com", "222222222222"] {
        let input = json!({"KeyId": arn, "GranteePrincipal": nobody, "Operations": ["Encrypt"]});
        assert_eq!(world.fails(&admin, "kms:CreateGrant", input), "InvalidArnException", "{nobody}");
    }
}

#[test]
fn across_accounts_a_grant_and_its_token_suffice() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let arn = key_of(&world, &admin);
    let allow = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": arn}});
    let (deploy, role) = session(&world, PROD, "Deploy", Some(allow));
    let blob = world.ok(&admin, "kms:Encrypt", json!({"KeyId": arn, "Plaintext": TEXT}))["CiphertextBlob"].clone();
    let decrypt = |tokens: Value| json!({"CiphertextBlob": blob, "GrantTokens": tokens});
    world.denied(&deploy, "kms:Decrypt", decrypt(json!([])));
    let grant = json!({"KeyId": arn, "GranteePrincipal": role, "Operations": ["Decrypt", "DescribeKey", "RetireGrant"]});
    let made = world.ok(&admin, "kms:CreateGrant", grant);
    assert_eq!(world.ok(&deploy, "kms:Decrypt", decrypt(json!([made["GrantToken"]])))["Plaintext"], TEXT);
    world.ok(&deploy, "kms:DescribeKey", json!({"KeyId": arn, "GrantTokens": [made["GrantToken"]]}));
    assert_eq!(world.fails(&deploy, "kms:Decrypt", decrypt(json!(["junk"]))), "InvalidGrantTokenException");
    assert_eq!(world.fails(&deploy, "kms:Decrypt", decrypt(json!(vec![&made["GrantToken"]; 11]))), "ValidationException");
    // Its grantee may give it back, by ids.
    world.ok(&deploy, "kms:RetireGrant", json!({"KeyId": arn, "GrantId": made["GrantId"]}));
    world.denied(&deploy, "kms:Decrypt", decrypt(json!([made["GrantToken"]])));
}

#[test]
fn conditions_see_what_a_grant_gives() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let arn = key_of(&world, &admin);
    let (_, grantee) = session(&world, TOOLS, "Grantee", None);
    let may = |name: &str, condition: Value| {
        let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["kms:CreateGrant", "kms:RetireGrant"],
            "Resource": "*", "Condition": condition}});
        session(&world, TOOLS, name, Some(policy)).0
    };
    let grant = json!({"KeyId": arn, "GranteePrincipal": grantee, "Operations": ["Decrypt"],
        "Constraints": {"EncryptionContextSubset": {"stage": "prod"}}});
    let mut plain = grant.clone();
    plain["Constraints"] = Value::Null;
    for (name, condition) in [
        (
            "ByOperations",
            json!({"ForAllValues:StringEquals": {"kms:GrantOperations": ["Decrypt", "Encrypt"]},
            "StringEquals": {"kms:GranteePrincipal": grantee, "kms:GrantConstraintType": "EncryptionContextSubset"}}),
        ),
        (
            "ByContext",
            json!({"StringEquals": {"kms:EncryptionContext:stage": "prod"}, "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["stage"]},
            "Null": {"kms:EncryptionContextKeys": "false", "kms:RetiringPrincipal": "true"}}),
        ),
    ] {
        let who = may(name, condition);
        let made = world.ok(&who, "kms:CreateGrant", grant.clone());
        world.denied(&who, "kms:CreateGrant", plain.clone());
        if name == "ByContext" {
            world.ok(&who, "kms:RetireGrant", json!({"GrantToken": made["GrantToken"]}));
        }
    }
    // A service alone makes grants for what it manages.
    let for_services = may("ForServices", json!({"Bool": {"kms:GrantIsForAWSResource": "true"}}));
    world.denied(&for_services, "kms:CreateGrant", plain);
    let many: serde_json::Map<String, Value> = (0..9).map(|n| (format!("k{n}"), json!("v"))).collect();
    let mut crowded = grant;
    crowded["Constraints"] = json!({"EncryptionContextSubset": many});
    assert_eq!(world.fails(&admin, "kms:CreateGrant", crowded), "ValidationException");
}

#[test]
fn a_dry_run_decides_and_does_nothing() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let arn = key_of(&world, &admin);
    let pair =
        world.ok(&admin, "kms:CreateKey", json!({"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}))["KeyMetadata"]["Arn"].clone();
    let mac =
        world.ok(&admin, "kms:CreateKey", json!({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}))["KeyMetadata"]["Arn"].clone();
    let agreement =
        world.ok(&admin, "kms:CreateKey", json!({"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"}))["KeyMetadata"]["Arn"].clone();
    let public = world.ok(&admin, "kms:GetPublicKey", json!({"KeyId": agreement}))["PublicKey"].clone();
    let blob = world.ok(&admin, "kms:Encrypt", json!({"KeyId": arn, "Plaintext": TEXT}))["CiphertextBlob"].clone();
    let (outsider, role) = session(&world, TOOLS, "Outsider", None);
    let grant = world.ok(&admin, "kms:CreateGrant", json!({"KeyId": arn, "GranteePrincipal": role, "Operations": ["DescribeKey"]}));
    let signature = json!({"KeyId": pair, "Message": TEXT, "SigningAlgorithm": "ECDSA_SHA_256"});
    let mut verify = signature.clone();
    verify["Signature"] = "AAAA".into();
    for (operation, mut input) in [
        ("CreateGrant", json!({"KeyId": arn, "GranteePrincipal": role, "Operations": ["Decrypt"]})),
        ("Decrypt", json!({"CiphertextBlob": blob})),
        ("Decrypt", json!({"KeyId": arn, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]})),
        ("DeriveSharedSecret", json!({"KeyId": agreement, "KeyAgreementAlgorithm": "ECDH", "PublicKey": public})),
        ("Encrypt", json!({"KeyId": arn, "Plaintext": TEXT})),
        ("GenerateDataKey", json!({"KeyId": arn, "KeySpec": "AES_256"})),
        ("GenerateDataKeyPair", json!({"KeyId": arn, "KeyPairSpec": "RSA_2048"})),
        ("GenerateDataKeyPairWithoutPlaintext", json!({"KeyId": arn, "KeyPairSpec": "RSA_2048"})),
        ("GenerateDataKeyWithoutPlaintext", json!({"KeyId": arn, "NumberOfBytes": 64})),
        ("GenerateMac", json!({"KeyId": mac, "Message": TEXT, "MacAlgorithm": "HMAC_SHA_256"})),
        ("ReEncrypt", json!({"CiphertextBlob": blob, "DestinationKeyId": arn})),
        ("ReEncrypt", json!({"SourceKeyId": arn, "DestinationKeyId": arn, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]})),
        ("RetireGrant", json!({"KeyId": arn, "GrantId": grant["GrantId"]})),
        ("RevokeGrant", json!({"KeyId": arn, "GrantId": grant["GrantId"]})),
        ("Sign", signature),
        ("Verify", verify),
        ("VerifyMac", json!({"KeyId": mac, "Message": TEXT, "Mac": "AAAA", "MacAlgorithm": "HMAC_SHA_256"})),
    ] {
        input["DryRun"] = true.into();
        let operation = format!("kms:{operation}");
        let error = world.call(&admin, &operation, input.clone()).unwrap_err();
        assert_eq!((&*error.code, error.status), ("DryRunOperationException", 412), "{operation}: {}", error.message);
        world.denied(&outsider, &operation, input);
    }
    assert_eq!(world.ok(&admin, "kms:ListGrants", json!({"KeyId": arn}))["Grants"].as_array().unwrap().len(), 1);
    let altered = json!({"CiphertextBlob": blob, "EncryptionContext": {"a": "b"}, "DryRun": true});
    assert_eq!(world.fails(&admin, "kms:Decrypt", altered), "InvalidCiphertextException");
    let unasked = json!({"KeyId": arn, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]});
    assert_eq!(world.fails(&admin, "kms:Decrypt", unasked), "ValidationException");
}

#[test]
fn a_ciphertext_altered_in_any_byte_is_refused() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let arn = key_of(&world, &admin);
    let blob = world.ok(&admin, "kms:Encrypt", json!({"KeyId": arn, "Plaintext": TEXT}))["CiphertextBlob"].as_str().unwrap().to_owned();
    let sealed: base::Blob = serde_json::from_value(json!(blob)).unwrap();
    for place in 0..sealed.0.len() {
        let mut altered = sealed.clone();
        altered.0[place] ^= 0x40;
        for named in [Value::Null, json!(arn)] {
            let input = json!({"CiphertextBlob": altered, "KeyId": named});
            let code = world.fails(&admin, "kms:Decrypt", input);
            // Where the key's id lies, another key seems to be meant.
            let of_another = (1..17).contains(&place) && named != Value::Null;
            assert_eq!(code, if of_another { "IncorrectKeyException" } else { "InvalidCiphertextException" }, "byte {place}");
        }
    }
    for (length, code) in [(4096, None), (4097, Some("ValidationException")), (0, Some("ValidationException"))] {
        let input = json!({"KeyId": arn, "Plaintext": base::Blob(vec![7; length])});
        assert_eq!(world.call(&admin, "kms:Encrypt", input).err().map(|e| e.code.into_owned()).as_deref(), code, "{length} bytes");
    }
}

#[test]
fn who_may_tag_some_keys_only_makes_no_tagged_key() {
    let world = world();
    let may = |name: &str, on: &str| {
        let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*"},
            {"Effect": "Allow", "Action": "kms:TagResource", "Resource": on}]});
        session(&world, TOOLS, name, Some(policy)).0
    };
    let tagged = json!({"Tags": [{"TagKey": "team", "TagValue": "shop"}]});
    world.ok(&may("All", &format!("arn:aws:kms:*:{TOOLS}:key/*")), "kms:CreateKey", tagged.clone());
    let one = format!("arn:aws:kms:us-east-1:{TOOLS}:key/1234abcd-12ab-34cd-56ef-1234567890ab");
    let some = may("Some", &one);
    world.denied(&some, "kms:CreateKey", tagged);
    world.ok(&some, "kms:CreateKey", json!({}));
}

#[test]
fn the_key_of_a_service_is_nobodys_to_change_or_share() {
    let world = world();
    let admin = world.administrator(TOOLS);
    world.ok(&admin, "s3:CreateBucket", json!({"Bucket": "goods"}));
    world.send(&admin, "s3:PutObject", json!({"Bucket": "goods", "Key": "a", "ServerSideEncryption": "aws:kms"}), b"a").unwrap();
    let metadata = world.ok(&admin, "kms:DescribeKey", json!({"KeyId": "alias/aws/s3"}))["KeyMetadata"].clone();
    let key = metadata["Arn"].clone();
    assert_eq!((&metadata["KeyManager"], &metadata["KeyState"]), (&json!("AWS"), &json!("Enabled")));
    assert_eq!(world.ok(&admin, "kms:GetKeyRotationStatus", json!({"KeyId": key}))["KeyRotationEnabled"], true);
    let (outsider, role) = session(
        &world,
        PROD,
        "Outsider",
        Some(json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})),
    );
    let open = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}});
    for (operation, input) in [
        ("CreateGrant", json!({"GranteePrincipal": role, "Operations": ["Decrypt"]})),
        ("DisableKey", json!({})),
        ("DisableKeyRotation", json!({})),
        ("PutKeyPolicy", json!({"Policy": open.to_string(), "BypassPolicyLockoutSafetyCheck": true})),
        ("RotateKeyOnDemand", json!({})),
        ("ScheduleKeyDeletion", json!({})),
        ("TagResource", json!({"Tags": [{"TagKey": "a", "TagValue": "b"}]})),
        ("UpdateKeyDescription", json!({"Description": "mine"})),
        ("Encrypt", json!({"Plaintext": TEXT})),
    ] {
        let mut input = input;
        input["KeyId"] = key.clone();
        world.denied(&admin, &format!("kms:{operation}"), input);
    }
    world.denied(&outsider, "kms:DescribeKey", json!({"KeyId": key}));
    let own = key_of(&world, &admin);
    assert_eq!(world.fails(&admin, "kms:UpdateAlias", json!({"AliasName": "alias/aws/s3", "TargetKeyId": own})), "NotAuthorizedException");
    assert_eq!(world.fails(&admin, "kms:DeleteAlias", json!({"AliasName": "alias/aws/s3"})), "NotAuthorizedException");
}
