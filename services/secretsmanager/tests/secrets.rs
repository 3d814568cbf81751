//! Secrets through the gate: versions and stages, accounts, keys, and what a stage's condition lets through.

use serde_json::{Value, json};
use std::time::Duration;
use testworld::{Credentials, World, fails, ok, policy, session};

const TOOLS: &str = "222222222222";
const PROD: &str = "333333333333";

fn world() -> (World, Credentials) {
    let world = World::new(vec![iam::service(), sts::service(), kms::service(), secretsmanager::service()], &[TOOLS, PROD]);
    let admin = world.administrator(TOOLS);
    (world, admin)
}

fn value(world: &World, who: &Credentials, input: Value) -> String {
    ok(world, who, "secretsmanager:GetSecretValue", input)["SecretString"].as_str().unwrap().to_owned()
}

#[test]
fn stages_name_versions() {
    let (world, admin) = world();
    let made = ok(&world, &admin, "secretsmanager:CreateSecret", json!({"Name": "app/db", "SecretString": "one"}));
    let arn = made["ARN"].as_str().unwrap();
    assert!(arn.starts_with(&format!("arn:aws:secretsmanager:us-east-1:{TOOLS}:secret:app/db-")), "{arn}");
    let second = ok(&world, &admin, "secretsmanager:PutSecretValue", json!({"SecretId": arn, "SecretString": "two"}));
    assert_eq!(second["VersionStages"], json!(["AWSCURRENT"]));
    let by = |input: Value| value(&world, &admin, input);
    assert_eq!(by(json!({"SecretId": "app/db"})), "two");
    // An ARN without its end is found too.
    assert_eq!(by(json!({"SecretId": &arn[..arn.len() - 7]})), "two");
    assert_eq!(by(json!({"SecretId": arn, "VersionStage": "AWSPREVIOUS"})), "one");
    assert_eq!(by(json!({"SecretId": arn, "VersionId": made["VersionId"]})), "one");

    // What is pending is not current until its stage is moved.
    let token = "0123456789abcdef0123456789abcdef";
    let pending = json!({"SecretId": arn, "SecretString": "three", "ClientRequestToken": token, "VersionStages": ["AWSPENDING"]});
    ok(&world, &admin, "secretsmanager:PutSecretValue", pending.clone());
    ok(&world, &admin, "secretsmanager:PutSecretValue", pending.clone());
    let mut other = pending;
    other["SecretString"] = "four".into();
    assert_eq!(fails(&world, &admin, "secretsmanager:PutSecretValue", other).code, "ResourceExistsException");
    assert_eq!(by(json!({"SecretId": arn})), "two");
    let wrong = json!({"SecretId": arn, "VersionStage": "AWSCURRENT", "MoveToVersionId": token});
    assert_eq!(fails(&world, &admin, "secretsmanager:UpdateSecretVersionStage", wrong).code, "InvalidParameterException");
    let right =
        json!({"SecretId": arn, "VersionStage": "AWSCURRENT", "MoveToVersionId": token, "RemoveFromVersionId": second["VersionId"]});
    ok(&world, &admin, "secretsmanager:UpdateSecretVersionStage", right);
    assert_eq!(by(json!({"SecretId": arn})), "three");
    assert_eq!(by(json!({"SecretId": arn, "VersionStage": "AWSPREVIOUS"})), "two");

    let bytes = ok(&world, &admin, "secretsmanager:PutSecretValue", json!({"SecretId": arn, "SecretBinary": "AAEC"}));
    let read = ok(&world, &admin, "secretsmanager:GetSecretValue", json!({"SecretId": arn, "VersionId": bytes["VersionId"]}));
    assert_eq!((&read["SecretBinary"], read.get("SecretString")), (&json!("AAEC"), None));
    for wrong in [
        json!({"SecretString": ""}),
        json!({}),
        json!({"SecretString": "a", "SecretBinary": "AAEC"}),
        json!({"SecretString": "x".repeat(65_537)}),
    ] {
        let mut input = wrong;
        input["SecretId"] = arn.into();
        assert_eq!(fails(&world, &admin, "secretsmanager:PutSecretValue", input).code, "InvalidParameterException");
    }
}

#[test]
fn across_accounts_secret_key_and_caller_must_agree() {
    let (world, admin) = world();
    let key_policy =
        |more: Value| policy(json!([{"Effect": "Allow", "Principal": {"AWS": TOOLS}, "Action": "kms:*", "Resource": "*"}, more]));
    let through = json!({"Effect": "Allow", "Principal": {"AWS": PROD}, "Action": "kms:Decrypt", "Resource": "*",
        "Condition": {"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}}});
    let key = ok(&world, &admin, "kms:CreateKey", json!({"Policy": key_policy(through)}))["KeyMetadata"]["Arn"].clone();
    let arn =
        ok(&world, &admin, "secretsmanager:CreateSecret", json!({"Name": "shared", "KmsKeyId": key, "SecretString": "s"}))["ARN"].clone();
    let own = ok(&world, &admin, "secretsmanager:CreateSecret", json!({"Name": "own", "SecretString": "s"}))["ARN"].clone();
    let reader = session(
        &world,
        PROD,
        "Reader",
        json!({"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue", "kms:Decrypt"], "Resource": "*"}),
    );
    let keyless = session(&world, PROD, "Keyless", json!({"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}));
    let read = |who: &Credentials, arn: &Value| world.call(Some(who), "secretsmanager:GetSecretValue", json!({"SecretId": arn}));
    assert!(read(&reader, &arn).unwrap_err().is_denied(), "the secret says nothing of it");
    let open = policy(json!({"Effect": "Allow", "Principal": {"AWS": PROD}, "Action": "secretsmanager:GetSecretValue", "Resource": "*",
        "Condition": {"StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}}}));
    for secret in [&arn, &own] {
        ok(&world, &admin, "secretsmanager:PutResourcePolicy", json!({"SecretId": secret, "ResourcePolicy": open}));
    }
    assert!(read(&reader, &arn).unwrap_err().is_denied(), "no stage was named");
    let staged = |who: &Credentials, arn: &Value| {
        world.call(Some(who), "secretsmanager:GetSecretValue", json!({"SecretId": arn, "VersionStage": "AWSCURRENT"}))
    };
    assert_eq!(staged(&reader, &arn).unwrap()["SecretString"], "s");
    // KMS's denial is the cause, and is told.
    assert_eq!(staged(&keyless, &arn).unwrap_err().denial.expect("the cause").action, "kms:Decrypt");
    // The managed key serves its own account alone.
    assert_eq!(staged(&reader, &own).unwrap_err().denial.expect("the cause").action, "kms:Decrypt");
    let public = policy(json!({"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}));
    let put = json!({"SecretId": arn, "ResourcePolicy": public, "BlockPublicPolicy": true});
    assert_eq!(fails(&world, &admin, "secretsmanager:PutResourcePolicy", put).code, "PublicPolicyException");
    let batch = ok(&world, &admin, "secretsmanager:BatchGetSecretValue", json!({"SecretIdList": ["own", "none"]}));
    assert_eq!(
        (&batch["SecretValues"][0]["SecretString"], &batch["Errors"][0]["ErrorCode"]),
        (&json!("s"), &json!("ResourceNotFoundException"))
    );
}

#[test]
fn a_deleted_secret_can_be_restored_for_a_time() {
    let (world, admin) = world();
    let make = json!({"Name": "gone", "SecretString": "s"});
    let first = ok(&world, &admin, "secretsmanager:CreateSecret", make.clone());
    let id = json!({"SecretId": "gone"});
    ok(&world, &admin, "secretsmanager:DeleteSecret", json!({"SecretId": "gone", "RecoveryWindowInDays": 7}));
    for (operation, input) in [("GetSecretValue", &id), ("CreateSecret", &make)] {
        assert_eq!(fails(&world, &admin, &format!("secretsmanager:{operation}"), input.clone()).code, "InvalidRequestException");
    }
    ok(&world, &admin, "secretsmanager:RestoreSecret", id.clone());
    assert_eq!(value(&world, &admin, id.clone()), "s");
    ok(&world, &admin, "secretsmanager:DeleteSecret", json!({"SecretId": "gone", "RecoveryWindowInDays": 7}));
    world.clock.advance(Duration::from_secs(7 * 24 * 60 * 60));
    let admin = world.administrator(TOOLS);
    assert_eq!(fails(&world, &admin, "secretsmanager:RestoreSecret", id.clone()).code, "ResourceNotFoundException");
    // A secret of the same name is another one.
    let second = ok(&world, &admin, "secretsmanager:CreateSecret", make);
    assert_ne!(first["ARN"], second["ARN"]);
    assert_eq!(fails(&world, &admin, "secretsmanager:GetSecretValue", json!({"SecretId": first["ARN"]})).code, "ResourceNotFoundException");
    ok(&world, &admin, "secretsmanager:DeleteSecret", json!({"SecretId": "gone", "ForceDeleteWithoutRecovery": true}));
    assert_eq!(ok(&world, &admin, "secretsmanager:ListSecrets", json!({"IncludePlannedDeletion": true}))["SecretList"], json!([]));
}

#[test]
fn a_secret_goes_on_its_day() {
    let (world, admin) = world();
    let mut engine = durable::Engine::new(world.gate.clone());
    secretsmanager::workflows(&mut engine);
    kms::workflows(&mut engine);
    let day = Duration::from_secs(24 * 60 * 60);
    for name in ["kept", "gone"] {
        ok(&world, &admin, "secretsmanager:CreateSecret", json!({"Name": name, "SecretString": "s"}));
        ok(&world, &admin, "secretsmanager:DeleteSecret", json!({"SecretId": name, "RecoveryWindowInDays": 7}));
    }
    ok(&world, &admin, "secretsmanager:RestoreSecret", json!({"SecretId": "kept"}));
    engine.run_due().unwrap();
    world.clock.advance(7 * day);
    engine.run_due().unwrap();
    let admin = world.administrator(TOOLS);
    let left = ok(&world, &admin, "secretsmanager:ListSecrets", json!({"IncludePlannedDeletion": true}))["SecretList"].clone();
    assert_eq!((left.as_array().unwrap().len(), &left[0]["Name"]), (1, &json!("kept")));
    // By force, what is not there is gone as well.
    let force = json!({"SecretId": "gone", "ForceDeleteWithoutRecovery": true});
    assert_eq!(ok(&world, &admin, "secretsmanager:DeleteSecret", force)["Name"], "gone");
    assert_eq!(fails(&world, &admin, "secretsmanager:DeleteSecret", json!({"SecretId": "gone"})).code, "ResourceNotFoundException");
}

#[test]
fn a_secret_keeps_a_hundred_versions() {
    let (world, admin) = world();
    let made = ok(&world, &admin, "secretsmanager:CreateSecret", json!({"Name": "busy", "SecretString": "0"}));
    let put = |admin: &Credentials, n: usize| {
        world.call(Some(admin), "secretsmanager:PutSecretValue", json!({"SecretId": "busy", "SecretString": n.to_string()}))
    };
    for n in 1..100 {
        put(&admin, n).unwrap();
    }
    // None of a day's versions makes room.
    assert_eq!(put(&admin, 100).unwrap_err().code, "LimitExceededException");
    world.clock.advance(Duration::from_secs(24 * 60 * 60));
    let admin = world.administrator(TOOLS);
    put(&admin, 100).unwrap();
    let first = json!({"SecretId": "busy", "VersionId": made["VersionId"]});
    assert_eq!(fails(&world, &admin, "secretsmanager:GetSecretValue", first).code, "ResourceNotFoundException");
    assert_eq!(value(&world, &admin, json!({"SecretId": "busy", "VersionStage": "AWSPREVIOUS"})), "99");
}

#[test]
fn conditions_see_the_request() {
    let (world, admin) = world();
    let key = ok(&world, &admin, "kms:CreateKey", json!({}))["KeyMetadata"]["Arn"].clone();
    let kms = json!({"Effect": "Allow", "Action": "kms:*", "Resource": "*"});
    let may = |name: &str, action: &str, condition: Value| {
        let statement = json!({"Effect": "Allow", "Action": format!("secretsmanager:{action}"), "Resource": "*", "Condition": condition});
        session(&world, TOOLS, name, json!([statement, kms]))
    };
    let by = |who: &Credentials, operation: &str, input: Value| {
        world.call(Some(who), &format!("secretsmanager:{operation}"), input).map_err(|error| error.code.into_owned())
    };
    let denied = Err("AccessDeniedException".to_owned());

    let maker = may(
        "Maker",
        "CreateSecret",
        json!({"StringLike": {"secretsmanager:Name": "app/*"}, "ArnEquals": {"secretsmanager:KmsKeyArn": key},
            "Null": {"secretsmanager:AddReplicaRegions": "true"}}),
    );
    let create = |name: &str, key: &Value| json!({"Name": name, "KmsKeyId": key, "SecretString": "s"});
    assert_eq!(by(&maker, "CreateSecret", create("other", &key)), denied);
    assert_eq!(by(&maker, "CreateSecret", create("app/db", &Value::Null)), denied);
    by(&maker, "CreateSecret", create("app/db", &key)).unwrap();
    let mut replicated = create("app/two", &key);
    replicated["AddReplicaRegions"] = json!([{"Region": "eu-west-1"}]);
    assert_eq!(by(&maker, "CreateSecret", replicated.clone()), denied);
    assert_eq!(fails(&world, &admin, "secretsmanager:CreateSecret", replicated).code, "NotImplemented");

    let careful = may(
        "Careful",
        "DeleteSecret",
        json!({"NumericGreaterThanEquals": {"secretsmanager:RecoveryWindowInDays": "14"},
            "Bool": {"secretsmanager:ForceDeleteWithoutRecovery": "false"}}),
    );
    let delete = |more: Value| {
        let mut input = json!({"SecretId": "app/db"});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        by(&careful, "DeleteSecret", input)
    };
    for more in [json!({"RecoveryWindowInDays": 7}), json!({"ForceDeleteWithoutRecovery": true}), json!({})] {
        assert_eq!(delete(more), denied);
    }
    delete(json!({"RecoveryWindowInDays": 14})).unwrap();
    ok(&world, &admin, "secretsmanager:RestoreSecret", json!({"SecretId": "app/db"}));

    let closed = may("Closed", "PutResourcePolicy", json!({"Bool": {"secretsmanager:BlockPublicPolicy": "true"}}));
    let document =
        policy(json!({"Effect": "Allow", "Principal": {"AWS": PROD}, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}));
    let put = |block: bool| json!({"SecretId": "app/db", "ResourcePolicy": document, "BlockPublicPolicy": block});
    assert_eq!(by(&closed, "PutResourcePolicy", put(false)), denied);
    by(&closed, "PutResourcePolicy", put(true)).unwrap();

    let made = ok(&world, &admin, "secretsmanager:PutSecretValue", json!({"SecretId": "app/db", "SecretString": "two"}));
    let one_version = may("OneVersion", "GetSecretValue", json!({"StringEquals": {"secretsmanager:VersionId": made["VersionId"]}}));
    assert_eq!(by(&one_version, "GetSecretValue", json!({"SecretId": "app/db"})), denied);
    by(&one_version, "GetSecretValue", json!({"SecretId": "app/db", "VersionId": made["VersionId"]})).unwrap();
    let mixed = json!({"SecretId": "app/db", "VersionId": made["VersionId"], "VersionStage": "AWSPREVIOUS"});
    assert_eq!(fails(&world, &admin, "secretsmanager:GetSecretValue", mixed).code, "InvalidRequestException");
    let again = json!({"SecretId": "app/db", "ClientRequestToken": made["VersionId"], "SecretString": "two"});
    assert_eq!(fails(&world, &admin, "secretsmanager:UpdateSecret", again).code, "ResourceExistsException");
}

#[test]
fn lists_are_filtered_and_paged() {
    let (world, admin) = world();
    for n in 0..5 {
        let input = json!({"Name": format!("app/{n}"), "Description": "Of the app", "Tags": [{"Key": "stage", "Value": format!("s{n}")}]});
        ok(&world, &admin, "secretsmanager:CreateSecret", input);
    }
    let names = |input: Value| -> Vec<String> {
        let answer = ok(&world, &admin, "secretsmanager:ListSecrets", input);
        answer["SecretList"].as_array().unwrap().iter().map(|s| s["Name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(json!({"Filters": [{"Key": "tag-value", "Values": ["s1", "s3"]}], "SortOrder": "asc"})), ["app/1", "app/3"]);
    assert_eq!(names(json!({"Filters": [{"Key": "name", "Values": ["!app/4"]}, {"Key": "description", "Values": ["of THE"]}]})).len(), 4);
    let first = ok(&world, &admin, "secretsmanager:ListSecrets", json!({"MaxResults": 3, "SortOrder": "asc"}));
    assert_eq!(names(json!({"MaxResults": 3, "SortOrder": "asc", "NextToken": first["NextToken"]})), ["app/3", "app/4"]);
    assert_eq!(fails(&world, &admin, "secretsmanager:ListSecrets", json!({"NextToken": "junk"})).code, "InvalidNextTokenException");
}
