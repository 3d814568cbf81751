//! Keys of other kinds through the gate: pairs and HMAC keys, what they may do and what not, and new material on demand.
#![allow(dead_code, reason = "the world is shared with other tests")]

#[path = "../../iam/tests/world/mod.rs"]
mod world;

use serde_json::{Value, json};
use world::{Credentials, PROD, TOOLS, World};

/// base64 of `text`.
const TEXT: &str = "dGV4dA==";

fn world() -> World {
    World::new([iam::service(), kms::service(), s3::service(), sts::service()])
}

fn made(world: &World, admin: &Credentials, spec: &str, usage: &str, policy: Option<Value>) -> String {
    let policy = policy.map(|p| p.to_string());
    let key = world.ok(admin, "kms:CreateKey", json!({"KeySpec": spec, "KeyUsage": usage, "Policy": policy}));
    assert_eq!((key["KeyMetadata"]["KeySpec"].as_str(), key["KeyMetadata"]["KeyUsage"].as_str()), (Some(spec), Some(usage)));
    key["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
}

fn session(world: &World, account: &str, name: &str, policy: Value) -> (Credentials, String) {
    let admin = world.administrator(account);
    let trust = json!({"AWS": format!("arn:aws:iam::{account}:root")});
    let role = world.role(&admin, name, trust, Some(policy));
    (world.assume(&admin, &role).unwrap(), role)
}

fn allow(actions: &[&str], condition: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*", "Condition": condition}})
}

#[test]
fn a_release_is_signed_in_one_account_and_verified_in_another() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let (verifier, role) = session(&world, PROD, "Verifier", allow(&["kms:Verify", "kms:GetPublicKey", "kms:Sign"], json!({})));
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{TOOLS}:root")}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": role}, "Action": ["kms:Verify", "kms:GetPublicKey"], "Resource": "*"}
    ]});
    let key = made(&world, &admin, "ECC_NIST_P256", "SIGN_VERIFY", Some(policy));
    let sign = json!({"KeyId": key, "Message": TEXT, "SigningAlgorithm": "ECDSA_SHA_256"});
    let signature = world.ok(&admin, "kms:Sign", sign.clone())["Signature"].clone();
    let verify = |message: &str| json!({"KeyId": key, "Message": message, "Signature": signature, "SigningAlgorithm": "ECDSA_SHA_256"});
    assert_eq!(world.ok(&verifier, "kms:Verify", verify(TEXT))["SignatureValid"], true);
    assert_eq!(world.fails(&verifier, "kms:Verify", verify("dGVzdA==")), "KMSInvalidSignatureException");
    world.denied(&verifier, "kms:Sign", sign);
    let public = world.ok(&verifier, "kms:GetPublicKey", json!({"KeyId": key}));
    assert_eq!(public["SigningAlgorithms"], json!(["ECDSA_SHA_256"]));
    assert!(public.get("EncryptionAlgorithms").is_none());
}

#[test]
fn a_condition_on_the_algorithm_decides() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let condition = json!({"StringEquals": {"kms:SigningAlgorithm": "RSASSA_PSS_SHA_256", "kms:MessageType": "RAW"}});
    let (signer, _) = session(&world, TOOLS, "Signer", allow(&["kms:Sign"], condition));
    let key = made(&world, &admin, "RSA_2048", "SIGN_VERIFY", None);
    let with = |algorithm: &str| json!({"KeyId": key, "Message": TEXT, "SigningAlgorithm": algorithm});
    world.ok(&signer, "kms:Sign", with("RSASSA_PSS_SHA_256"));
    world.denied(&signer, "kms:Sign", with("RSASSA_PKCS1_V1_5_SHA_256"));
    assert_eq!(world.fails(&admin, "kms:Sign", with("ECDSA_SHA_256")), "InvalidKeyUsageException");
    assert_eq!(
        world.fails(
            &admin,
            "kms:Sign",
            json!({"KeyId": key, "Message": TEXT, "MessageType": "DIGEST", "SigningAlgorithm": "RSASSA_PSS_SHA_256"})
        ),
        "ValidationException"
    );
}

#[test]
fn a_key_is_used_for_one_thing() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let rsa = made(&world, &admin, "RSA_2048", "ENCRYPT_DECRYPT", None);
    let hmac = made(&world, &admin, "HMAC_384", "GENERATE_VERIFY_MAC", None);
    let agreement = made(&world, &admin, "ECC_NIST_P384", "KEY_AGREEMENT", None);
    let fails = |operation: &str, input: Value, code: &str| assert_eq!(world.fails(&admin, operation, input), code, "{operation}");

    let algorithm = "RSAES_OAEP_SHA_256";
    let sealed = world.ok(&admin, "kms:Encrypt", json!({"KeyId": rsa, "Plaintext": TEXT, "EncryptionAlgorithm": algorithm}));
    let blob = sealed["CiphertextBlob"].clone();
    let decrypt = json!({"KeyId": rsa, "CiphertextBlob": blob, "EncryptionAlgorithm": algorithm});
    assert_eq!(world.ok(&admin, "kms:Decrypt", decrypt)["Plaintext"], TEXT);
    // An RSA ciphertext names no key.
    fails("kms:Decrypt", json!({"CiphertextBlob": blob, "EncryptionAlgorithm": algorithm}), "ValidationException");
    fails("kms:Encrypt", json!({"KeyId": rsa, "Plaintext": TEXT}), "InvalidKeyUsageException");
    fails(
        "kms:Encrypt",
        json!({"KeyId": rsa, "Plaintext": TEXT, "EncryptionAlgorithm": algorithm, "EncryptionContext": {"a": "b"}}),
        "ValidationException",
    );
    fails("kms:GenerateDataKey", json!({"KeyId": rsa, "KeySpec": "AES_256"}), "InvalidKeyUsageException");
    fails("kms:EnableKeyRotation", json!({"KeyId": rsa}), "UnsupportedOperationException");

    let mac = world.ok(&admin, "kms:GenerateMac", json!({"KeyId": hmac, "Message": TEXT, "MacAlgorithm": "HMAC_SHA_384"}))["Mac"].clone();
    let verify = |message: &str| json!({"KeyId": hmac, "Message": message, "Mac": mac, "MacAlgorithm": "HMAC_SHA_384"});
    assert_eq!(world.ok(&admin, "kms:VerifyMac", verify(TEXT))["MacValid"], true);
    fails("kms:VerifyMac", verify("dGVzdA=="), "KMSInvalidMacException");
    fails("kms:GenerateMac", json!({"KeyId": hmac, "Message": TEXT, "MacAlgorithm": "HMAC_SHA_256"}), "InvalidKeyUsageException");
    fails("kms:Encrypt", json!({"KeyId": hmac, "Plaintext": TEXT}), "InvalidKeyUsageException");
    fails("kms:GetPublicKey", json!({"KeyId": hmac}), "UnsupportedOperationException");
    fails("kms:Sign", json!({"KeyId": agreement, "Message": TEXT, "SigningAlgorithm": "ECDSA_SHA_384"}), "InvalidKeyUsageException");

    world.ok(&admin, "kms:CreateAlias", json!({"AliasName": "alias/codes", "TargetKeyId": hmac}));
    fails("kms:UpdateAlias", json!({"AliasName": "alias/codes", "TargetKeyId": rsa}), "ValidationException");
    fails("kms:CreateKey", json!({"KeySpec": "RSA_2048"}), "ValidationException");
    fails("kms:CreateKey", json!({"KeySpec": "HMAC_256", "KeyUsage": "SIGN_VERIFY"}), "ValidationException");
    fails("kms:CreateKey", json!({"KeySpec": "RSA_1024", "KeyUsage": "SIGN_VERIFY"}), "ValidationException");
    fails(
        "kms:CreateGrant",
        json!({"KeyId": hmac, "GranteePrincipal": format!("arn:aws:iam::{TOOLS}:root"), "Operations": ["Decrypt"]}),
        "ValidationException",
    );
}

#[test]
fn what_old_material_encrypted_is_still_read() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let key = world.ok(&admin, "kms:CreateKey", json!({}))["KeyMetadata"]["Arn"].clone();
    let old = world.ok(&admin, "kms:Encrypt", json!({"KeyId": key, "Plaintext": TEXT}))["CiphertextBlob"].clone();
    let before = world.ok(&admin, "kms:DescribeKey", json!({"KeyId": key}))["KeyMetadata"]["CurrentKeyMaterialId"].clone();
    world.ok(&admin, "kms:RotateKeyOnDemand", json!({"KeyId": key}));
    let after = world.ok(&admin, "kms:DescribeKey", json!({"KeyId": key}))["KeyMetadata"]["CurrentKeyMaterialId"].clone();
    assert_ne!(before, after);
    assert_eq!(world.ok(&admin, "kms:Decrypt", json!({"CiphertextBlob": old}))["Plaintext"], TEXT);
    let rotations = world.ok(&admin, "kms:ListKeyRotations", json!({"KeyId": key}))["Rotations"].clone();
    assert_eq!((rotations.as_array().unwrap().len(), &rotations[0]["RotationType"]), (1, &json!("ON_DEMAND")));
    let all = world.ok(&admin, "kms:ListKeyRotations", json!({"KeyId": key, "IncludeKeyMaterial": "ALL_KEY_MATERIAL"}));
    assert_eq!(all["Rotations"][0]["KeyMaterialState"], "NON_CURRENT");
    assert_eq!(all["Rotations"][1]["KeyMaterialId"], after);
    for _ in 0..24 {
        world.ok(&admin, "kms:RotateKeyOnDemand", json!({"KeyId": key}));
    }
    assert_eq!(world.fails(&admin, "kms:RotateKeyOnDemand", json!({"KeyId": key})), "LimitExceededException");
}
