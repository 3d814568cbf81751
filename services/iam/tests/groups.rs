//! Groups: their policies are their users', and nobody else's.
#![allow(dead_code, reason = "the world is shared with other tests")]

mod world;

use serde_json::{Value, json};
use world::{TOOLS, World, allow};

fn world() -> World {
    World::new([iam::service(), sts::service()])
}

fn deny(action: &str) -> String {
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": action, "Resource": "*"}}).to_string()
}

#[test]
fn a_groups_policies_grant_and_deny() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let ann = world.user(&admin, "ann", None);
    world.ok(&admin, "iam:CreateGroup", json!({"GroupName": "Readers", "Path": "/team/"}));
    let put = json!({"GroupName": "Readers", "PolicyName": "read", "PolicyDocument": allow("iam:Get*", "*").to_string()});
    world.ok(&admin, "iam:PutGroupPolicy", put);
    world.denied(&ann, "iam:GetUser", json!({}));
    world.ok(&admin, "iam:AddUserToGroup", json!({"GroupName": "readers", "UserName": "ann"}));
    world.ok(&ann, "iam:GetUser", json!({}));

    // What is attached to the group counts too, and its deny is stronger than any allow.
    world.ok(&admin, "iam:AttachGroupPolicy", json!({"GroupName": "Readers", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}));
    world.ok(&ann, "iam:ListUsers", json!({}));
    world.ok(&admin, "iam:PutGroupPolicy", json!({"GroupName": "Readers", "PolicyName": "not", "PolicyDocument": deny("iam:ListUsers")}));
    let denial = world.denied(&ann, "iam:ListUsers", json!({}));
    assert!(denial.message.ends_with("with an explicit deny in an identity-based policy"), "{denial}");
    assert!(serde_json::to_string(&denial.denial).unwrap().contains("inline policy not of group Readers"), "{denial:?}");

    // Another name changes nothing; leaving the group does.
    world.ok(&admin, "iam:UpdateGroup", json!({"GroupName": "Readers", "NewGroupName": "Lesers", "NewPath": "/"}));
    world.ok(&ann, "iam:ListGroups", json!({}));
    world.denied(&ann, "iam:ListUsers", json!({}));
    let groups = world.ok(&admin, "iam:ListGroupsForUser", json!({"UserName": "ann"}));
    assert_eq!(groups["Groups"][0]["Arn"], format!("arn:aws:iam::{TOOLS}:group/Lesers"));
    world.ok(&admin, "iam:RemoveUserFromGroup", json!({"GroupName": "Lesers", "UserName": "ann"}));
    world.denied(&ann, "iam:ListGroups", json!({}));
}

#[test]
fn a_group_that_is_in_use_stays() {
    let world = world();
    let admin = world.administrator(TOOLS);
    world.user(&admin, "ann", None);
    world.ok(&admin, "iam:CreateGroup", json!({"GroupName": "G"}));
    assert_eq!(world.fails(&admin, "iam:CreateGroup", json!({"GroupName": "g"})), "EntityAlreadyExists");
    for _ in 0..2 {
        world.ok(&admin, "iam:AddUserToGroup", json!({"GroupName": "G", "UserName": "ann"}));
    }
    let users = world.ok(&admin, "iam:GetGroup", json!({"GroupName": "G"}));
    assert_eq!(users["Users"].as_array().unwrap().len(), 1);
    let told = |operation: &str, input: Value| world.call(&admin, operation, input).unwrap_err().message;
    assert_eq!(told("iam:DeleteGroup", json!({"GroupName": "G"})), "Cannot delete entity, must remove users from group first.");
    for key in world.ok(&admin, "iam:ListAccessKeys", json!({"UserName": "ann"}))["AccessKeyMetadata"].as_array().unwrap() {
        world.ok(&admin, "iam:DeleteAccessKey", json!({"UserName": "ann", "AccessKeyId": key["AccessKeyId"]}));
    }
    assert_eq!(told("iam:DeleteUser", json!({"UserName": "ann"})), "Cannot delete entity, must remove users from group first.");
    world.ok(&admin, "iam:RemoveUserFromGroup", json!({"GroupName": "G", "UserName": "ann"}));
    world.ok(&admin, "iam:PutGroupPolicy", json!({"GroupName": "G", "PolicyName": "p", "PolicyDocument": deny("s3:*")}));
    assert_eq!(told("iam:DeleteGroup", json!({"GroupName": "G"})), "Cannot delete entity, must delete policies first.");
    world.ok(&admin, "iam:DeleteGroupPolicy", json!({"GroupName": "G", "PolicyName": "p"}));
    world.ok(&admin, "iam:DeleteGroup", json!({"GroupName": "G"}));
    assert_eq!(told("iam:GetGroup", json!({"GroupName": "G"})), "The group with name G cannot be found.");
}

#[test]
fn ten_groups_and_no_more() {
    let world = world();
    let admin = world.administrator(TOOLS);
    world.user(&admin, "ann", None);
    for n in 0..11 {
        world.ok(&admin, "iam:CreateGroup", json!({"GroupName": format!("G{n}")}));
        let add = world.call(&admin, "iam:AddUserToGroup", json!({"GroupName": format!("G{n}"), "UserName": "ann"}));
        match add {
            Ok(_) => assert!(n < 10),
            Err(error) => assert_eq!((n, error.message.as_str()), (10, "Cannot exceed quota for GroupsPerUser: 10")),
        }
    }
}

#[test]
fn a_users_boundary_limits_what_its_groups_give() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let ann = world.user(&admin, "ann", None);
    world.ok(&admin, "iam:CreateGroup", json!({"GroupName": "Admins"}));
    world.ok(&admin, "iam:AttachGroupPolicy", json!({"GroupName": "Admins", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}));
    world.ok(&admin, "iam:AddUserToGroup", json!({"GroupName": "Admins", "UserName": "ann"}));
    let edge = world.policy(&admin, "edge", allow("iam:Get*", "*"));
    world.ok(&ann, "iam:ListUsers", json!({}));
    world.ok(&admin, "iam:PutUserPermissionsBoundary", json!({"UserName": "ann", "PermissionsBoundary": edge}));
    let denial = world.denied(&ann, "iam:ListUsers", json!({}));
    assert!(denial.message.contains("because no permissions boundary allows the iam:ListUsers action"), "{denial}");
    world.ok(&ann, "iam:GetUser", json!({}));
    world.ok(&admin, "iam:DeleteUserPermissionsBoundary", json!({"UserName": "ann"}));
    world.ok(&ann, "iam:ListUsers", json!({}));
    let none = world.call(&admin, "iam:PutUserPermissionsBoundary", json!({"UserName": "ann", "PermissionsBoundary": format!("{edge}x")}));
    assert_eq!(none.unwrap_err().message, format!("Scope ARN: {edge}x does not exist or is not attachable."));
}

#[test]
fn who_may_make_users_only_within_a_boundary_cannot_get_out_of_it() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let edge = world.policy(&admin, "edge", allow("s3:*", "*"));
    let within = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Resource": "*", "Condition": {"StringEquals": {"iam:PermissionsBoundary": edge}}, "Action": [
            "iam:CreateUser", "iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:PutUserPermissionsBoundary", "iam:DeleteUserPolicy"]},
        {"Effect": "Allow", "Resource": "*", "Action": ["iam:CreateAccessKey", "iam:TagUser"]},
        {"Effect": "Deny", "Resource": "*", "Action": "iam:DeleteUserPermissionsBoundary"},
        {"Effect": "Deny", "Resource": "*", "Action": ["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:DeletePolicy"]},
    ]});
    let delegate = world.user(&admin, "delegate", Some(within));
    world.denied(&delegate, "iam:CreateUser", json!({"UserName": "free"}));
    let other = "arn:aws:iam::aws:policy/AdministratorAccess";
    world.denied(&delegate, "iam:CreateUser", json!({"UserName": "free", "PermissionsBoundary": other}));
    world.ok(
        &delegate,
        "iam:CreateUser",
        json!({"UserName": "bound", "PermissionsBoundary": edge, "Tags": [{"Key": "team", "Value": "a"}]}),
    );
    world.ok(&delegate, "iam:AttachUserPolicy", json!({"UserName": "bound", "PolicyArn": other}));
    let bound = world.key(&delegate, "bound");
    // The user is an administrator by its policies and nothing of it within its boundary.
    world.denied(&bound, "iam:ListUsers", json!({}));
    world.denied(&bound, "iam:DeleteUserPermissionsBoundary", json!({"UserName": "bound"}));
    world.denied(&delegate, "iam:DeleteUserPermissionsBoundary", json!({"UserName": "bound"}));
    world.denied(&delegate, "iam:PutUserPermissionsBoundary", json!({"UserName": "bound", "PermissionsBoundary": other}));
    // Who has not the boundary is out of reach: the delegate itself first.
    world.denied(&delegate, "iam:AttachUserPolicy", json!({"UserName": "delegate", "PolicyArn": other}));
    let all = allow("*", "*").to_string();
    world.denied(&delegate, "iam:PutUserPolicy", json!({"UserName": "delegate", "PolicyName": "all", "PolicyDocument": all}));
}

#[test]
fn tags_decide_and_belong_to_the_principal() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let same_team = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Resource": "*", "Action": ["iam:GetUser", "iam:ListUserTags"],
         "Condition": {"StringEquals": {"iam:ResourceTag/team": "${aws:PrincipalTag/team}"}}},
        {"Effect": "Allow", "Resource": "*", "Action": "iam:TagUser",
         "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["note"]}, "StringEquals": {"aws:ResourceTag/team": "a"}}},
    ]});
    let ann = world.user(&admin, "ann", Some(same_team));
    world.user(&admin, "bob", None);
    let tag = |user: &str, team: &str| world.ok(&admin, "iam:TagUser", json!({"UserName": user, "Tags": [{"Key": "team", "Value": team}]}));
    tag("ann", "a");
    world.denied(&ann, "iam:GetUser", json!({"UserName": "bob"}));
    tag("bob", "b");
    world.denied(&ann, "iam:GetUser", json!({"UserName": "bob"}));
    tag("bob", "a");
    assert_eq!(world.ok(&ann, "iam:GetUser", json!({"UserName": "bob"}))["User"]["Tags"], json!([{"Key": "team", "Value": "a"}]));
    let note = |key: &str| json!({"UserName": "bob", "Tags": [{"Key": key, "Value": "x"}]});
    world.ok(&ann, "iam:TagUser", note("note"));
    world.denied(&ann, "iam:TagUser", note("team"));
    world.ok(&admin, "iam:UntagUser", json!({"UserName": "ann", "TagKeys": ["team"]}));
    world.denied(&ann, "iam:ListUserTags", json!({"UserName": "bob"}));
}

#[test]
fn what_a_group_gives_is_simulated_for_its_users() {
    let world = world();
    let admin = world.administrator(TOOLS);
    world.user(&admin, "ann", None);
    world.ok(&admin, "iam:CreateGroup", json!({"GroupName": "G"}));
    world.ok(&admin, "iam:PutGroupPolicy", json!({"GroupName": "G", "PolicyName": "p", "PolicyDocument": allow("s3:*", "*").to_string()}));
    let decided = |source: &str| {
        let input = json!({"PolicySourceArn": format!("arn:aws:iam::{TOOLS}:{source}"), "ActionNames": ["s3:GetObject"]});
        world.ok(&admin, "iam:SimulatePrincipalPolicy", input)["EvaluationResults"][0]["EvalDecision"].clone()
    };
    assert_eq!((decided("user/ann"), decided("group/G")), (json!("implicitDeny"), json!("allowed")));
    world.ok(&admin, "iam:AddUserToGroup", json!({"GroupName": "G", "UserName": "ann"}));
    assert_eq!(decided("user/ann"), "allowed");
    let granting = json!({"Arn": format!("arn:aws:iam::{TOOLS}:user/ann"), "ServiceNamespaces": ["s3"]});
    let granted = world.ok(&admin, "iam:ListPoliciesGrantingServiceAccess", granting)["PoliciesGrantingServiceAccess"][0].clone();
    let policy = json!({"PolicyName": "p", "PolicyType": "INLINE", "EntityType": "GROUP", "EntityName": "G"});
    assert_eq!(granted["Policies"], json!([policy]));
}
