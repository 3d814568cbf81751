//! The resource types, as CloudFormation uses them.
#![allow(dead_code, reason = "the world is shared with other tests")]

mod world;

use serde_json::{Value, json};
use world::{TOOLS, World};

fn world() -> World {
    let world = World::new([iam::service(), sts::service()]);
    world.stack_role();
    world
}

fn policy(action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})
}

fn trust() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
}

#[test]
fn a_role_is_made_changed_and_deleted() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let old = json!({
        "AssumeRolePolicyDocument": trust(), "Description": "first", "MaxSessionDuration": "7200", "Path": "/ci/",
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/PowerUserAccess"],
        "Policies": [{"PolicyName": "a", "PolicyDocument": policy("s3:*")}, {"PolicyName": "b", "PolicyDocument": policy("kms:*")}],
        "Tags": [{"Key": "team", "Value": "x"}],
    });
    let made = world.create("AWS::IAM::Role", &old).unwrap();
    assert_eq!(made.id, "stack-Thing-ABCDEF123456");
    assert_eq!(made.attributes["Arn"], format!("arn:aws:iam::{TOOLS}:role/ci/stack-Thing-ABCDEF123456"));
    assert!(made.attributes["RoleId"].as_str().unwrap().starts_with("AROA"));
    let new = json!({
        "AssumeRolePolicyDocument": trust(), "Path": "/ci/", "PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess",
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AWSCodeDeployRoleForECS"],
        "Policies": [{"PolicyName": "b", "PolicyDocument": policy("kms:Decrypt")}, {"PolicyName": "c", "PolicyDocument": policy("ecr:*")}],
    });
    let changed = world.update("AWS::IAM::Role", &made.id, &old, &new).unwrap();
    assert_eq!(changed.id, made.id);
    assert_eq!(changed.attributes, made.attributes);
    let role = world.ok(&admin, "iam:GetRole", json!({"RoleName": made.id}))["Role"].clone();
    assert_eq!(role["MaxSessionDuration"], 3600);
    assert_eq!(role["PermissionsBoundary"]["PermissionsBoundaryArn"], "arn:aws:iam::aws:policy/PowerUserAccess");
    assert_eq!(role["Tags"], json!([{"Key": "stack", "Value": "yes"}]));
    let names = world.ok(&admin, "iam:ListRolePolicies", json!({"RoleName": made.id}));
    assert_eq!(names["PolicyNames"], json!(["b", "c"]));
    let attached = world.ok(&admin, "iam:ListAttachedRolePolicies", json!({"RoleName": made.id}));
    assert_eq!(
        attached["AttachedPolicies"],
        json!([{"PolicyName": "AWSCodeDeployRoleForECS", "PolicyArn": "arn:aws:iam::aws:policy/AWSCodeDeployRoleForECS"}])
    );
    world.delete("AWS::IAM::Role", &made.id, &new).unwrap();
    assert_eq!(world.fails(&admin, "iam:GetRole", json!({"RoleName": made.id})), "NoSuchEntity");
    world.delete("AWS::IAM::Role", &made.id, &new).unwrap();
}

#[test]
fn what_fails_leaves_nothing_behind() {
    let world = world();
    let bad = json!({"RoleName": "half", "AssumeRolePolicyDocument": trust(), "Policies": [{"PolicyName": "a", "PolicyDocument": {"Statement": []}}]});
    assert_eq!(world.create("AWS::IAM::Role", &bad).unwrap_err().code, "MalformedPolicyDocument");
    assert_eq!(world.fails(&world.administrator(TOOLS), "iam:GetRole", json!({"RoleName": "half"})), "NoSuchEntity");
}

#[test]
fn an_inline_policy_follows_its_roles() {
    let world = world();
    let admin = world.administrator(TOOLS);
    for name in ["one", "two"] {
        world.create("AWS::IAM::Role", &json!({"RoleName": name, "AssumeRolePolicyDocument": trust().to_string()})).unwrap();
    }
    let policies = |role: &str| world.ok(&admin, "iam:ListRolePolicies", json!({"RoleName": role}))["PolicyNames"].clone();
    let old = json!({"PolicyName": "p", "PolicyDocument": policy("s3:*"), "Roles": ["one"]});
    let made = world.create("AWS::IAM::Policy", &old).unwrap();
    let new = json!({"PolicyName": "q", "PolicyDocument": policy("s3:*"), "Roles": ["one", "two"]});
    world.update("AWS::IAM::Policy", &made.id, &old, &new).unwrap();
    assert_eq!((policies("one"), policies("two")), (json!(["q"]), json!(["q"])));
    world.delete("AWS::IAM::Policy", &made.id, &new).unwrap();
    assert_eq!((policies("one"), policies("two")), (json!([]), json!([])));
}

#[test]
fn a_managed_policy_keeps_five_versions() {
    let world = world();
    let admin = world.administrator(TOOLS);
    world.create("AWS::IAM::Role", &json!({"RoleName": "one", "AssumeRolePolicyDocument": trust()})).unwrap();
    let properties = |n: usize| json!({"PolicyDocument": policy(&format!("s3:Get{n}")), "Roles": ["one"]});
    let made = world.create("AWS::IAM::ManagedPolicy", &properties(0)).unwrap();
    assert_eq!(made.id, format!("arn:aws:iam::{TOOLS}:policy/stack-Thing-ABCDEF123456"));
    for n in 1..=7 {
        world.update("AWS::IAM::ManagedPolicy", &made.id, &properties(n - 1), &properties(n)).unwrap();
    }
    let versions = world.ok(&admin, "iam:ListPolicyVersions", json!({"PolicyArn": made.id}));
    let ids: Vec<&str> = versions["Versions"].as_array().unwrap().iter().map(|v| v["VersionId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["v8", "v7", "v6", "v5", "v4"]);
    world.delete("AWS::IAM::ManagedPolicy", &made.id, &properties(7)).unwrap();
    assert_eq!(world.fails(&admin, "iam:GetPolicy", json!({"PolicyArn": made.id})), "NoSuchEntity");
}

#[test]
fn a_provider_is_made_changed_and_deleted() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let kind = "AWS::IAM::OIDCProvider";
    let old = json!({"Url": "https://issuer.example", "ClientIdList": ["a", "b"], "Tags": [{"Key": "team", "Value": "x"}]});
    let made = world.create(kind, &old).unwrap();
    assert_eq!(made.id, format!("arn:aws:iam::{TOOLS}:oidc-provider/issuer.example"));
    assert_eq!(made.attributes["Arn"], made.id);
    let of = json!({"OpenIDConnectProviderArn": made.id});
    let print = "0123456789abcdef0123456789abcdef01234567";
    let new = json!({"Url": "https://issuer.example", "ClientIdList": ["b", "c"], "ThumbprintList": [print]});
    assert_eq!(world.update(kind, &made.id, &old, &new).unwrap().id, made.id);
    let found = world.ok(&admin, "iam:GetOpenIDConnectProvider", of.clone());
    assert_eq!((&found["ClientIDList"], &found["ThumbprintList"]), (&json!(["b", "c"]), &json!([print])));
    assert_eq!(found["Tags"], json!([{"Key": "stack", "Value": "yes"}]));
    assert!(world.create(kind, &json!({"Url": "http://issuer.example"})).is_err());
    world.delete(kind, &made.id, &new).unwrap();
    assert_eq!(world.fails(&admin, "iam:GetOpenIDConnectProvider", of), "NoSuchEntity");
    world.delete(kind, &made.id, &new).unwrap();
}
