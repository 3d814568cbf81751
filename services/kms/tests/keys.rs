//! Keys through the gate: policies, accounts, aliases, grants, contexts, life and death.
#![allow(dead_code, reason = "the world is shared with other tests")]

#[path = "../../iam/tests/world/mod.rs"]
mod world;

use serde_json::{Value, json};
use std::time::Duration;
use world::{Credentials, PROD, REGION, TOOLS, World};

/// base64 of `marker of a secret`.
const PLAIN: &str = "bWFya2VyIG9mIGEgc2VjcmV0";

fn days(count: u64) -> Duration {
    Duration::from_secs(count * 24 * 60 * 60)
}

fn engine(world: &World) -> durable::Engine {
    let mut engine = durable::Engine::new(world.gate.clone());
    kms::workflows(&mut engine);
    engine
}

fn world() -> World {
    World::new([iam::service(), kms::service(), s3::service(), sts::service()])
}

fn allow(action: &str, resource: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": resource}})
}

fn root(account: &str) -> Value {
    json!({"AWS": format!("arn:aws:iam::{account}:root")})
}

fn statement(principal: Value, action: &str) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"})
}

fn key_policy(statements: &[Value]) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

/// A key of the account `TOOLS`; its ARN.
fn key(world: &World, admin: &Credentials, policy: Option<String>) -> String {
    let made = world.ok(admin, "kms:CreateKey", json!({"Policy": policy}));
    made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
}

fn encrypted(world: &World, who: &Credentials, key: &str, context: Value) -> Value {
    world.ok(who, "kms:Encrypt", json!({"KeyId": key, "Plaintext": PLAIN, "EncryptionContext": context}))["CiphertextBlob"].clone()
}

/// A session of a new role with one inline policy.
fn session(world: &World, account: &str, name: &str, policy: Option<Value>) -> (Credentials, String) {
    let admin = world.administrator(account);
    let role = world.role(&admin, name, root(account), policy);
    (world.assume(&admin, &role).unwrap(), role)
}

#[test]
fn the_key_policy_decides_whether_iam_may() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let (user, role) = session(&world, TOOLS, "User", Some(allow("kms:Encrypt", "*")));
    let (outsider, _) = session(&world, TOOLS, "Outsider", None);
    let encrypt = |key: &str| json!({"KeyId": key, "Plaintext": PLAIN});

    let delegating = key(&world, &admin, None);
    world.ok(&user, "kms:Encrypt", encrypt(&delegating));
    world.denied(&outsider, "kms:Encrypt", encrypt(&delegating));

    // No root statement: policies of IAM grant nothing, the administrator's neither.
    let closed = key_policy(&[statement(json!({"AWS": role}), "kms:*")]);
    let closed =
        world.ok(&admin, "kms:CreateKey", json!({"Policy": closed, "BypassPolicyLockoutSafetyCheck": true}))["KeyMetadata"]["Arn"].clone();
    let closed = closed.as_str().unwrap();
    world.denied(&admin, "kms:Encrypt", encrypt(closed));
    world.ok(&user, "kms:Decrypt", json!({"CiphertextBlob": encrypted(&world, &user, closed, json!({}))}));

    // A key that is not there: the administrator learns it, others do not.
    let nowhere = format!("arn:aws:kms:{REGION}:{TOOLS}:key/00000000-0000-4000-8000-000000000000");
    assert_eq!(world.fails(&admin, "kms:Encrypt", encrypt(&nowhere)), "NotFoundException");
    world.denied(&outsider, "kms:Encrypt", encrypt(&nowhere));
}

#[test]
fn an_alias_in_an_identity_policy_grants_nothing_but_its_condition_does() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let arn = key(&world, &admin, None);
    world.ok(&admin, "kms:CreateAlias", json!({"AliasName": "alias/app", "TargetKeyId": arn}));
    let (by_alias, _) = session(&world, TOOLS, "ByAlias", Some(allow("kms:Encrypt", &format!("arn:aws:kms:*:{TOOLS}:alias/app"))));
    world.denied(&by_alias, "kms:Encrypt", json!({"KeyId": "alias/app", "Plaintext": PLAIN}));
    let conditional = |key: &str| json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*", "Condition": {"ForAnyValue:StringEquals": {key: "alias/app"}}}});
    let (wearing, _) = session(&world, TOOLS, "Wearing", Some(conditional("kms:ResourceAliases")));
    world.ok(&wearing, "kms:Encrypt", json!({"KeyId": arn, "Plaintext": PLAIN}));
    let (asking, _) = session(&world, TOOLS, "Asking", Some(conditional("kms:RequestAlias")));
    world.ok(&asking, "kms:Encrypt", json!({"KeyId": "alias/app", "Plaintext": PLAIN}));
    world.denied(&asking, "kms:Encrypt", json!({"KeyId": arn, "Plaintext": PLAIN}));
    world.ok(&admin, "kms:DeleteAlias", json!({"AliasName": "alias/app"}));
    world.denied(&wearing, "kms:Encrypt", json!({"KeyId": arn, "Plaintext": PLAIN}));
}

#[test]
fn across_accounts_both_sides_and_the_keys_arn_are_needed() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let shared = key(&world, &admin, Some(key_policy(&[statement(root(TOOLS), "kms:*"), statement(root(PROD), "kms:Decrypt")])));
    let own = key(&world, &admin, None);
    world.ok(&admin, "kms:CreateAlias", json!({"AliasName": "alias/shared", "TargetKeyId": shared}));
    let blob = encrypted(&world, &admin, &shared, json!({}));
    let (silent, _) = session(&world, PROD, "Silent", None);
    let (deploy, _) = session(&world, PROD, "Deploy", Some(allow("kms:*", "*")));

    world.denied(&silent, "kms:Decrypt", json!({"CiphertextBlob": blob}));
    assert_eq!(world.ok(&deploy, "kms:Decrypt", json!({"CiphertextBlob": blob}))["Plaintext"], PLAIN);
    world.ok(&deploy, "kms:Decrypt", json!({"CiphertextBlob": blob, "KeyId": shared}));
    world.denied(&deploy, "kms:Encrypt", json!({"KeyId": shared, "Plaintext": PLAIN}));
    world.denied(&deploy, "kms:Decrypt", json!({"CiphertextBlob": encrypted(&world, &admin, &own, json!({}))}));
    // Names and ids mean those of the caller's own account.
    let id = shared.rsplit('/').next().unwrap();
    for text in ["alias/shared", id] {
        assert_eq!(world.fails(&deploy, "kms:Decrypt", json!({"CiphertextBlob": blob, "KeyId": text})), "NotFoundException", "{text}");
    }
    world.ok(&deploy, "kms:Decrypt", json!({"CiphertextBlob": blob, "KeyId": format!("arn:aws:kms:{REGION}:{TOOLS}:alias/shared")}));
    // Administration does not cross accounts, whatever the policy says.
    world.ok(
        &admin,
        "kms:PutKeyPolicy",
        json!({"KeyId": shared, "Policy": key_policy(&[statement(root(TOOLS), "kms:*"), statement(root(PROD), "kms:*")])}),
    );
    world.ok(&deploy, "kms:DescribeKey", json!({"KeyId": shared}));
    world.denied(&deploy, "kms:DisableKey", json!({"KeyId": shared}));
}

#[test]
fn ciphertexts_are_bound_to_key_and_context() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let (arn, other) = (key(&world, &admin, None), key(&world, &admin, None));
    let context = json!({"bucket": "b", "stage": "prod"});
    let blob = encrypted(&world, &admin, &arn, context.clone());
    let decrypt = |more: Value| {
        let mut input = json!({"CiphertextBlob": blob});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    world.ok(&admin, "kms:Decrypt", decrypt(json!({"EncryptionContext": context})));
    for wrong in [json!({}), json!({"bucket": "b"}), json!({"bucket": "b", "stage": "Prod"})] {
        assert_eq!(world.fails(&admin, "kms:Decrypt", decrypt(json!({"EncryptionContext": wrong}))), "InvalidCiphertextException");
    }
    assert_eq!(world.fails(&admin, "kms:Decrypt", decrypt(json!({"EncryptionContext": context, "KeyId": other}))), "IncorrectKeyException");
    assert_eq!(world.fails(&admin, "kms:Decrypt", json!({"CiphertextBlob": ""})), "ValidationException");
    for bad in
        ["AQ==", "bWFya2VyIG9mIGEgc2VjcmV0bWFya2VyIG9mIGEgc2VjcmV0bWFya2VyIG9mIGEgc2VjcmV0bWFya2VyIG9mIGEgc2VjcmV0bWFya2VyIG9mIGEgc2VjcmV0"]
    {
        assert_eq!(world.fails(&admin, "kms:Decrypt", json!({"CiphertextBlob": bad})), "InvalidCiphertextException");
    }
    let moved =
        world.ok(&admin, "kms:ReEncrypt", json!({"CiphertextBlob": blob, "SourceEncryptionContext": context, "DestinationKeyId": other}));
    assert_eq!(moved["KeyId"], other);
    assert_eq!(world.ok(&admin, "kms:Decrypt", json!({"CiphertextBlob": moved["CiphertextBlob"]}))["Plaintext"], PLAIN);
}

#[test]
fn conditions_see_the_encryption_context() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let arn = key(&world, &admin, None);
    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": arn, "Condition": {
        "StringEquals": {"kms:EncryptionContext:stage": "prod", "kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT", "kms:CallerAccount": TOOLS, "kms:KeySpec": "SYMMETRIC_DEFAULT"},
        "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["stage", "build"]},
    }}});
    let (limited, _) = session(&world, TOOLS, "Limited", Some(policy));
    let generate = |context: Value| json!({"KeyId": arn, "KeySpec": "AES_256", "EncryptionContext": context});
    let made = world.ok(&limited, "kms:GenerateDataKey", generate(json!({"stage": "prod", "build": "1"})));
    world.denied(&limited, "kms:GenerateDataKey", generate(json!({"stage": "dev"})));
    world.denied(&limited, "kms:GenerateDataKey", generate(json!({})));
    world.denied(&limited, "kms:GenerateDataKey", generate(json!({"stage": "prod", "other": "1"})));
    world.denied(&limited, "kms:GenerateDataKeyWithoutPlaintext", generate(json!({"stage": "prod"})));
    let opened = world.ok(
        &limited,
        "kms:Decrypt",
        json!({"CiphertextBlob": made["CiphertextBlob"], "EncryptionContext": {"stage": "prod", "build": "1"}}),
    );
    assert_eq!(opened["Plaintext"], made["Plaintext"]);
    let via_s3 = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Condition": {"StringEquals": {"kms:ViaService": format!("s3.{REGION}.amazonaws.com")}}}});
    let (via, _) = session(&world, TOOLS, "Via", Some(via_s3));
    world.denied(&via, "kms:GenerateDataKey", generate(json!({})));
}

#[test]
fn a_grant_allows_what_it_says_to_whom_it_names() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let arn = key(&world, &admin, None);
    let (bare, role) = session(&world, TOOLS, "Bare", None);
    let (retirer, retirer_arn) = session(&world, TOOLS, "Retirer", None);
    let context = json!({"stage": "prod"});
    let blob = encrypted(&world, &admin, &arn, context.clone());
    let decrypt = json!({"CiphertextBlob": blob, "EncryptionContext": context});
    world.denied(&bare, "kms:Decrypt", decrypt.clone());
    let grant = json!({"KeyId": arn, "GranteePrincipal": role, "RetiringPrincipal": retirer_arn, "Operations": ["Decrypt", "CreateGrant"], "Name": "g",
        "Constraints": {"EncryptionContextSubset": {"stage": "prod"}}});
    let made = world.ok(&admin, "kms:CreateGrant", grant.clone());
    assert_eq!(world.ok(&admin, "kms:CreateGrant", grant)["GrantId"], made["GrantId"], "a retried call gives the same grant");
    world.ok(&bare, "kms:Decrypt", decrypt.clone());
    let plain = encrypted(&world, &admin, &arn, json!({}));
    world.denied(&bare, "kms:Decrypt", json!({"CiphertextBlob": plain}));
    world.denied(&bare, "kms:Encrypt", json!({"KeyId": arn, "Plaintext": PLAIN, "EncryptionContext": context}));
    // A child grant is no wider than its parent.
    let child = |operation: &str| json!({"KeyId": arn, "GranteePrincipal": retirer_arn, "Operations": [operation]});
    assert_eq!(world.fails(&bare, "kms:CreateGrant", child("Encrypt")), "AccessDeniedException");
    // Nor may it forget the constraint, though it may add to it.
    assert_eq!(world.fails(&bare, "kms:CreateGrant", child("Decrypt")), "AccessDeniedException");
    let mut stricter = child("Decrypt");
    stricter["Constraints"] = json!({"EncryptionContextEquals": {"stage": "prod", "build": "1"}});
    let second = world.ok(&bare, "kms:CreateGrant", stricter);
    let listed = world.ok(&admin, "kms:ListGrants", json!({"KeyId": arn, "GrantId": made["GrantId"]}));
    assert_eq!(listed["Grants"][0]["GranteePrincipal"], role);
    // The retiring principal may retire its grant, and no other.
    assert_eq!(world.fails(&retirer, "kms:RetireGrant", json!({"KeyId": arn, "GrantId": second["GrantId"]})), "AccessDeniedException");
    world.denied(&bare, "kms:RetireGrant", json!({"GrantToken": second["GrantToken"]}));
    world.ok(&retirer, "kms:RetireGrant", json!({"GrantToken": made["GrantToken"]}));
    world.denied(&bare, "kms:Decrypt", decrypt.clone());
    world.ok(&admin, "kms:RevokeGrant", json!({"KeyId": arn, "GrantId": second["GrantId"]}));
    // A role made again has not the old one's grants.
    world.ok(&admin, "kms:CreateGrant", json!({"KeyId": arn, "GranteePrincipal": role, "Operations": ["Decrypt"]}));
    world.ok(&admin, "iam:DeleteRole", json!({"RoleName": "Bare"}));
    let (again, _) = session(&world, TOOLS, "Bare", None);
    world.denied(&again, "kms:Decrypt", decrypt);
}

#[test]
fn key_policies_are_checked_when_they_are_written() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let arn = key(&world, &admin, None);
    let put = |policy: String| json!({"KeyId": arn, "Policy": policy});
    let nobody = key_policy(&[
        statement(root(TOOLS), "kms:*"),
        statement(json!({"AWS": format!("arn:aws:iam::{TOOLS}:role/nobody")}), "kms:Decrypt"),
    ]);
    let error = world.call(&admin, "kms:PutKeyPolicy", put(nobody)).unwrap_err();
    assert_eq!(error.code, "MalformedPolicyDocumentException");
    assert_eq!(error.message, "Policy contains a statement with one or more invalid principals.");
    let lockout = key_policy(&[statement(root(TOOLS), "kms:Decrypt")]);
    assert!(world.call(&admin, "kms:PutKeyPolicy", put(lockout.clone())).unwrap_err().message.contains("will not allow you to update"));
    assert_eq!(world.fails(&admin, "kms:CreateKey", json!({"Policy": lockout})), "MalformedPolicyDocumentException");
    assert_eq!(world.fails(&admin, "kms:PutKeyPolicy", put("{".into())), "MalformedPolicyDocumentException");
    let long = |spaces: usize| format!("{}{}", key_policy(&[statement(root(TOOLS), "kms:*")]), " ".repeat(spaces));
    assert_eq!(world.fails(&admin, "kms:PutKeyPolicy", put(long(32 * 1024))), "LimitExceededException");
    assert_eq!(world.fails(&admin, "kms:PutKeyPolicy", put(long(128 * 1024))), "ValidationException");
    assert_eq!(world.fails(&admin, "kms:PutKeyPolicy", put("\u{2014}".into())), "ValidationException");
    let (_, role) = session(&world, TOOLS, "User", None);
    let good = key_policy(&[statement(root(TOOLS), "kms:*"), statement(json!({"AWS": role}), "kms:Decrypt")]);
    world.ok(&admin, "kms:PutKeyPolicy", put(good.clone()));
    assert_eq!(world.ok(&admin, "kms:GetKeyPolicy", json!({"KeyId": arn}))["Policy"], good);
    world.ok(&admin, "iam:DeleteRole", json!({"RoleName": "User"}));
    assert!(world.ok(&admin, "kms:GetKeyPolicy", json!({"KeyId": arn}))["Policy"].as_str().unwrap().contains("\"AROA"));
    for unknown in [json!({"KeySpec": "SM2", "KeyUsage": "SIGN_VERIFY"}), json!({"MultiRegion": true}), json!({"Origin": "AWS_CLOUDHSM"})] {
        assert_eq!(world.fails(&admin, "kms:CreateKey", unknown), "NotImplemented");
    }
}

#[test]
fn keys_rest_rotate_and_die() {
    let world = world();
    let (admin, engine) = (world.administrator(TOOLS), engine(&world));
    let (arn, other) = (key(&world, &admin, None), key(&world, &admin, None));
    let id = json!({"KeyId": arn});
    world.ok(&admin, "kms:CreateAlias", json!({"AliasName": "alias/mortal", "TargetKeyId": arn}));
    let old = encrypted(&world, &admin, &arn, json!({}));
    world.ok(&admin, "kms:EnableKeyRotation", json!({"KeyId": arn, "RotationPeriodInDays": 90}));
    world.ok(&admin, "kms:DisableKey", id.clone());
    assert_eq!(world.fails(&admin, "kms:Decrypt", json!({"CiphertextBlob": old})), "DisabledException");
    engine.run_due().unwrap();
    world.clock.advance(days(91));
    // What is disabled does not rotate, and makes up for it.
    engine.run_due().unwrap();
    let admin = world.administrator(TOOLS);
    assert_eq!(world.ok(&admin, "kms:ListKeyRotations", id.clone())["Rotations"], json!([]));
    world.ok(&admin, "kms:EnableKey", id.clone());
    engine.run_due().unwrap();
    assert_eq!(world.ok(&admin, "kms:ListKeyRotations", id.clone())["Rotations"][0]["RotationType"], "AUTOMATIC");
    let next = engine.run_due().unwrap().expect("the next rotation");
    assert_eq!(world.ok(&admin, "kms:GetKeyRotationStatus", id.clone())["NextRotationDate"], next.0 as f64 / 1000.0);
    let new = encrypted(&world, &admin, &arn, json!({}));
    // The material's id lies behind the version and the key's id: the same key, another material.
    let head = |blob: &Value, range: std::ops::Range<usize>| blob.as_str().unwrap()[range].to_owned();
    assert_eq!(head(&old, 0..20), head(&new, 0..20));
    assert_ne!(head(&old, 24..40), head(&new, 24..40));
    for blob in [&old, &new] {
        assert_eq!(world.ok(&admin, "kms:Decrypt", json!({"CiphertextBlob": blob}))["Plaintext"], PLAIN);
    }
    world.ok(&admin, "kms:ScheduleKeyDeletion", json!({"KeyId": arn, "PendingWindowInDays": 7}));
    assert_eq!(world.fails(&admin, "kms:Decrypt", json!({"CiphertextBlob": old})), "KMSInvalidStateException");
    assert_eq!(world.fails(&admin, "kms:EnableKey", id.clone()), "KMSInvalidStateException");
    assert_eq!(world.ok(&admin, "kms:GetKeyRotationStatus", id.clone())["KeyRotationEnabled"], false);
    // Who may still use it, until it is too late, can be said.
    world.ok(&admin, "kms:PutKeyPolicy", json!({"KeyId": arn, "Policy": key_policy(&[statement(root(TOOLS), "kms:*")])}));
    world.ok(&admin, "kms:CancelKeyDeletion", id.clone());
    assert_eq!(world.ok(&admin, "kms:DescribeKey", id.clone())["KeyMetadata"]["KeyState"], "Disabled");
    world.ok(&admin, "kms:ScheduleKeyDeletion", json!({"KeyId": arn, "PendingWindowInDays": 7}));
    world.clock.advance(days(7));
    let admin = world.administrator(TOOLS);
    // Its day has come: nobody sees it any more, and then it is destroyed.
    assert_eq!(world.fails(&admin, "kms:DescribeKey", id), "NotFoundException");
    assert_eq!(world.fails(&admin, "kms:Decrypt", json!({"CiphertextBlob": old})), "InvalidCiphertextException");
    assert_eq!(engine.run_due().unwrap(), None, "nothing is left of it");
    let records = world.records();
    for event in ["RotateKey", "DeleteKey"] {
        let record = records.iter().find(|r| r.action == format!("kms:{event}")).expect(event);
        assert_eq!((&record.event["eventType"], &record.event["resources"][0]["ARN"]), (&json!("AwsServiceEvent"), &json!(arn)));
    }
    assert_eq!(world.ok(&admin, "kms:ListKeys", json!({}))["Keys"].as_array().unwrap().len(), 1);
    assert_eq!(world.ok(&admin, "kms:ListAliases", json!({}))["Aliases"], json!([]));
    world.ok(&admin, "kms:CreateAlias", json!({"AliasName": "alias/mortal", "TargetKeyId": other}));
    assert_eq!(world.ok(&admin, "kms:DescribeKey", json!({"KeyId": "alias/mortal"}))["KeyMetadata"]["Arn"], other);
}

#[test]
fn states_forbid_what_they_forbid_on_aws() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let arn = key(&world, &admin, None);
    let external = world.ok(&admin, "kms:CreateKey", json!({"Origin": "EXTERNAL"}))["KeyMetadata"]["Arn"].clone();
    let dying = key(&world, &admin, None);
    world.ok(&admin, "kms:DisableKey", json!({"KeyId": arn}));
    world.ok(&admin, "kms:ScheduleKeyDeletion", json!({"KeyId": dying}));
    let told = |operation: &str, mut input: Value, key: &Value| {
        input["KeyId"] = key.clone();
        match world.call(&admin, operation, input) {
            Ok(_) => "done".to_owned(),
            Err(error) => format!("{}: {}", error.code, error.message.replace(key.as_str().unwrap(), "KEY")),
        }
    };
    let (disabled, import, deletion) = (
        "DisabledException: KEY is disabled.",
        "KMSInvalidStateException: KEY is pending import.",
        "KMSInvalidStateException: KEY is pending deletion.",
    );
    let kept = "KMSInvalidStateException: KEY is not pending deletion.";
    let of_another = "UnsupportedOperationException: KEY origin is AWS_KMS which is not valid for this operation.";
    let imported = "UnsupportedOperationException: KEY origin is EXTERNAL which is not valid for this operation.";
    let grant = json!({"GranteePrincipal": format!("arn:aws:iam::{TOOLS}:root"), "Operations": ["Decrypt"]});
    let wrapping = json!({"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"});
    let tags = json!({"Tags": [{"TagKey": "a", "TagValue": "b"}]});
    for (operation, input, expected) in [
        ("CancelKeyDeletion", json!({}), [kept, kept]),
        ("CreateGrant", grant, [disabled, import]),
        ("DeleteImportedKeyMaterial", json!({}), [of_another, "done"]),
        ("DescribeKey", json!({}), ["done", "done"]),
        ("DisableKey", json!({}), ["done", import]),
        ("DisableKeyRotation", json!({}), [disabled, imported]),
        ("EnableKeyRotation", json!({}), [disabled, imported]),
        ("Encrypt", json!({"Plaintext": PLAIN}), [disabled, import]),
        ("GenerateDataKey", json!({"KeySpec": "AES_256"}), [disabled, import]),
        ("GetKeyPolicy", json!({}), ["done", "done"]),
        ("GetKeyRotationStatus", json!({}), ["done", "done"]),
        ("GetParametersForImport", wrapping, [of_another, "done"]),
        ("ListGrants", json!({}), ["done", "done"]),
        ("RotateKeyOnDemand", json!({}), [disabled, import]),
        ("TagResource", tags, ["done", "done"]),
        ("UpdateKeyDescription", json!({"Description": "d"}), ["done", "done"]),
        ("EnableKey", json!({}), ["done", import]),
    ] {
        let operation = format!("kms:{operation}");
        assert_eq!(told(&operation, input.clone(), &arn.clone().into()), expected[0], "{operation} of a disabled key");
        assert_eq!(told(&operation, input.clone(), &external), expected[1], "{operation} of a key without material");
        let dead = match operation.as_str() {
            "kms:CancelKeyDeletion" => continue,
            "kms:DeleteImportedKeyMaterial" => of_another,
            "kms:DescribeKey" | "kms:GetKeyPolicy" | "kms:GetKeyRotationStatus" | "kms:ListGrants" => "done",
            _ => deletion,
        };
        assert_eq!(told(&operation, input, &dying.clone().into()), dead, "{operation} of a key pending deletion");
    }
    assert_eq!(told("kms:ScheduleKeyDeletion", json!({}), &dying.into()), deletion);
    // Aliases and other names are for those who use a key.
    world.ok(&admin, "kms:CreateAlias", json!({"AliasName": "alias/app", "TargetKeyId": arn}));
    let by = |operation: &str, name: &str| world.fails(&admin, operation, json!({"KeyId": name}));
    assert_eq!(by("kms:DisableKey", "alias/app"), "NotFoundException");
    assert_eq!(by("kms:DisableKey", &format!("arn:aws:kms:{REGION}:{TOOLS}:alias/app")), "InvalidArnException");
    assert_eq!(by("kms:DescribeKey", "not-an-id"), "NotFoundException");
    let create = |name: &str, target: &str| world.fails(&admin, "kms:CreateAlias", json!({"AliasName": name, "TargetKeyId": target}));
    assert_eq!(create("alias/second", "alias/app"), "ValidationException");
    assert_eq!(create("alias/app", &arn), "AlreadyExistsException");
    assert_eq!(create("alias/aws/mine", &arn), "NotAuthorizedException");
    assert_eq!(create("app", &arn), "ValidationException");
}

#[test]
fn records_hold_no_secrets() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let arn = key(&world, &admin, None);
    let blob = encrypted(&world, &admin, &arn, json!({"stage": "prod"}));
    world.ok(&admin, "kms:Decrypt", json!({"CiphertextBlob": blob, "EncryptionContext": {"stage": "prod"}}));
    let made = world.ok(&admin, "kms:GenerateDataKey", json!({"KeyId": arn, "KeySpec": "AES_256"}));
    let records = world.recorded();
    assert!(records.contains("\"stage\":\"prod\"") && records.contains("GenerateDataKey"));
    for secret in [PLAIN, "marker of a secret", made["Plaintext"].as_str().unwrap()] {
        assert!(!records.contains(secret), "{secret}");
    }
}

#[test]
fn a_service_uses_a_key_for_its_caller() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let arn = key(&world, &admin, None);
    world.ok(&admin, "s3:CreateBucket", json!({"Bucket": "artifacts"}));
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "kms:GenerateDataKey", "Resource": arn, "Condition": {
            "StringEquals": {"kms:ViaService": format!("s3.{REGION}.amazonaws.com"), "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::artifacts/out"},
            "Bool": {"aws:ViaAWSService": "true"},
        }},
    ]});
    let (build, _) = session(&world, TOOLS, "Build", Some(policy));
    let put = |name: &str| json!({"Bucket": "artifacts", "Key": name, "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": arn});
    world.send(&build, "s3:PutObject", put("out"), b"content").unwrap();
    world.denied(
        &build,
        "kms:GenerateDataKey",
        json!({"KeyId": arn, "KeySpec": "AES_256", "EncryptionContext": {"aws:s3:arn": "arn:aws:s3:::artifacts/out"}}),
    );
    assert!(world.send(&build, "s3:PutObject", put("other"), b"content").unwrap_err().is_denied());
    // It may write and not read: the key says so behind S3's own permission.
    assert!(world.receive(&build, "s3:GetObject", json!({"Bucket": "artifacts", "Key": "out"})).unwrap_err().is_denied());
    assert_eq!(world.receive(&admin, "s3:GetObject", json!({"Bucket": "artifacts", "Key": "out"})).unwrap().1, b"content");
}
