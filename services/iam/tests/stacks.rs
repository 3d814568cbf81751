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
    assert!(role.get("Tags").is_none(), "{role}");
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
fn a_group_its_user_and_the_users_key() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let old = json!({"GroupName": "team", "Path": "/a/", "Policies": [{"PolicyName": "see", "PolicyDocument": policy("iam:List*")}]});
    let group = world.create("AWS::IAM::Group", &old).unwrap();
    assert_eq!((group.id.as_str(), &group.attributes["Arn"]), ("team", &json!(format!("arn:aws:iam::{TOOLS}:group/a/team"))));
    let new = json!({"GroupName": "team", "ManagedPolicyArns": ["arn:aws:iam::aws:policy/PowerUserAccess"]});
    let moved = world.update("AWS::IAM::Group", "team", &old, &new).unwrap();
    assert_eq!(moved.attributes["Arn"], format!("arn:aws:iam::{TOOLS}:group/team"));

    let before = json!({
        "Path": "/people/", "Groups": ["team"], "PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess",
        "LoginProfile": {"Password": "First-password1", "PasswordResetRequired": "true"}, "Tags": [{"Key": "team", "Value": "x"}],
    });
    let user = world.create("AWS::IAM::User", &before).unwrap();
    assert_eq!(user.attributes["Arn"], format!("arn:aws:iam::{TOOLS}:user/people/stack-Thing-ABCDEF123456"));
    let shown = || world.ok(&admin, "iam:GetUser", json!({"UserName": user.id}))["User"].clone();
    assert_eq!(shown()["Tags"], json!([{"Key": "team", "Value": "x"}]));
    let after = json!({"Policies": [{"PolicyName": "own", "PolicyDocument": policy("s3:*")}]});
    let changed = world.update("AWS::IAM::User", &user.id, &before, &after).unwrap();
    assert_eq!(
        (changed.id.as_str(), &changed.attributes["Arn"]),
        (user.id.as_str(), &json!(format!("arn:aws:iam::{TOOLS}:user/{}", user.id)))
    );
    assert_eq!(shown()["PermissionsBoundary"], Value::Null);
    assert_eq!(world.fails(&admin, "iam:GetLoginProfile", json!({"UserName": user.id})), "NoSuchEntity");
    assert_eq!(world.ok(&admin, "iam:ListGroupsForUser", json!({"UserName": user.id}))["Groups"], json!([]));

    let together = json!({"GroupName": "team", "Users": [user.id]});
    world.create("AWS::IAM::UserToGroupAddition", &together).unwrap();
    assert_eq!(world.ok(&admin, "iam:GetGroup", json!({"GroupName": "team"}))["Users"][0]["UserName"], user.id.as_str());
    let on = json!({"UserName": user.id});
    let key = world.create("AWS::IAM::AccessKey", &on).unwrap();
    assert!(key.id.starts_with("AKIA") && key.attributes["SecretAccessKey"].as_str().unwrap().len() == 40);
    let off = json!({"UserName": user.id, "Status": "Inactive"});
    assert_eq!(world.update("AWS::IAM::AccessKey", &key.id, &on, &off).unwrap().id, key.id);
    let keys = world.ok(&admin, "iam:ListAccessKeys", json!({"UserName": user.id}));
    assert_eq!(keys["AccessKeyMetadata"][0]["Status"], "Inactive");
    assert!(!world.recorded().contains(key.attributes["SecretAccessKey"].as_str().unwrap()), "the secret is in a record");

    world.delete("AWS::IAM::AccessKey", &key.id, &off).unwrap();
    world.delete("AWS::IAM::UserToGroupAddition", "x", &together).unwrap();
    world.delete("AWS::IAM::User", &user.id, &after).unwrap();
    world.delete("AWS::IAM::Group", "team", &new).unwrap();
    for _ in 0..2 {
        world.delete("AWS::IAM::User", &user.id, &after).unwrap();
        world.delete("AWS::IAM::Group", "team", &new).unwrap();
    }
}

#[test]
fn an_instance_profile_changes_its_role() {
    let world = world();
    let admin = world.administrator(TOOLS);
    for name in ["one", "two"] {
        world.create("AWS::IAM::Role", &json!({"RoleName": name, "AssumeRolePolicyDocument": trust()})).unwrap();
    }
    let old = json!({"Path": "/web/", "Roles": ["one"]});
    let made = world.create("AWS::IAM::InstanceProfile", &old).unwrap();
    assert_eq!(made.attributes["Arn"], format!("arn:aws:iam::{TOOLS}:instance-profile/web/{}", made.id));
    let new = json!({"Path": "/web/", "Roles": ["two"], "Tags": [{"Key": "stack", "Value": "yes"}]});
    world.update("AWS::IAM::InstanceProfile", &made.id, &old, &new).unwrap();
    let profile = world.ok(&admin, "iam:GetInstanceProfile", json!({"InstanceProfileName": made.id}))["InstanceProfile"].clone();
    assert_eq!((&profile["Roles"][0]["RoleName"], &profile["Tags"]), (&json!("two"), &json!([{"Key": "stack", "Value": "yes"}])));
    world.delete("AWS::IAM::InstanceProfile", &made.id, &new).unwrap();
    assert_eq!(world.fails(&admin, "iam:GetInstanceProfile", json!({"InstanceProfileName": made.id})), "NoSuchEntity");
}

#[test]
fn single_policies_and_those_of_groups() {
    let world = world();
    let admin = world.administrator(TOOLS);
    world.create("AWS::IAM::Role", &json!({"RoleName": "R", "AssumeRolePolicyDocument": trust()})).unwrap();
    world.create("AWS::IAM::User", &json!({"UserName": "U"})).unwrap();
    world.create("AWS::IAM::Group", &json!({"GroupName": "G"})).unwrap();
    for (kind, holder) in [("Role", "R"), ("User", "U"), ("Group", "G")] {
        let (resource, member) = (format!("AWS::IAM::{kind}Policy"), format!("{kind}Name"));
        let properties = |action: &str| json!({member.clone(): holder, "PolicyName": "p", "PolicyDocument": policy(action)});
        let made = world.create(&resource, &properties("s3:*")).unwrap();
        assert_eq!(made.id, format!("p|{holder}"));
        world.update(&resource, &made.id, &properties("s3:*"), &properties("kms:*")).unwrap();
        let got = world.ok(&admin, &format!("iam:Get{kind}Policy"), json!({member.clone(): holder, "PolicyName": "p"}));
        assert!(got["PolicyDocument"].as_str().unwrap().contains("kms"), "{got}");
        assert_eq!(got[&member], holder);
        world.delete(&resource, &made.id, &properties("kms:*")).unwrap();
        world.delete(&resource, &made.id, &properties("kms:*")).unwrap();
    }
    let all = json!({"PolicyName": "q", "PolicyDocument": policy("s3:*"), "Groups": ["G"], "Users": ["U"]});
    let made = world.create("AWS::IAM::Policy", &all).unwrap();
    assert_eq!(world.ok(&admin, "iam:ListGroupPolicies", json!({"GroupName": "G"}))["PolicyNames"], json!(["q"]));
    world.delete("AWS::IAM::Policy", &made.id, &all).unwrap();
    assert_eq!(world.ok(&admin, "iam:ListGroupPolicies", json!({"GroupName": "G"}))["PolicyNames"], json!([]));
    let managed = json!({"PolicyDocument": policy("s3:*"), "Groups": ["G"]});
    let made = world.create("AWS::IAM::ManagedPolicy", &managed).unwrap();
    let attached = world.ok(&admin, "iam:ListAttachedGroupPolicies", json!({"GroupName": "G"}));
    assert_eq!(attached["AttachedPolicies"][0]["PolicyArn"], made.id.as_str());
    world.delete("AWS::IAM::ManagedPolicy", &made.id, &managed).unwrap();
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
    assert_eq!(found["Tags"], json!([]));
    assert!(world.create(kind, &json!({"Url": "http://issuer.example"})).is_err());
    world.delete(kind, &made.id, &new).unwrap();
    assert_eq!(world.fails(&admin, "iam:GetOpenIDConnectProvider", of), "NoSuchEntity");
    world.delete(kind, &made.id, &new).unwrap();
}
