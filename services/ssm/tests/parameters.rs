//! Parameters through the gate: hierarchies, versions, labels, keys, accounts, and what time does to them.

use serde_json::{Value, json};
use std::time::Duration;
use testworld::{Credentials, World, fails, ok, policy, session};

const TOOLS: &str = "222222222222";
const PROD: &str = "333333333333";

fn world() -> (World, Credentials) {
    let world = World::new(vec![iam::service(), sts::service(), kms::service(), ssm::service()], &[TOOLS, PROD]);
    let admin = world.administrator(TOOLS);
    (world, admin)
}

fn put(world: &World, who: &Credentials, name: &str, value: &str) -> u64 {
    let input = json!({"Name": name, "Value": value, "Type": "String", "Overwrite": true});
    ok(world, who, "ssm:PutParameter", input)["Version"].as_u64().unwrap()
}

fn value(world: &World, who: &Credentials, name: &str) -> String {
    let found = ok(world, who, "ssm:GetParameter", json!({"Name": name, "WithDecryption": true}));
    found["Parameter"]["Value"].as_str().unwrap().to_owned()
}

fn names(answer: &Value) -> Vec<String> {
    answer["Parameters"].as_array().unwrap().iter().map(|p| p["Name"].as_str().unwrap().to_owned()).collect()
}

fn arn(name: &str) -> String {
    format!("arn:aws:ssm:us-east-1:{TOOLS}:parameter{name}")
}

#[test]
fn versions_and_labels_name_values() {
    let (world, admin) = world();
    for (n, text) in ["one", "two", "three"].into_iter().enumerate() {
        assert_eq!(put(&world, &admin, "/app/db", text), n as u64 + 1);
    }
    let label = |labels: Value, version: u64| {
        ok(&world, &admin, "ssm:LabelParameterVersion", json!({"Name": "/app/db", "Labels": labels, "ParameterVersion": version}))
    };
    assert_eq!(label(json!(["prod", "1st", "AWSx", "a b"]), 1)["InvalidLabels"], json!(["1st", "AWSx", "a b"]));
    assert_eq!(value(&world, &admin, "/app/db:prod"), "one");
    // A label moves.
    label(json!(["prod"]), 2);
    assert_eq!(value(&world, &admin, "/app/db:prod"), "two");
    assert_eq!(value(&world, &admin, &format!("{}:1", arn("/app/db"))), "one");
    assert_eq!(value(&world, &admin, &arn("/app/db")), "three");
    let found = ok(&world, &admin, "ssm:GetParameter", json!({"Name": "/app/db:2"}))["Parameter"].clone();
    assert_eq!((&found["Selector"], &found["ARN"]), (&json!(":2"), &json!(arn("/app/db"))));
    for (name, code) in [
        ("/app/db:9", "ParameterVersionNotFound"),
        ("/app/db:none", "ParameterVersionNotFound"),
        ("/app/none", "ParameterNotFound"),
        ("/aws/service/ami-amazon-linux-latest/x", "NotImplemented"),
        ("/app/db:1:2", "ValidationException"),
    ] {
        assert_eq!(fails(&world, &admin, "ssm:GetParameter", json!({"Name": name})).code, code, "{name}");
    }
    let many: Vec<String> = (0..10).map(|n| format!("l{n}")).collect();
    let over = json!({"Name": "/app/db", "Labels": many, "ParameterVersion": 2});
    assert_eq!(fails(&world, &admin, "ssm:LabelParameterVersion", over).code, "ParameterVersionLabelLimitExceeded");
    let history = ok(&world, &admin, "ssm:GetParameterHistory", json!({"Name": "/app/db", "MaxResults": 2}));
    assert_eq!((&history["Parameters"][0]["Value"], &history["Parameters"][1]["Labels"]), (&json!("one"), &json!(["prod"])));
    let rest = ok(&world, &admin, "ssm:GetParameterHistory", json!({"Name": "/app/db", "NextToken": history["NextToken"]}));
    assert_eq!((&rest["Parameters"][0]["Value"], rest.get("NextToken")), (&json!("three"), None));
    let off = ok(&world, &admin, "ssm:UnlabelParameterVersion", json!({"Name": "/app/db", "ParameterVersion": 2, "Labels": ["prod", "x"]}));
    assert_eq!((&off["RemovedLabels"], &off["InvalidLabels"]), (&json!(["prod"]), &json!(["x"])));
}

#[test]
fn a_hundred_versions_stay_and_labels_hold_the_oldest() {
    let (world, admin) = world();
    for n in 1..=101 {
        assert_eq!(put(&world, &admin, "p", &n.to_string()), n);
    }
    assert_eq!(fails(&world, &admin, "ssm:GetParameter", json!({"Name": "p:1"})).code, "ParameterVersionNotFound");
    assert_eq!(value(&world, &admin, "p:2"), "2");
    ok(&world, &admin, "ssm:LabelParameterVersion", json!({"Name": "p", "Labels": ["keep"], "ParameterVersion": 2}));
    let again = json!({"Name": "p", "Value": "x", "Overwrite": true});
    assert_eq!(fails(&world, &admin, "ssm:PutParameter", again).code, "ParameterMaxVersionLimitExceeded");
    // Made again, it has no past.
    ok(&world, &admin, "ssm:DeleteParameter", json!({"Name": "p"}));
    assert_eq!(put(&world, &admin, "p", "new"), 1);
    assert_eq!(fails(&world, &admin, "ssm:GetParameter", json!({"Name": "p:50"})).code, "ParameterVersionNotFound");
    assert_eq!(ok(&world, &admin, "ssm:GetParameterHistory", json!({"Name": "p"}))["Parameters"].as_array().unwrap().len(), 1);
}

#[test]
fn what_may_be_put() {
    let (world, admin) = world();
    let refused = |mut input: Value, code: &str, word: &str| {
        for (name, given) in [("Name", json!("/x/y")), ("Value", json!("v")), ("Type", json!("String"))] {
            if input.get(name).is_none() {
                input[name] = given;
            }
        }
        let error = fails(&world, &admin, "ssm:PutParameter", input);
        assert!(error.code == code && error.message.contains(word), "{error}");
    };
    refused(json!({"Type": null}), "ValidationException", "A parameter type is required");
    refused(json!({"Type": "Text"}), "ValidationException", "satisfy enum value set");
    refused(json!({"Value": ""}), "ValidationException", "greater than or equal to 1");
    refused(json!({"Value": "a {{ssm:b}}"}), "ValidationException", "can't nest");
    refused(json!({"Value": "x".repeat(4097)}), "ValidationException", "4096 characters");
    refused(json!({"Value": "x".repeat(8193), "Tier": "Advanced"}), "ValidationException", "8192 characters");
    refused(json!({"AllowedPattern": r"\d{1,4}", "Value": "10000"}), "ParameterPatternMismatchException", r"allowedPattern: \d{1,4}");
    refused(json!({"AllowedPattern": "["}), "InvalidAllowedPatternException", "[");
    refused(json!({"DataType": "aws:ec2:image"}), "NotImplemented", "aws:ec2:image");
    refused(json!({"DataType": "number"}), "ValidationException", "all lowercase");
    refused(json!({"KeyId": "alias/a"}), "ValidationException", "KeyId");
    refused(json!({"Policies": "[{}, 1]", "Tier": "Advanced"}), "InvalidPolicyTypeException", "Expiration");
    refused(json!({"Overwrite": true, "Tags": [{"Key": "a", "Value": "b"}]}), "ValidationException", "can't be used together");
    refused(json!({"Type": "SecureString", "KeyId": "alias/none"}), "InvalidKeyId", "alias/none");

    let tier = |input: Value| ok(&world, &admin, "ssm:PutParameter", input)["Tier"].clone();
    assert_eq!(tier(json!({"Name": "big", "Type": "String", "Value": "x".repeat(4097), "Tier": "Intelligent-Tiering"})), "Advanced");
    assert_eq!(tier(json!({"Name": "big", "Value": "x", "Overwrite": true})), "Advanced");
    refused(json!({"Name": "big", "Tier": "Standard", "Overwrite": true}), "ValidationException", "can't downgrade");
    refused(json!({"Name": "big"}), "ParameterAlreadyExists", "overwrite option");
    // What is not given again stays.
    let first = json!({"Name": "/a/n", "Type": "StringList", "Value": "1,22", "AllowedPattern": r"^\d+$", "Description": "numbers"});
    assert_eq!(tier(first), "Standard");
    let next = |input: Value| world.call(Some(&admin), "ssm:PutParameter", input);
    assert_eq!(next(json!({"Name": "/a/n", "Value": "1,x", "Overwrite": true})).unwrap_err().code, "ParameterPatternMismatchException");
    next(json!({"Name": "/a/n", "Value": "3", "Overwrite": true})).unwrap();
    let described = ok(&world, &admin, "ssm:DescribeParameters", json!({"Filters": [{"Key": "Name", "Values": ["/a"]}]}));
    assert_eq!((&described["Parameters"][0]["Description"], &described["Parameters"][0]["Version"]), (&json!("numbers"), &json!(2)));
    let other = json!({"Name": "/a/n", "Type": "String", "Value": "3", "Overwrite": true});
    assert_eq!(next(other).unwrap_err().code, "HierarchyTypeMismatchException");
}

#[test]
fn paths_are_listed_by_level_and_page() {
    let (world, admin) = world();
    for name in ["/a", "/a/b", "/a/b/c", "/a/b/d", "/a/e", "/ab/c", "top"] {
        put(&world, &admin, name, "v");
    }
    let by = |input: Value| names(&ok(&world, &admin, "ssm:GetParametersByPath", input));
    assert_eq!(by(json!({"Path": "/a"})), ["/a/b", "/a/e"]);
    assert_eq!(by(json!({"Path": "/a/", "Recursive": true})), ["/a/b", "/a/b/c", "/a/b/d", "/a/e"]);
    assert_eq!(by(json!({"Path": "/"})), ["/a", "top"]);
    assert_eq!(by(json!({"Path": "/", "Recursive": true})).len(), 7);
    let (mut token, mut found) = (Value::Null, Vec::new());
    loop {
        let page =
            ok(&world, &admin, "ssm:GetParametersByPath", json!({"Path": "/a", "Recursive": true, "MaxResults": 1, "NextToken": token}));
        found.extend(names(&page));
        match page.get("NextToken") {
            Some(next) => token = next.clone(),
            None => break,
        }
    }
    assert_eq!(found, ["/a/b", "/a/b/c", "/a/b/d", "/a/e"]);
    let wrong = json!({"Path": "/ab", "NextToken": token});
    assert_eq!(fails(&world, &admin, "ssm:GetParametersByPath", wrong).code, "InvalidNextToken");
    assert_eq!(fails(&world, &admin, "ssm:GetParametersByPath", json!({"Path": "a"})).code, "ValidationException");
    assert_eq!(fails(&world, &admin, "ssm:GetParametersByPath", json!({"Path": "/a", "MaxResults": 11})).code, "ValidationException");
    ok(&world, &admin, "ssm:LabelParameterVersion", json!({"Name": "/a/e", "Labels": ["live"]}));
    put(&world, &admin, "/a/e", "later");
    let live =
        ok(&world, &admin, "ssm:GetParametersByPath", json!({"Path": "/a", "ParameterFilters": [{"Key": "Label", "Values": ["live"]}]}));
    assert_eq!((&live["Parameters"][0]["Value"], live["Parameters"].as_array().unwrap().len()), (&json!("v"), 1));
    let several = ok(&world, &admin, "ssm:GetParameters", json!({"Names": ["/a", "/none", "/a/e:1", "bad name"]}));
    assert_eq!((names(&several), &several["InvalidParameters"]), (vec!["/a".into(), "/a/e".into()], &json!(["/none", "bad name"])));
    let gone = ok(&world, &admin, "ssm:DeleteParameters", json!({"Names": ["/a", "/none"]}));
    assert_eq!((&gone["DeletedParameters"], &gone["InvalidParameters"]), (&json!(["/a"]), &json!(["/none"])));
    assert_eq!(fails(&world, &admin, "ssm:DeleteParameter", json!({"Name": "/a"})).code, "ParameterNotFound");
}

#[test]
fn rights_are_asked_of_names_paths_and_tags() {
    let (world, admin) = world();
    put(&world, &admin, "/app/open", "v");
    put(&world, &admin, "/app/closed", "v");
    let tag = json!({"ResourceType": "Parameter", "ResourceId": "/app/closed", "Tags": [{"Key": "team", "Value": "red"}]});
    ok(&world, &admin, "ssm:AddTagsToResource", tag);
    let reader = session(
        &world,
        TOOLS,
        "Reader",
        json!([
            {"Effect": "Allow", "Action": ["ssm:GetParameter", "ssm:GetParameters"], "Resource": arn("/app/*")},
            {"Effect": "Allow", "Action": "ssm:GetParametersByPath", "Resource": arn("/app"),
             "Condition": {"StringEquals": {"ssm:Recursive": "false"}}},
            {"Effect": "Allow", "Action": "ssm:PutParameter", "Resource": arn("/app/*"), "Condition": {"StringEquals": {"ssm:Overwrite": "true"}}},
            {"Effect": "Deny", "Action": "ssm:*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "red"}}}
        ]),
    );
    let denied =
        |operation: &str, input: Value| fails(&world, &reader, &format!("ssm:{operation}"), input).denial.expect("a denial").resource;
    assert_eq!(value(&world, &reader, "/app/open"), "v");
    assert_eq!(denied("GetParameter", json!({"Name": "/app/closed"})), arn("/app/closed"));
    // One name that is denied denies the call.
    assert_eq!(denied("GetParameters", json!({"Names": ["/app/open", "/app/closed"]})), arn("/app/closed"));
    // Who may read a path may read all below it.
    assert_eq!(names(&ok(&world, &reader, "ssm:GetParametersByPath", json!({"Path": "/app"}))).len(), 2);
    assert_eq!(denied("GetParametersByPath", json!({"Path": "/app", "Recursive": true})), arn("/app"));
    assert_eq!(denied("DescribeParameters", json!({})), "*");
    assert_eq!(denied("PutParameter", json!({"Name": "/app/new", "Type": "String", "Value": "v"})), arn("/app/new"));
    assert_eq!(put(&world, &reader, "/app/open", "w"), 2);
    let tags = ok(&world, &admin, "ssm:ListTagsForResource", json!({"ResourceType": "Parameter", "ResourceId": "/app/closed"}));
    assert_eq!(tags["TagList"], json!([{"Key": "team", "Value": "red"}]));
    let none = json!({"ResourceType": "Parameter", "ResourceId": "/app/none"});
    assert_eq!(fails(&world, &admin, "ssm:ListTagsForResource", none).code, "InvalidResourceId");
}

#[test]
fn secrets_are_opened_by_those_who_may_use_the_key() {
    let (world, admin) = world();
    let key = ok(&world, &admin, "kms:CreateKey", json!({}))["KeyMetadata"]["Arn"].clone();
    for (name, tier, size) in [("/s/standard", "Standard", 4096), ("/s/advanced", "Advanced", 8192)] {
        let text = "x".repeat(size);
        let input = json!({"Name": name, "Type": "SecureString", "Value": text, "KeyId": key, "Tier": tier});
        ok(&world, &admin, "ssm:PutParameter", input);
        assert_eq!(value(&world, &admin, name), text);
        let sealed = ok(&world, &admin, "ssm:GetParameter", json!({"Name": name}));
        assert!(!sealed["Parameter"]["Value"].as_str().unwrap().contains("xxxxxxxx"));
    }
    ok(&world, &admin, "ssm:PutParameter", json!({"Name": "/s/own", "Type": "SecureString", "Value": "managed"}));
    assert_eq!(value(&world, &admin, "/s/own"), "managed");
    let statements = json!([{"Effect": "Allow", "Action": "ssm:Get*", "Resource": "*"}]);
    let keyless = session(&world, TOOLS, "Keyless", statements);
    let read = |who: &Credentials, name: &str| world.call(Some(who), "ssm:GetParameter", json!({"Name": name, "WithDecryption": true}));
    for name in ["/s/standard", "/s/advanced"] {
        assert_eq!(read(&keyless, name).unwrap_err().denial.expect("the cause").action, "kms:Decrypt");
    }
    // The managed key serves everyone of the account, through the service; sealed it is told to anyone.
    assert_eq!(read(&keyless, "/s/own").unwrap()["Parameter"]["Value"], "managed");
    ok(&world, &keyless, "ssm:GetParameter", json!({"Name": "/s/standard"}));
    let through = json!([
        {"Effect": "Allow", "Action": "ssm:Get*", "Resource": "*"},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Condition": {"StringEquals": {
            "kms:ViaService": "ssm.us-east-1.amazonaws.com", "kms:EncryptionContext:PARAMETER_ARN": arn("/s/standard")}}}
    ]);
    let bound = session(&world, TOOLS, "Bound", through);
    assert!(read(&bound, "/s/standard").is_ok());
    assert!(read(&bound, "/s/advanced").unwrap_err().is_denied());
    ok(&world, &admin, "kms:DisableKey", json!({"KeyId": key}));
    assert_eq!(read(&admin, "/s/standard").unwrap_err().code, "InvalidKeyId");
}

#[test]
fn across_accounts_an_advanced_parameter_is_shared() {
    let (world, admin) = world();
    let key_policy = policy(json!([
        {"Effect": "Allow", "Principal": {"AWS": TOOLS}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": PROD}, "Action": "kms:Decrypt", "Resource": "*"}
    ]));
    let key = ok(&world, &admin, "kms:CreateKey", json!({"Policy": key_policy}))["KeyMetadata"]["Arn"].clone();
    let input = json!({"Name": "/shared/db", "Type": "SecureString", "Value": "s", "KeyId": key});
    ok(&world, &admin, "ssm:PutParameter", input);
    let open = policy(json!({"Effect": "Allow", "Principal": {"AWS": PROD}, "Action": ["ssm:GetParameter", "ssm:GetParameters"],
        "Resource": arn("/shared/db")}));
    let share = json!({"ResourceArn": arn("/shared/db"), "Policy": open});
    assert_eq!(fails(&world, &admin, "ssm:PutResourcePolicy", share.clone()).code, "ResourcePolicyInvalidParameterException");
    ok(&world, &admin, "ssm:PutParameter", json!({"Name": "/shared/db", "Value": "t", "Overwrite": true, "Tier": "Advanced"}));
    let reader = session(&world, PROD, "Reader", json!({"Effect": "Allow", "Action": ["ssm:*", "kms:Decrypt"], "Resource": "*"}));
    let read = || world.call(Some(&reader), "ssm:GetParameter", json!({"Name": arn("/shared/db"), "WithDecryption": true}));
    assert!(read().unwrap_err().is_denied());
    let made = ok(&world, &admin, "ssm:PutResourcePolicy", share.clone());
    assert_eq!(read().unwrap()["Parameter"]["Value"], "t");
    // By its name it would be the reader's own.
    assert_eq!(fails(&world, &reader, "ssm:GetParameter", json!({"Name": "/shared/db"})).code, "ParameterNotFound");
    assert_eq!(fails(&world, &admin, "ssm:PutResourcePolicy", share).code, "ResourcePolicyLimitExceededException");
    let kept = ok(&world, &admin, "ssm:GetResourcePolicies", json!({"ResourceArn": arn("/shared/db")}));
    assert_eq!(kept["Policies"][0]["PolicyId"], made["PolicyId"]);
    let wrong = json!({"ResourceArn": arn("/shared/db"), "PolicyId": made["PolicyId"], "PolicyHash": "0"});
    assert_eq!(fails(&world, &admin, "ssm:DeleteResourcePolicy", wrong).code, "ResourcePolicyConflictException");
    let right = json!({"ResourceArn": arn("/shared/db"), "PolicyId": made["PolicyId"], "PolicyHash": made["PolicyHash"]});
    ok(&world, &admin, "ssm:DeleteResourcePolicy", right);
    assert!(read().unwrap_err().is_denied());
}

#[test]
fn policies_are_applied_by_the_clock() {
    let (world, admin) = world();
    let mut engine = durable::Engine::new(world.gate.clone());
    ssm::workflows(&mut engine);
    let policies = json!([
        {"Type": "Expiration", "Version": "1.0", "Attributes": {"Timestamp": "2026-11-24T05:00:00.000Z"}},
        {"Type": "ExpirationNotification", "Version": "1.0", "Attributes": {"Before": "1", "Unit": "Days"}},
    ])
    .to_string();
    let input = json!({"Name": "/t/p", "Type": "String", "Value": "v", "Tier": "Intelligent-Tiering", "Policies": policies});
    assert_eq!(ok(&world, &admin, "ssm:PutParameter", input)["Tier"], "Advanced");
    put(&world, &admin, "/t/p", "w");
    engine.run_due().unwrap();
    let statuses = |who: &Credentials| -> Vec<Value> {
        let described = ok(&world, who, "ssm:DescribeParameters", json!({}));
        described["Parameters"][0]["Policies"].as_array().unwrap().iter().map(|p| p["PolicyStatus"].clone()).collect()
    };
    assert_eq!(statuses(&admin), ["Pending", "Pending"]);
    world.clock.advance(Duration::from_secs(24 * 60 * 60));
    engine.run_due().unwrap();
    let admin = world.administrator(TOOLS);
    assert_eq!(statuses(&admin), ["Pending", "Finished"]);
    world.clock.advance(Duration::from_secs(24 * 60 * 60));
    // It is gone at its moment, before anybody deletes it.
    let admin = world.administrator(TOOLS);
    assert_eq!(fails(&world, &admin, "ssm:GetParameter", json!({"Name": "/t/p"})).code, "ParameterNotFound");
    engine.run_due().unwrap();
    assert!(durable::Engine::under_way(&world.gate, None).unwrap().is_empty());
    assert_eq!(put(&world, &admin, "/t/p", "new"), 1);
    assert_eq!(fails(&world, &admin, "ssm:GetParameter", json!({"Name": "/t/p:2"})).code, "ParameterVersionNotFound");
}
