//! Stacks through a real gate, with IAM's resource types.

mod setup;

use serde_json::json;
use setup::{ACCOUNT, Setup, role, template, with_template};

#[test]
fn make_change_replace_remove_delete() {
    let s = Setup::new();
    let first = template(&[
        role("A", "      RoleName: first\n"),
        role("B", "      Description: !Sub 'beside ${A}'\n"),
        role("C", "      RoleName: goes\n"),
    ]) + "Outputs:\n  Arn: {Value: !GetAtt A.Arn}\n";
    let id = s.create("app", &first);
    assert_eq!(s.status("app"), "CREATE_COMPLETE");
    assert_eq!(s.stack("app")["Outputs"][0]["OutputValue"], format!("arn:aws:iam::{ACCOUNT}:role/first"));
    let name = s.physical_id("app", "B");
    assert!(name.starts_with("app-B-"), "{name}");
    assert_eq!(
        s.events("app")[..5],
        ["app CREATE_IN_PROGRESS", "A CREATE_IN_PROGRESS", "A CREATE_IN_PROGRESS", "A CREATE_COMPLETE", "B CREATE_IN_PROGRESS"]
    );
    assert_eq!(s.events("app").last().unwrap(), "app CREATE_COMPLETE");

    // A is replaced by its new name, B follows in place, C goes.
    let seen = s.events("app").len();
    let second = first.replace("RoleName: first", "RoleName: second").replace(&role("C", "      RoleName: goes\n"), "");
    s.update("app", &second);
    assert_eq!(
        s.events("app")[seen..],
        [
            "app UPDATE_IN_PROGRESS",
            "A UPDATE_IN_PROGRESS",
            "A UPDATE_IN_PROGRESS",
            "A UPDATE_COMPLETE",
            "B UPDATE_IN_PROGRESS",
            "B UPDATE_COMPLETE",
            "app UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "C DELETE_IN_PROGRESS",
            "C DELETE_COMPLETE",
            "A DELETE_IN_PROGRESS",
            "A DELETE_COMPLETE",
            "app UPDATE_COMPLETE",
        ]
    );
    assert_eq!(s.physical_id("app", "B"), name);
    assert_eq!(s.ok("iam:GetRole", json!({"RoleName": name}))["Role"]["Description"], "beside second");
    assert!(s.role_exists("second") && !s.role_exists("first") && !s.role_exists("goes"));
    assert_eq!(s.fails("ValidationError", "cloudformation:UpdateStack", with_template("app", &second)), "No updates are to be performed.");

    s.ok("cloudformation:DeleteStack", json!({"StackName": "app"}));
    s.run();
    assert!(!s.role_exists("second"));
    assert_eq!(
        s.fails("ValidationError", "cloudformation:DescribeStacks", json!({"StackName": "app"})),
        "Stack with id app does not exist"
    );
    assert_eq!(s.status(&id), "DELETE_COMPLETE");
    // The name is free again.
    assert_ne!(s.create("app", &first), id);
}

#[test]
fn a_denied_call_rolls_back() {
    let s = Setup::new();
    let role_arn = s.role(
        "stacks",
        json!({"Service": "cloudformation.amazonaws.com"}),
        json!(["iam:CreateRole", "iam:GetRole", "iam:DeleteRole", "iam:List*"]),
    );
    let body = template(&[
        role("Plain", "      RoleName: plain\n"),
        role(
            "Wide",
            "      RoleName: wide\n      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']\n    DependsOn: Plain\n",
        ),
    ]);
    let mut input = with_template("app", &body);
    input["RoleARN"] = json!(role_arn);
    s.ok("cloudformation:CreateStack", input);
    s.world.records();
    s.run();
    assert_eq!(s.status("app"), "ROLLBACK_COMPLETE");
    assert!(!s.role_exists("plain") && !s.role_exists("wide"));
    let reason = s.reason("app", "CREATE_FAILED");
    let session = format!("arn:aws:sts::{ACCOUNT}:assumed-role/stacks/AWSCloudFormation");
    assert!(
        reason.starts_with(&format!(
            "Resource handler returned message: \"User: {session} is not authorized to perform: iam:AttachRolePolicy"
        )),
        "{reason}"
    );
    assert!(reason.ends_with("HandlerErrorCode: AccessDenied)"), "{reason}");
    assert_eq!(s.reason("app", "ROLLBACK_IN_PROGRESS"), "The following resource(s) failed to create: [Wide]. Rollback requested by user.");
    // What is left of a failed creation can only be deleted.
    assert!(
        s.fails("ValidationError", "cloudformation:UpdateStack", with_template("app", &body))
            .ends_with("is in ROLLBACK_COMPLETE state and can not be updated.")
    );
}

#[test]
fn each_step_is_decided_anew() {
    let s = Setup::new();
    s.role("person", json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}), json!(["cloudformation:*", "iam:*"]));
    s.allow("OrganizationAccountAccessRole", json!(["sts:*", "iam:*"]));
    let person = s.world.assume(&s.admin, &format!("arn:aws:iam::{ACCOUNT}:role/person")).unwrap();
    let call = |operation: &str, input| s.world.call(Some(&person), operation, input).unwrap();
    call("cloudformation:CreateStack", with_template("app", &template(&[role("A", "      RoleName: made\n")])));
    s.world.records();
    s.run();
    // Without a role of its own, the stack acts on behalf of its caller.
    let records = s.recorded("iam:CreateRole");
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].principal, format!("arn:aws:sts::{ACCOUNT}:assumed-role/person/test"));
    assert_eq!(records[0].event["userIdentity"]["invokedBy"], "cloudformation.amazonaws.com");

    // What was accepted is denied when the right is gone before it is done.
    call(
        "cloudformation:UpdateStack",
        with_template("app", &template(&[role("A", "      RoleName: made\n"), role("B", "      RoleName: late\n")])),
    );
    s.allow("person", json!(["cloudformation:*", "iam:GetRole"]));
    s.run();
    assert_eq!(s.status("app"), "UPDATE_ROLLBACK_COMPLETE");
    assert!(s.role_exists("made") && !s.role_exists("late"));
    assert!(s.reason("app", "CREATE_FAILED").contains("assumed-role/person/test is not authorized to perform: iam:CreateRole"));
}

#[test]
fn a_failed_update_goes_back() {
    let s = Setup::new();
    let old = template(&[role("A", "      Description: old\n"), role("B", "      RoleName: before\n")]);
    s.create("app", &old);
    s.role("taken", json!({"Service": "codebuild.amazonaws.com"}), json!("s3:*"));
    let (a, seen) = (s.physical_id("app", "A"), s.events("app").len());
    let new = template(&[
        role("A", "      Description: new\n"),
        role("B", "      RoleName: after\n    DependsOn: A\n"),
        role("C", "      RoleName: added\n    DependsOn: B\n"),
        role("D", "      RoleName: taken\n    DependsOn: C\n"),
    ]);
    s.update("app", &new);
    assert_eq!(s.status("app"), "UPDATE_ROLLBACK_COMPLETE");
    let events = s.events("app")[seen..].join("\n");
    let (_, back) = events.split_once("app UPDATE_ROLLBACK_IN_PROGRESS\n").unwrap();
    assert_eq!(
        back.lines().collect::<Vec<_>>(),
        [
            "A UPDATE_IN_PROGRESS",
            "A UPDATE_COMPLETE",
            "B UPDATE_COMPLETE",
            "app UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
            "D DELETE_COMPLETE",
            "C DELETE_IN_PROGRESS",
            "C DELETE_COMPLETE",
            "B DELETE_IN_PROGRESS",
            "B DELETE_COMPLETE",
            "app UPDATE_ROLLBACK_COMPLETE",
        ]
    );
    assert_eq!(s.ok("iam:GetRole", json!({"RoleName": a}))["Role"]["Description"], "old");
    assert!(s.role_exists("before") && !s.role_exists("after") && !s.role_exists("added"));
    // The stack is what it was, and can go on.
    assert_eq!(s.fails("ValidationError", "cloudformation:UpdateStack", with_template("app", &old)), "No updates are to be performed.");
    s.update("app", &new.replace("RoleName: taken", "RoleName: free"));
    assert_eq!(s.status("app"), "UPDATE_COMPLETE");
    assert!(s.role_exists("free") && s.role_exists("after") && !s.role_exists("before"));
}

#[test]
fn a_rollback_that_fails_is_continued() {
    let s = Setup::new();
    let role_arn = s.role("stacks", json!({"Service": "cloudformation.amazonaws.com"}), json!("iam:*"));
    let mut input = with_template("app", &template(&[role("A", "      Description: old\n")]));
    input["RoleARN"] = json!(role_arn);
    s.ok("cloudformation:CreateStack", input);
    s.run();
    // The update takes from the stack's own role the right to go on.
    let deny = r#"{Version: "2012-10-17", Statement: [{Effect: Deny, Action: ["iam:UpdateRole", "iam:CreateRole"], Resource: "*"}]}"#;
    let lock = format!(
        "  Lock:\n    Type: AWS::IAM::Policy\n    DependsOn: A\n    Properties: {{PolicyName: lock, Roles: [stacks], PolicyDocument: {deny}}}\n"
    );
    let new = template(&[role("A", "      Description: new\n"), lock, role("Z", "    DependsOn: Lock\n")]);
    s.update("app", &new);
    assert_eq!(s.status("app"), "UPDATE_ROLLBACK_FAILED");
    assert!(s.fails("ValidationError", "cloudformation:UpdateStack", with_template("app", &new)).contains("UPDATE_ROLLBACK_FAILED"));
    s.ok("iam:DeleteRolePolicy", json!({"RoleName": "stacks", "PolicyName": "lock"}));
    s.ok("cloudformation:ContinueUpdateRollback", json!({"StackName": "app"}));
    s.run();
    assert_eq!(s.status("app"), "UPDATE_ROLLBACK_COMPLETE");
    let a = s.physical_id("app", "A");
    assert_eq!(s.ok("iam:GetRole", json!({"RoleName": a}))["Role"]["Description"], "old");
}

#[test]
fn exports_hold_their_stack() {
    let s = Setup::new();
    let exporting = template(&[role("A", "      RoleName: given\n")]) + "Outputs:\n  Name: {Value: !Ref A, Export: {Name: given-role}}\n";
    let importing = template(&[role("B", "      Description: !ImportValue given-role\n")]);
    assert!(
        s.fails("ValidationError", "cloudformation:CreateStack", with_template("user", &importing))
            .contains("No export named given-role found")
    );
    let giver = s.create("giver", &exporting);
    s.create("user", &importing);
    assert_eq!(s.ok("iam:GetRole", json!({"RoleName": s.physical_id("user", "B")}))["Role"]["Description"], "given");
    s.update("giver", &exporting.replace("given\n", "other\n"));
    assert_eq!(s.status("giver"), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(s.reason("giver", "UPDATE_ROLLBACK_IN_PROGRESS"), "Export given-role cannot be updated as it is in use by user");
    s.ok("cloudformation:DeleteStack", json!({"StackName": "giver"}));
    s.run();
    assert_eq!(s.status("giver"), "DELETE_FAILED");
    for name in ["user", "giver"] {
        s.ok("cloudformation:DeleteStack", json!({"StackName": name}));
        s.run();
    }
    assert_eq!(s.status(&giver), "DELETE_COMPLETE");
    assert_eq!(s.ok("cloudformation:ListExports", json!({}))["Exports"], json!([]));
}

#[test]
fn deletion_keeps_what_policies_and_people_keep() {
    let s = Setup::new();
    let body = template(&[
        role("Kept", "      RoleName: kept\n    DeletionPolicy: Retain\n"),
        role("Needed", "      RoleName: needed\n"),
        role("Stuck", "      RoleName: stuck\n    DependsOn: Needed\n"),
    ]);
    let id = s.create("app", &body);
    s.allow("stuck", json!("s3:*"));
    s.ok("cloudformation:UpdateTerminationProtection", json!({"StackName": "app", "EnableTerminationProtection": true}));
    let message = s.fails("ValidationError", "cloudformation:DeleteStack", json!({"StackName": "app"}));
    assert_eq!(message, "Stack [app] cannot be deleted while TerminationProtection is enabled");
    s.ok("cloudformation:UpdateTerminationProtection", json!({"StackName": "app", "EnableTerminationProtection": false}));
    // A policy that the stack does not know keeps the role, and the role keeps what it needs.
    s.ok("cloudformation:DeleteStack", json!({"StackName": "app"}));
    s.run();
    assert_eq!(s.status("app"), "DELETE_FAILED");
    assert_eq!(s.stack("app")["StackStatusReason"], "The following resource(s) failed to delete: [Stuck]. ");
    assert!(s.role_exists("kept") && s.role_exists("needed") && s.role_exists("stuck"));
    s.ok("cloudformation:DeleteStack", json!({"StackName": "app", "RetainResources": ["Stuck"]}));
    s.run();
    assert_eq!(s.status(&id), "DELETE_COMPLETE");
    assert!(s.role_exists("kept") && !s.role_exists("needed") && s.role_exists("stuck"));
}

#[test]
fn a_stack_is_deleted_while_it_is_made() {
    let s = Setup::new();
    let id = s.ok("cloudformation:CreateStack", with_template("app", &template(&[role("A", "      RoleName: made\n")])))["StackId"].clone();
    s.ok("cloudformation:DeleteStack", json!({"StackName": "app"}));
    s.run();
    assert_eq!(s.status(id.as_str().unwrap()), "DELETE_COMPLETE");
    assert!(!s.role_exists("made"));
}

#[test]
fn failure_leaves_what_the_caller_wants() {
    let s = Setup::new();
    s.role("taken", json!({"Service": "codebuild.amazonaws.com"}), json!("s3:*"));
    let body = template(&[role("A", "      RoleName: made\n"), role("B", "      RoleName: taken\n    DependsOn: A\n")]);
    let failing = |name: &str, member: &str, value| {
        let mut input = with_template(name, &body);
        input[member] = value;
        let id = s.ok("cloudformation:CreateStack", input)["StackId"].clone();
        s.run();
        s.status(id.as_str().unwrap())
    };
    assert_eq!(failing("gone", "OnFailure", json!("DELETE")), "DELETE_COMPLETE");
    assert!(!s.role_exists("made"));
    assert_eq!(failing("left", "DisableRollback", json!(true)), "CREATE_FAILED");
    assert!(s.role_exists("made"));
    s.ok("cloudformation:DeleteStack", json!({"StackName": "left"}));
    s.run();
    assert!(!s.role_exists("made") && s.role_exists("taken"));
}

#[test]
fn a_keys_secret_is_told_once_and_stays_known() {
    let s = Setup::new();
    let keyed = |status: &str| {
        format!(
            "Resources:\n  User: {{Type: 'AWS::IAM::User'}}\n  Key: {{Type: 'AWS::IAM::AccessKey', Properties: {{UserName: !Ref User, Status: {status}}}}}\n\
             Outputs:\n  Secret: {{Value: !GetAtt Key.SecretAccessKey}}\n"
        )
    };
    s.create("keys", &keyed("Active"));
    let secret = || s.stack("keys")["Outputs"][0]["OutputValue"].as_str().unwrap().to_owned();
    let (first, id) = (secret(), s.physical_id("keys", "Key"));
    assert_eq!(first.len(), 40);
    s.update("keys", &keyed("Inactive"));
    assert_eq!((secret(), s.physical_id("keys", "Key")), (first, id));
    let keys = s.ok("iam:ListAccessKeys", json!({"UserName": s.physical_id("keys", "User")}));
    assert_eq!(keys["AccessKeyMetadata"][0]["Status"], "Inactive");
}
