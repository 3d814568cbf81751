//! Imported material: wrapped as clients wrap it, used, expired, deleted and brought again.
#![allow(dead_code, reason = "the world is shared with other tests")]

#[path = "../../iam/tests/world/mod.rs"]
mod world;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    key_wrap::{AES_256, AesKek, KeyWrapPadded},
    rsa::{OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey},
};
use base::Blob;
use serde_json::{Value, json};
use std::time::Duration;
use world::{Credentials, TOOLS, World};

const TEXT: &str = "dGV4dA==";

fn world() -> (World, durable::Engine) {
    let world = World::new([iam::service(), kms::service(), s3::service(), sts::service()]);
    let mut engine = durable::Engine::new(world.gate.clone());
    kms::workflows(&mut engine);
    (world, engine)
}

fn blob(value: &Value) -> Vec<u8> {
    serde_json::from_value::<Blob>(value.clone()).unwrap().0
}

fn made(world: &World, admin: &Credentials, spec: &str, usage: &str) -> Value {
    let key = world.ok(admin, "kms:CreateKey", json!({"Origin": "EXTERNAL", "KeySpec": spec, "KeyUsage": usage}))["KeyMetadata"].clone();
    assert_eq!((&key["KeyState"], &key["Origin"], &key["Enabled"]), (&json!("PendingImport"), &json!("EXTERNAL"), &json!(false)));
    assert!(key.get("ExpirationModel").is_none() && key.get("CurrentKeyMaterialId").is_none());
    key["Arn"].clone()
}

/// The input of ImportKeyMaterial, wrapped as `algorithm` says.
fn wrapped(world: &World, admin: &Credentials, key: &Value, algorithm: &str, material: &[u8]) -> Value {
    let asked = json!({"KeyId": key, "WrappingAlgorithm": algorithm, "WrappingKeySpec": "RSA_3072"});
    let parameters = world.ok(admin, "kms:GetParametersForImport", asked);
    let public = OaepPublicEncryptingKey::new(PublicEncryptingKey::from_der(&blob(&parameters["PublicKey"])).unwrap()).unwrap();
    let oaep = if algorithm.ends_with("SHA_1") { &OAEP_SHA1_MGF1SHA1 } else { &OAEP_SHA256_MGF1SHA256 };
    let sealed = |plain: &[u8]| {
        let mut sealed = vec![0; public.ciphertext_size()];
        public.encrypt(oaep, plain, &mut sealed, None).unwrap().to_vec()
    };
    let bytes = if algorithm.starts_with("RSA_AES") {
        let mut tail = vec![0; material.len() + 16];
        let tail = AesKek::new(&AES_256, &[9; 32]).unwrap().wrap_with_padding(material, &mut tail).unwrap();
        [sealed(&[9; 32]), tail.to_vec()].concat()
    } else {
        sealed(material)
    };
    json!({"KeyId": key, "ImportToken": parameters["ImportToken"], "EncryptedKeyMaterial": Blob(bytes),
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"})
}

fn with(mut input: Value, more: Value) -> Value {
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

#[test]
fn material_comes_expires_goes_and_comes_again() {
    let (world, engine) = world();
    let admin = world.administrator(TOOLS);
    let key = made(&world, &admin, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT");
    let id = json!({"KeyId": key});
    let day = Duration::from_secs(24 * 60 * 60);
    let end = base::Clock::now(&*world.clock).plus(day);
    let import = |admin: &Credentials, material: &[u8], more: Value| {
        let input = with(wrapped(&world, admin, &key, "RSAES_OAEP_SHA_256", material), more);
        world.call(admin, "kms:ImportKeyMaterial", input)
    };
    let expiring = json!({"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": end.seconds()});
    assert_eq!(import(&admin, &[7; 31], json!({})).unwrap_err().code, "IncorrectKeyMaterialException");
    assert_eq!(import(&admin, &[7; 32], json!({"ExpirationModel": "KEY_MATERIAL_EXPIRES"})).unwrap_err().code, "ValidationException");
    import(&admin, &[7; 32], expiring.clone()).unwrap();
    let metadata = world.ok(&admin, "kms:DescribeKey", id.clone())["KeyMetadata"].clone();
    assert_eq!((&metadata["KeyState"], &metadata["ExpirationModel"]), (&json!("Enabled"), &json!("KEY_MATERIAL_EXPIRES")));
    let sealed = world.ok(&admin, "kms:Encrypt", json!({"KeyId": key, "Plaintext": TEXT}))["CiphertextBlob"].clone();
    let decrypt = json!({"CiphertextBlob": sealed});
    engine.run_due().unwrap();
    world.clock.advance(day);
    let admin = world.administrator(TOOLS);
    // Whether its upkeep has run or not.
    assert_eq!(world.fails(&admin, "kms:Decrypt", decrypt.clone()), "KMSInvalidStateException");
    engine.run_due().unwrap();
    assert_eq!(world.ok(&admin, "kms:DescribeKey", id.clone())["KeyMetadata"]["KeyState"], "PendingImport");
    assert_eq!(import(&admin, &[8; 32], json!({})).unwrap_err().code, "IncorrectKeyMaterialException");
    import(&admin, &[7; 32], json!({})).unwrap();
    assert_eq!(world.ok(&admin, "kms:Decrypt", decrypt.clone())["Plaintext"], TEXT);

    // New material waits for its rotation.
    assert_eq!(world.fails(&admin, "kms:RotateKeyOnDemand", id.clone()), "KMSInvalidStateException");
    let new = import(&admin, &[8; 32], json!({"ImportType": "NEW_KEY_MATERIAL", "KeyMaterialDescription": "second"})).unwrap();
    let all = json!({"KeyId": key, "IncludeKeyMaterial": "ALL_KEY_MATERIAL"});
    let rotations = world.ok(&admin, "kms:ListKeyRotations", all.clone())["Rotations"].clone();
    assert_eq!((&rotations[0]["KeyMaterialState"], &rotations[1]["KeyMaterialState"]), (&json!("CURRENT"), &json!("PENDING_ROTATION")));
    world.ok(&admin, "kms:RotateKeyOnDemand", id.clone());
    assert_eq!(world.ok(&admin, "kms:DescribeKey", id.clone())["KeyMetadata"]["CurrentKeyMaterialId"], new["KeyMaterialId"]);
    let rotated = world.ok(&admin, "kms:Decrypt", decrypt.clone());
    assert_eq!(rotated["KeyMaterialId"], rotations[0]["KeyMaterialId"]);

    // All of its materials are needed.
    let deleted = world.ok(&admin, "kms:DeleteImportedKeyMaterial", json!({"KeyId": key, "KeyMaterialId": rotations[0]["KeyMaterialId"]}));
    assert_eq!(deleted["KeyMaterialId"], rotations[0]["KeyMaterialId"]);
    assert_eq!(world.fails(&admin, "kms:Encrypt", json!({"KeyId": key, "Plaintext": TEXT})), "KMSInvalidStateException");
    assert_eq!(world.ok(&admin, "kms:ListKeyRotations", all)["Rotations"][0]["ImportState"], "PENDING_IMPORT");
    import(&admin, &[7; 32], json!({"KeyMaterialId": rotations[0]["KeyMaterialId"]})).unwrap();
    assert_eq!(world.ok(&admin, "kms:Decrypt", decrypt)["Plaintext"], TEXT);
}

#[test]
fn pairs_and_codes_are_imported_too() {
    let (world, _) = world();
    let admin = world.administrator(TOOLS);
    let pair = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let rsa: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let key = made(&world, &admin, "RSA_2048", "SIGN_VERIFY");
    let direct = json!({"KeyId": key, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_4096"});
    assert_eq!(world.fails(&admin, "kms:GetParametersForImport", direct), "UnsupportedOperationException");
    let input = wrapped(&world, &admin, &key, "RSA_AES_KEY_WRAP_SHA_256", rsa.as_ref());
    let answer = world.ok(&admin, "kms:ImportKeyMaterial", input);
    assert!(answer.get("KeyMaterialId").is_none());
    let sign = json!({"KeyId": key, "Message": TEXT, "SigningAlgorithm": "RSASSA_PSS_SHA_256"});
    let signature = world.ok(&admin, "kms:Sign", sign.clone())["Signature"].clone();
    world.ok(&admin, "kms:Verify", with(sign, json!({"Signature": signature})));

    let other = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let other: Pkcs8V1Der<'_> = other.as_der().unwrap();
    let input = wrapped(&world, &admin, &key, "RSA_AES_KEY_WRAP_SHA_1", other.as_ref());
    assert_eq!(world.fails(&admin, "kms:ImportKeyMaterial", input), "IncorrectKeyMaterialException", "a pair stays what it is");

    let curve = made(&world, &admin, "ECC_NIST_P256", "SIGN_VERIFY");
    let input = wrapped(&world, &admin, &curve, "RSA_AES_KEY_WRAP_SHA_256", rsa.as_ref());
    assert_eq!(world.fails(&admin, "kms:ImportKeyMaterial", input), "IncorrectKeyMaterialException");
    let hmac = made(&world, &admin, "HMAC_256", "GENERATE_VERIFY_MAC");
    world.ok(&admin, "kms:ImportKeyMaterial", wrapped(&world, &admin, &hmac, "RSAES_OAEP_SHA_1", &[5; 32]));
    world.ok(&admin, "kms:GenerateMac", json!({"KeyId": hmac, "Message": TEXT, "MacAlgorithm": "HMAC_SHA_256"}));
}

#[test]
fn tokens_serve_one_key_for_a_day() {
    let (world, _) = world();
    let admin = world.administrator(TOOLS);
    let (key, other) =
        (made(&world, &admin, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"), made(&world, &admin, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"));
    let input = wrapped(&world, &admin, &key, "RSAES_OAEP_SHA_256", &[7; 32]);
    let fails = |admin: &Credentials, input: Value| world.fails(admin, "kms:ImportKeyMaterial", input);
    assert_eq!(fails(&admin, with(input.clone(), json!({"KeyId": other}))), "InvalidImportTokenException");
    assert_eq!(fails(&admin, with(input.clone(), json!({"ImportToken": "AAAA"}))), "InvalidImportTokenException");
    assert_eq!(fails(&admin, with(input.clone(), json!({"EncryptedKeyMaterial": "AAAA"}))), "InvalidCiphertextException");
    world.clock.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(fails(&world.administrator(TOOLS), input), "ExpiredImportTokenException");

    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Condition": {
        "StringEqualsIfExists": {"kms:KeyOrigin": "EXTERNAL", "kms:WrappingAlgorithm": "RSAES_OAEP_SHA_256", "kms:WrappingKeySpec": "RSA_3072"},
        "StringNotEqualsIfExists": {"kms:ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"},
    }}});
    let admin = world.administrator(TOOLS);
    let role = world.role(&admin, "Importer", json!({"AWS": TOOLS}), Some(policy));
    let importer = world.assume(&admin, &role).unwrap();
    world.denied(&importer, "kms:CreateKey", json!({}));
    let input = wrapped(&world, &importer, &key, "RSAES_OAEP_SHA_256", &[7; 32]);
    world.denied(&importer, "kms:ImportKeyMaterial", input.clone());
    let end = base::Clock::now(&*world.clock).plus(Duration::from_secs(60)).seconds();
    world.ok(&importer, "kms:ImportKeyMaterial", with(input, json!({"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": end})));
}
