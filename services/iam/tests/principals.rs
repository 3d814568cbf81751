//! Who is who: unique ids, boundaries, trust across accounts, access keys.
#![allow(dead_code, reason = "the world is shared with other tests")]

mod world;

use serde_json::{Value, json};
use world::{MANAGEMENT, PROD, TOOLS, World, allow, decoded};

fn world() -> World {
    World::new([iam::service(), sts::service()])
}

fn root(account: &str) -> Value {
    json!({"AWS": format!("arn:aws:iam::{account}:root")})
}

#[test]
fn a_role_made_again_is_another_principal() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let first = world.role(&admin, "Deployer", root(TOOLS), Some(allow("iam:GetRole", "*")));
    let target = world.role(&admin, "Target", json!({"AWS": first}), None);
    let old = world.assume(&admin, &first).unwrap();
    world.ok(&old, "iam:GetRole", json!({"RoleName": "Target"}));
    world.assume(&old, &target).unwrap();

    world.ok(&admin, "iam:DeleteRolePolicy", json!({"RoleName": "Deployer", "PolicyName": "main"}));
    world.ok(&admin, "iam:DeleteRole", json!({"RoleName": "Deployer"}));
    let dead = world.call(&old, "iam:GetRole", json!({"RoleName": "Target"})).unwrap_err();
    assert_eq!(dead.code, "AccessDenied");
    let trust = world.ok(&admin, "iam:GetRole", json!({"RoleName": "Target"}));
    let trust = decoded(&trust["Role"]["AssumeRolePolicyDocument"]);
    assert!(trust.contains("\"AROA"), "{trust}");

    let again = world.role(&admin, "Deployer", root(TOOLS), Some(allow("iam:GetRole", "*")));
    assert_eq!(again, first);
    assert_eq!(world.call(&old, "iam:GetRole", json!({"RoleName": "Target"})).unwrap_err().code, "AccessDenied");
    let new = world.assume(&admin, &again).unwrap();
    world.ok(&new, "iam:GetRole", json!({"RoleName": "Target"}));
    assert!(world.assume(&new, &target).unwrap_err().is_denied());
    // The id that stayed behind cannot be written again.
    let code = world.fails(&admin, "iam:UpdateAssumeRolePolicy", json!({"RoleName": "Target", "PolicyDocument": trust}));
    assert_eq!(code, "MalformedPolicyDocument");
}

#[test]
fn a_boundary_limits_an_administrator() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let boundary =
        world.ok(&admin, "iam:CreatePolicy", json!({"PolicyName": "edge", "PolicyDocument": allow("iam:Get*", "*").to_string()}));
    let boundary = boundary["Policy"]["Arn"].clone();
    let role = world.role(&admin, "Build", root(TOOLS), Some(allow("*", "*")));
    let session = world.assume(&admin, &role).unwrap();
    world.ok(&session, "iam:ListRoles", json!({}));
    world.ok(&admin, "iam:PutRolePermissionsBoundary", json!({"RoleName": "Build", "PermissionsBoundary": boundary}));
    let denial = world.denied(&session, "iam:ListRoles", json!({}));
    assert!(denial.message.contains("permissions boundary"), "{denial}");
    let got = world.ok(&session, "iam:GetRole", json!({"RoleName": "Build"}));
    assert_eq!(got["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"], boundary);
    // A policy in use as a boundary stays; taken away, the rights are back.
    assert_eq!(world.fails(&admin, "iam:DeletePolicy", json!({"PolicyArn": boundary})), "DeleteConflict");
    world.ok(&admin, "iam:DeleteRolePermissionsBoundary", json!({"RoleName": "Build"}));
    world.ok(&session, "iam:ListRoles", json!({}));
    world.ok(&admin, "iam:DeletePolicy", json!({"PolicyArn": boundary}));
}

#[test]
fn only_roles_with_the_boundary_may_be_made() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let edge = format!("arn:aws:iam::{TOOLS}:policy/edge");
    world.ok(&admin, "iam:CreatePolicy", json!({"PolicyName": "edge", "PolicyDocument": allow("s3:*", "*").to_string()}));
    let within = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["iam:CreateRole", "iam:AttachRolePolicy"], "Resource": "*", "Condition": {"ArnEquals": {"iam:PermissionsBoundary": edge}}},
        {"Effect": "Deny", "Action": "iam:AttachRolePolicy", "Resource": "*", "Condition": {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}}},
    ]});
    let maker = world.assume(&admin, &world.role(&admin, "Maker", root(TOOLS), Some(within))).unwrap();
    let trust = json!({"Statement": {"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}})
        .to_string();
    world.denied(&maker, "iam:CreateRole", json!({"RoleName": "Free", "AssumeRolePolicyDocument": trust}));
    world.ok(&maker, "iam:CreateRole", json!({"RoleName": "Bound", "AssumeRolePolicyDocument": trust, "PermissionsBoundary": edge}));
    world.ok(&maker, "iam:AttachRolePolicy", json!({"RoleName": "Bound", "PolicyArn": "arn:aws:iam::aws:policy/PowerUserAccess"}));
    world.denied(&maker, "iam:AttachRolePolicy", json!({"RoleName": "Bound", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}));
    // A role without the boundary is out of reach.
    world.denied(&maker, "iam:AttachRolePolicy", json!({"RoleName": "Maker", "PolicyArn": "arn:aws:iam::aws:policy/PowerUserAccess"}));
}

#[test]
fn across_accounts_both_sides_must_agree() {
    let world = world();
    let (tools, prod) = (world.administrator(TOOLS), world.administrator(PROD));
    let deploy = world.role(&prod, "Deploy", root(TOOLS), Some(allow("iam:GetRole", "*")));
    let unwilling = world.role(&prod, "Unwilling", root(PROD), None);
    let pipeline = world.role(&tools, "Pipeline", root(TOOLS), None);
    let session = world.assume(&tools, &pipeline).unwrap();
    assert!(world.assume(&session, &deploy).unwrap_err().is_denied(), "its own side says nothing");
    world.ok(
        &tools,
        "iam:PutRolePolicy",
        json!({"RoleName": "Pipeline", "PolicyName": "assume", "PolicyDocument": allow("sts:AssumeRole", "*").to_string()}),
    );
    assert!(world.assume(&session, &unwilling).unwrap_err().is_denied(), "the trust policy names another account");
    let there = world.assume(&session, &deploy).unwrap();
    world.ok(&there, "iam:GetRole", json!({"RoleName": "Deploy"}));
    // The name means a role of the caller's own account.
    assert_eq!(world.fails(&there, "iam:GetRole", json!({"RoleName": "Pipeline"})), "NoSuchEntity");
}

#[test]
fn trust_names_principals_that_exist() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let trust = |principal: &str| {
        json!({"Statement": {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}}).to_string()
    };
    let nobody = format!("arn:aws:iam::{PROD}:role/nobody");
    let error = world.call(&admin, "iam:CreateRole", json!({"RoleName": "R", "AssumeRolePolicyDocument": trust(&nobody)})).unwrap_err();
    assert_eq!((&*error.code, error.message), ("MalformedPolicyDocument", format!("Invalid principal in policy: \"AWS\":\"{nobody}\"")));
    let operator = format!("arn:aws:iam::{MANAGEMENT}:user/operator");
    let made = world.ok(&admin, "iam:CreateRole", json!({"RoleName": "R", "AssumeRolePolicyDocument": trust(&operator)}));
    let shown = made["Role"]["AssumeRolePolicyDocument"].as_str().unwrap();
    assert!(shown.starts_with("%7B%22Statement%22%3A"), "{shown}");
    let read = world.ok(&admin, "iam:GetRole", json!({"RoleName": "r"}));
    assert_eq!(decoded(&read["Role"]["AssumeRolePolicyDocument"]), trust(&operator));
    let broken = world
        .call(&admin, "iam:UpdateAssumeRolePolicy", json!({"RoleName": "R", "PolicyDocument": "{\"Statement\": {\"Effect\": \"allow\"}}"}))
        .unwrap_err();
    assert_eq!(broken.code, "MalformedPolicyDocument");
    assert!(broken.message.contains("Statement"), "{broken}");
}

#[test]
fn quotas_and_conflicts() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let role = world.role(&admin, "Full", root(TOOLS), None);
    let long = allow("s3:GetObject", &format!("arn:aws:s3:::{}", "x".repeat(6000))).to_string();
    let put = |name: &str| json!({"RoleName": "Full", "PolicyName": name, "PolicyDocument": long});
    world.ok(&admin, "iam:PutRolePolicy", put("a"));
    assert_eq!(world.fails(&admin, "iam:PutRolePolicy", put("b")), "LimitExceeded");
    world.ok(&admin, "iam:PutRolePolicy", put("a"));
    let longer = allow("s3:GetObject", &format!("arn:aws:s3:::{}", "x".repeat(6100))).to_string();
    assert_eq!(world.fails(&admin, "iam:CreatePolicy", json!({"PolicyName": "P", "PolicyDocument": longer})), "LimitExceeded");
    assert_eq!(
        world.fails(&admin, "iam:CreateRole", json!({"RoleName": "FULL", "AssumeRolePolicyDocument": "{}"})),
        "MalformedPolicyDocument"
    );
    let trust = json!({"Statement": {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "sts:AssumeRole"}}).to_string();
    assert_eq!(
        world.fails(&admin, "iam:CreateRole", json!({"RoleName": "FULL", "AssumeRolePolicyDocument": trust})),
        "EntityAlreadyExists"
    );
    assert_eq!(world.fails(&admin, "iam:DeleteRole", json!({"RoleName": "Full"})), "DeleteConflict");
    assert_eq!(
        world.fails(&admin, "iam:AttachRolePolicy", json!({"RoleName": "Full", "PolicyArn": "arn:aws:iam::aws:policy/Unknown"})),
        "NoSuchEntity"
    );
    let names: Vec<String> = (0..7).map(|n| format!("R{n}")).collect();
    for name in &names {
        world.role(&admin, name, root(TOOLS), None);
    }
    let (mut marker, mut seen) = (Value::Null, Vec::new());
    loop {
        let page = world.ok(&admin, "iam:ListRoles", json!({"MaxItems": "4", "Marker": marker}));
        seen.extend(page["Roles"].as_array().unwrap().iter().map(|role| role["RoleName"].as_str().unwrap().to_owned()));
        if page["IsTruncated"] == json!(false) {
            break;
        }
        marker = page["Marker"].clone();
    }
    assert_eq!(seen.len(), 9);
    assert!(names.iter().all(|name| seen.contains(name)));
}

#[test]
fn access_keys_are_shown_once_and_can_be_switched_off() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let ann = world.user(&admin, "ann", Some(allow("iam:*", "arn:aws:iam::*:user/${aws:username}")));
    assert!(!world.recorded().contains(ann.secret_access_key.expose()), "the secret is in a record");
    let me = world.ok(&ann, "iam:GetUser", json!({}));
    assert_eq!(me["User"]["UserName"], "ann");
    world.denied(&ann, "iam:GetUser", json!({"UserName": "bob"}));
    assert_eq!(world.fails(&admin, "iam:DeleteUser", json!({"UserName": "ann"})), "DeleteConflict");
    world.ok(&ann, "iam:UpdateAccessKey", json!({"AccessKeyId": ann.access_key_id, "Status": "Inactive"}));
    assert_eq!(world.fails(&ann, "iam:GetUser", json!({})), "InvalidClientTokenId");
}
