//! Users as they are renamed, deleted and made again; their keys and passwords.
#![allow(dead_code, reason = "the world is shared with other tests")]

mod world;

use serde_json::{Value, json};
use std::time::Duration;
use world::{MANAGEMENT, PROD, TOOLS, World, allow};

fn world() -> World {
    World::new([iam::service(), sts::service()])
}

#[test]
fn a_renamed_user_is_the_same_one() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let ann = world.user(&admin, "ann", Some(allow("sts:AssumeRole", "*")));
    let role = world.role(&admin, "Target", json!({"AWS": format!("arn:aws:iam::{TOOLS}:user/ann")}), None);
    world.assume(&ann, &role).unwrap();
    let id = world.ok(&admin, "iam:GetUser", json!({"UserName": "ann"}))["User"]["UserId"].clone();
    world.ok(&admin, "iam:UpdateUser", json!({"UserName": "ann", "NewUserName": "Anna", "NewPath": "/team/"}));
    let arn = format!("arn:aws:iam::{TOOLS}:user/team/Anna");
    let now = world.ok(&admin, "iam:GetUser", json!({"UserName": "anna"}))["User"].clone();
    assert_eq!((&now["UserId"], &now["Arn"]), (&id, &json!(arn)));
    assert_eq!(world.fails(&admin, "iam:GetUser", json!({"UserName": "ann"})), "NoSuchEntity");
    // Her key, her policies and the trust in her stay.
    assert_eq!(world.ok(&ann, "sts:GetCallerIdentity", json!({}))["Arn"], arn);
    world.assume(&ann, &role).unwrap();
    let trust = world.ok(&admin, "iam:GetRole", json!({"RoleName": "Target"}));
    assert!(world::decoded(&trust["Role"]["AssumeRolePolicyDocument"]).contains(&arn), "{trust}");
    assert_eq!(world.ok(&admin, "iam:ListAccessKeys", json!({"UserName": "Anna"}))["AccessKeyMetadata"][0]["UserName"], "Anna");
    // Who takes the old name is another.
    let other = world.user(&admin, "ann", Some(allow("sts:AssumeRole", "*")));
    assert!(world.assume(&other, &role).unwrap_err().is_denied());
    assert_eq!(world.fails(&admin, "iam:UpdateUser", json!({"UserName": "ann", "NewUserName": "ANNA"})), "EntityAlreadyExists");
}

#[test]
fn to_rename_needs_a_right_on_both_names() {
    let world = world();
    let admin = world.administrator(TOOLS);
    world.user(&admin, "ann", None);
    let own = allow("iam:UpdateUser", &format!("arn:aws:iam::{TOOLS}:user/a*"));
    let renamer = world.user(&admin, "renamer", Some(own));
    let denial = world.denied(&renamer, "iam:UpdateUser", json!({"UserName": "ann", "NewUserName": "bea"}));
    assert!(denial.message.contains(":user/bea "), "{denial}");
    world.denied(&renamer, "iam:UpdateUser", json!({"UserName": "ann", "NewPath": "/boss/"}));
    world.ok(&renamer, "iam:UpdateUser", json!({"UserName": "ann", "NewUserName": "ada"}));
}

#[test]
fn a_deleted_key_is_dead_at_once_and_a_user_made_again_is_another() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let ann = world.user(&admin, "ann", Some(allow("sts:AssumeRole", "*")));
    let role = world.role(&admin, "Target", json!({"AWS": format!("arn:aws:iam::{TOOLS}:user/ann")}), None);
    world.assume(&ann, &role).unwrap();
    assert_eq!(world.fails(&admin, "iam:DeleteUser", json!({"UserName": "ann"})), "DeleteConflict");
    world.ok(&admin, "iam:DeleteUserPolicy", json!({"UserName": "ann", "PolicyName": "main"}));
    world.ok(&admin, "iam:DeleteAccessKey", json!({"UserName": "ann", "AccessKeyId": ann.access_key_id}));
    assert_eq!(world.fails(&ann, "sts:GetCallerIdentity", json!({})), "InvalidClientTokenId");
    world.ok(&admin, "iam:DeleteUser", json!({"UserName": "ann"}));
    let again = world.user(&admin, "ann", Some(allow("sts:AssumeRole", "*")));
    assert!(world.assume(&again, &role).unwrap_err().is_denied(), "the trust was in the one before");
    assert_eq!(world.fails(&ann, "sts:GetCallerIdentity", json!({})), "InvalidClientTokenId");
}

#[test]
fn two_keys_and_no_more() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let ann = world.user(&admin, "ann", Some(allow("iam:*AccessKey*", "*")));
    let second = world.ok(&ann, "iam:CreateAccessKey", json!({}))["AccessKey"]["AccessKeyId"].clone();
    let third = world.call(&ann, "iam:CreateAccessKey", json!({})).unwrap_err();
    assert_eq!((&*third.code, third.message.as_str()), ("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2"));
    assert_eq!(world.ok(&ann, "iam:ListAccessKeys", json!({}))["AccessKeyMetadata"].as_array().unwrap().len(), 2);
    world.ok(&ann, "iam:DeleteAccessKey", json!({"AccessKeyId": second}));
    assert_eq!(world.fails(&ann, "iam:DeleteAccessKey", json!({"AccessKeyId": second})), "NoSuchEntity");
}

#[test]
fn passwords_are_kept_as_hashes_and_changed_by_who_knows_them() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let ann = world.user(&admin, "ann", Some(allow("iam:ChangePassword", "arn:aws:iam::*:user/${aws:username}")));
    let create = |password: &str| json!({"UserName": "ann", "Password": password, "PasswordResetRequired": true});
    let weak = world.call(&admin, "iam:CreateLoginProfile", create("short")).unwrap_err();
    assert_eq!((&*weak.code, weak.message.as_str()), ("PasswordPolicyViolation", "Password should have a minimum length of 8"));
    let made = world.ok(&admin, "iam:CreateLoginProfile", create("First-password1"));
    assert_eq!(made["LoginProfile"]["PasswordResetRequired"], true);
    assert_eq!(world.fails(&admin, "iam:CreateLoginProfile", create("First-password1")), "EntityAlreadyExists");

    let change = |old: &str, new: &str| json!({"OldPassword": old, "NewPassword": new});
    assert_eq!(world.fails(&ann, "iam:ChangePassword", change("first-password1", "Second-password2")), "AccessDenied");
    world.ok(&ann, "iam:ChangePassword", change("First-password1", "Second-password2"));
    assert_eq!(world.fails(&ann, "iam:ChangePassword", change("First-password1", "Third-password3")), "AccessDenied");
    assert_eq!(world.fails(&admin, "iam:ChangePassword", change("a", "b")), "InvalidUserType");
    assert_eq!(world.ok(&admin, "iam:GetLoginProfile", json!({"UserName": "ann"}))["LoginProfile"]["PasswordResetRequired"], false);

    let rules = json!({"MinimumPasswordLength": 12, "RequireSymbols": true, "PasswordReusePrevention": 2, "MaxPasswordAge": 90});
    world.ok(&admin, "iam:UpdateAccountPasswordPolicy", rules);
    let policy = world.ok(&admin, "iam:GetAccountPasswordPolicy", json!({}))["PasswordPolicy"].clone();
    assert_eq!(
        (&policy["ExpirePasswords"], &policy["RequireNumbers"], &policy["MaxPasswordAge"]),
        (&json!(true), &json!(false), &json!(90))
    );
    let refused = |new: &str| world.call(&ann, "iam:ChangePassword", change("Second-password2", new)).unwrap_err().message;
    assert_eq!(refused("Password3-"), "Password should have a minimum length of 12");
    assert_eq!(refused("Thirdpassword3"), "Password should have at least one symbol");
    assert!(refused("First-password1").contains("one of the last 2"), "it may not come again");
    world.ok(&admin, "iam:UpdateLoginProfile", json!({"UserName": "ann", "Password": "Fourth-password4"}));
    let code = world.fails(&admin, "iam:UpdateAccountPasswordPolicy", json!({"MinimumPasswordLength": 5}));
    assert_eq!(code, "ValidationError");

    let recorded = world.recorded();
    for secret in ["First-password1", "Second-password2", "Third-password3", "Fourth-password4", "Thirdpassword3"] {
        assert!(!recorded.contains(secret), "{secret} is in a record");
    }
    world.ok(&admin, "iam:DeleteLoginProfile", json!({"UserName": "ann"}));
    let gone = world.call(&admin, "iam:GetLoginProfile", json!({"UserName": "ann"})).unwrap_err();
    assert_eq!(gone.message, "Login Profile for User ann cannot be found.");
    world.ok(&admin, "iam:DeleteAccountPasswordPolicy", json!({}));
    assert_eq!(world.fails(&admin, "iam:GetAccountPasswordPolicy", json!({})), "NoSuchEntity");
}

#[test]
fn the_credential_report_lists_everybody() {
    let world = world();
    let admin = world.administrator(TOOLS);
    assert_eq!(world.fails(&admin, "iam:GetCredentialReport", json!({})), "ReportNotPresent");
    let ann = world.user(&admin, "ann,with=comma", None);
    world.ok(&admin, "iam:UpdateAccessKey", json!({"UserName": "ann,with=comma", "AccessKeyId": ann.access_key_id, "Status": "Inactive"}));
    world.ok(&admin, "iam:GenerateCredentialReport", json!({}));
    let report = || {
        let answer = world.ok(&admin, "iam:GetCredentialReport", json!({}));
        let bytes: base::Blob = serde_json::from_value(answer["Content"].clone()).unwrap();
        String::from_utf8(bytes.0).unwrap()
    };
    let lines: Vec<String> = report().lines().map(str::to_owned).collect();
    assert!(lines[0].starts_with("user,arn,user_creation_time,password_enabled,") && lines.len() == 3, "{lines:?}");
    assert!(lines[1].starts_with(&format!("<root_account>,arn:aws:iam::{TOOLS}:root,")), "{}", lines[1]);
    let ann = format!(
        "\"ann,with=comma\",\"arn:aws:iam::{TOOLS}:user/ann,with=comma\",2026-11-22T05:00:00+00:00,false,N/A,N/A,N/A,false,false,2026-"
    );
    assert!(lines[2].starts_with(&ann), "{}", lines[2]);
    // It is kept for four hours.
    world.user(&admin, "bob", None);
    world.ok(&admin, "iam:GenerateCredentialReport", json!({}));
    assert_eq!(report().lines().count(), 3);
    world.clock.advance(Duration::from_secs(4 * 60 * 60));
    let admin = world.administrator(TOOLS);
    assert_eq!(world.fails(&admin, "iam:GetCredentialReport", json!({})), "ReportExpired");
    world.ok(&admin, "iam:GenerateCredentialReport", json!({}));
    let again = world.ok(&admin, "iam:GetCredentialReport", json!({}));
    let bytes: base::Blob = serde_json::from_value(again["Content"].clone()).unwrap();
    assert_eq!(String::from_utf8(bytes.0).unwrap().lines().count(), 4);
}

#[test]
fn an_alias_is_one_accounts_alone() {
    let world = world();
    let (tools, prod) = (world.administrator(TOOLS), world.administrator(PROD));
    let alias = |name: &str| json!({"AccountAlias": name});
    world.ok(&tools, "iam:CreateAccountAlias", alias("first"));
    assert_eq!(world.fails(&prod, "iam:CreateAccountAlias", alias("first")), "EntityAlreadyExists");
    world.ok(&tools, "iam:CreateAccountAlias", alias("second"));
    world.ok(&prod, "iam:CreateAccountAlias", alias("first"));
    assert_eq!(world.ok(&tools, "iam:ListAccountAliases", json!({}))["AccountAliases"], json!(["second"]));
    assert_eq!(world.fails(&tools, "iam:DeleteAccountAlias", alias("first")), "NoSuchEntity");
    world.ok(&tools, "iam:DeleteAccountAlias", alias("second"));
    assert_eq!(world.ok(&tools, "iam:ListAccountAliases", json!({}))["AccountAliases"], json!([]));
    for bad in ["ab", "-abc", "abc-", "a--b", "Abc", TOOLS, MANAGEMENT, &"a".repeat(64)] {
        assert_eq!(world.fails(&tools, "iam:CreateAccountAlias", alias(bad)), "ValidationError", "{bad}");
    }
}

#[test]
fn an_instance_profile_holds_one_role_that_may_be_passed() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let role = world.role(&admin, "Web", json!({"Service": "ec2.amazonaws.com"}), None);
    world.role(&admin, "Other", json!({"Service": "ec2.amazonaws.com"}), None);
    world.ok(&admin, "iam:CreateInstanceProfile", json!({"InstanceProfileName": "P", "Path": "/web/"}));
    let only =
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:AddRoleToInstanceProfile", "Resource": "*"}});
    let ann = world.user(&admin, "ann", Some(only));
    let add = |name: &str| json!({"InstanceProfileName": "P", "RoleName": name});
    let denial = world.denied(&ann, "iam:AddRoleToInstanceProfile", add("Web"));
    assert!(denial.message.contains(&format!("iam:PassRole on resource: {role}")), "{denial}");
    world.ok(&admin, "iam:AddRoleToInstanceProfile", add("Web"));
    let full = world.call(&admin, "iam:AddRoleToInstanceProfile", add("Other")).unwrap_err();
    assert_eq!(full.message, "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
    let of_role = world.ok(&admin, "iam:ListInstanceProfilesForRole", json!({"RoleName": "Web"}));
    assert_eq!(of_role["InstanceProfiles"][0]["Roles"][0]["Arn"], role);
    assert_eq!(world.fails(&admin, "iam:DeleteRole", json!({"RoleName": "Web"})), "DeleteConflict");
    assert_eq!(world.fails(&admin, "iam:DeleteInstanceProfile", json!({"InstanceProfileName": "P"})), "DeleteConflict");
    world.ok(&admin, "iam:RemoveRoleFromInstanceProfile", add("Web"));
    assert_eq!(world.fails(&admin, "iam:RemoveRoleFromInstanceProfile", add("Web")), "NoSuchEntity");
    world.ok(&admin, "iam:DeleteInstanceProfile", json!({"InstanceProfileName": "P"}));
    world.ok(&admin, "iam:DeleteRole", json!({"RoleName": "Web"}));
}

#[test]
fn nobody_elses_rows_are_shown() {
    let world = world();
    let (tools, prod) = (world.administrator(TOOLS), world.administrator(PROD));
    world.user(&tools, "ann", None);
    world.ok(&tools, "iam:CreateGroup", json!({"GroupName": "G"}));
    let empty =
        |operation: &str, list: &str| assert_eq!(world.ok(&prod, operation, json!({}))[list], Value::Array(Vec::new()), "{operation}");
    empty("iam:ListUsers", "Users");
    empty("iam:ListGroups", "Groups");
    empty("iam:ListInstanceProfiles", "InstanceProfiles");
    let details = world.ok(&prod, "iam:GetAccountAuthorizationDetails", json!({"Filter": ["User", "Group", "LocalManagedPolicy"]}));
    assert_eq!(details["UserDetailList"], json!([]));
    assert_eq!(world.fails(&prod, "iam:AddUserToGroup", json!({"GroupName": "G", "UserName": "ann"})), "NoSuchEntity");
}
