//! Stacks whose operations fail and are left as they were, turned back, cancelled or forced.

mod setup;

use serde_json::{Value, json};
use setup::{Setup, role, template, with_template};
use std::time::Duration;

/// A role whose name another one has.
fn taken(s: &Setup) -> String {
    if !s.role_exists("taken") {
        s.role("taken", json!({"Service": "codebuild.amazonaws.com"}), json!("s3:*"));
    }
    role("Taken", "      RoleName: taken\n    DependsOn: A\n")
}

fn send(s: &Setup, operation: &str, body: &str, more: Value) {
    let mut input = with_template("app", body);
    for (key, value) in more.as_object().unwrap() {
        input[key] = value.clone();
    }
    s.ok(operation, input);
    s.run();
}

#[test]
fn all_that_is_under_way_is_tried_and_what_waits_is_not() {
    let s = Setup::new();
    let wide = "      ManagedPolicyArns: ['arn:aws:iam::aws:policy/NoSuchPolicy']\n";
    s.create("app", &template(&[role("A", wide), role("B", "      RoleName: good\n"), role("C", wide), role("D", "    DependsOn: A\n")]));
    assert_eq!(s.status("app"), "ROLLBACK_COMPLETE");
    assert_eq!(s.reason("app", "ROLLBACK_IN_PROGRESS"), "The following resource(s) failed to create: [A, C]. Rollback requested by user.");
    let events = s.events("app");
    assert!(!events.iter().any(|event| event.starts_with("D ")), "{events:?}");
    let (_, back) = events.join("\n").split_once("app ROLLBACK_IN_PROGRESS\n").map(|(a, b)| (a.to_string(), b.to_string())).unwrap();
    assert_eq!(back, "A DELETE_COMPLETE\nC DELETE_COMPLETE\nB DELETE_IN_PROGRESS\nB DELETE_COMPLETE\napp ROLLBACK_COMPLETE");
    assert!(!s.role_exists("good"));
}

#[test]
fn a_failed_update_is_left_as_it_was_tried_again_and_turned_back() {
    let s = Setup::new();
    let first = template(&[role("A", "      RoleName: one\n      Description: first\n")]);
    s.create("app", &first);
    // In place, then a failure.
    send(&s, "cloudformation:UpdateStack", &(first.replace("first", "second") + &taken(&s)), json!({"DisableRollback": true}));
    assert_eq!(s.status("app"), "UPDATE_FAILED");
    assert_eq!(s.stack("app")["StackStatusReason"], "The following resource(s) failed to create: [Taken]. ");
    let described = |name: &str| s.ok("iam:GetRole", json!({"RoleName": name}))["Role"]["Description"].clone();
    assert_eq!(described("one"), "second");
    assert_eq!(
        s.fails("ValidationError", "cloudformation:UpdateStack", with_template("app", &first)),
        "This stack is currently in a non-terminal [UPDATE_FAILED] state. To update the stack from this state, please use the disable-rollback parameter with update-stack API. To rollback to the last known good state, use the rollback-stack API"
    );
    // Replaced on top of that, twice, with failures again.
    for name in ["two", "three"] {
        let body = first.replace("first", "second").replace("RoleName: one", &format!("RoleName: {name}")) + &taken(&s);
        send(&s, "cloudformation:UpdateStack", &body, json!({"DisableRollback": true}));
        assert_eq!(s.status("app"), "UPDATE_FAILED");
    }
    assert!(s.role_exists("one") && s.role_exists("two") && s.role_exists("three"));
    s.ok("cloudformation:RollbackStack", json!({"StackName": "app"}));
    s.run();
    // All the way back to where the stack was last whole.
    assert_eq!(s.status("app"), "UPDATE_ROLLBACK_COMPLETE");
    assert!(s.role_exists("one") && !s.role_exists("two") && !s.role_exists("three"));
    assert_eq!((described("one"), s.physical_id("app", "A")), (json!("first"), "one".into()));
    assert_eq!(s.fails("ValidationError", "cloudformation:UpdateStack", with_template("app", &first)), "No updates are to be performed.");
    assert!(
        s.fails("ValidationError", "cloudformation:RollbackStack", json!({"StackName": "app"})).contains("UPDATE_ROLLBACK_COMPLETE state")
    );
}

#[test]
fn a_failed_update_is_mended_by_the_next() {
    let s = Setup::new();
    let first = template(&[role("A", "      RoleName: one\n")]);
    s.create("app", &first);
    send(
        &s,
        "cloudformation:UpdateStack",
        &(first.replace("RoleName: one", "RoleName: two") + &taken(&s)),
        json!({"DisableRollback": true}),
    );
    let mended = first.replace("RoleName: one", "RoleName: three") + &taken(&s).replace("RoleName: taken", "RoleName: free");
    send(&s, "cloudformation:UpdateStack", &mended, json!({"DisableRollback": true}));
    assert_eq!(s.status("app"), "UPDATE_COMPLETE");
    assert!(s.role_exists("three") && s.role_exists("free") && !s.role_exists("one") && !s.role_exists("two"));
    let rows = s.ok("cloudformation:ListStackResources", json!({"StackName": "app"}));
    let states: Vec<&Value> = rows["StackResourceSummaries"].as_array().unwrap().iter().map(|r| &r["ResourceStatus"]).collect();
    assert_eq!(states, ["UPDATE_COMPLETE", "CREATE_COMPLETE"]);
    // Back to what it has: a failure that is taken back leaves nothing behind.
    send(&s, "cloudformation:UpdateStack", &mended.replace("RoleName: free", "RoleName: taken"), json!({"DisableRollback": true}));
    assert_eq!(s.reason("app", "UPDATE_FAILED"), "The following resource(s) failed to update: [Taken]. ");
    send(&s, "cloudformation:UpdateStack", &mended, json!({"DisableRollback": true}));
    assert_eq!(s.status("app"), "UPDATE_COMPLETE");
    let rows = s.ok("cloudformation:ListStackResources", json!({"StackName": "app"}));
    assert!(rows["StackResourceSummaries"].as_array().unwrap().iter().all(|r| r["ResourceStatus"] != "UPDATE_FAILED"), "{rows}");
}

#[test]
fn a_failed_creation_is_left_as_it_was_and_made_whole_or_turned_back() {
    let s = Setup::new();
    let good = template(&[role("A", "      RoleName: one\n")]);
    let kept = template(&[role("A", "      RoleName: one\n    DeletionPolicy: Retain\n")]);
    send(&s, "cloudformation:CreateStack", &(good.clone() + &taken(&s)), json!({"DisableRollback": true}));
    assert_eq!(s.status("app"), "CREATE_FAILED");
    send(&s, "cloudformation:UpdateStack", &good, json!({"DisableRollback": true}));
    assert_eq!(s.status("app"), "UPDATE_COMPLETE");
    s.ok("cloudformation:DeleteStack", json!({"StackName": "app"}));
    s.run();
    for (flag, stays) in [(true, false), (false, true)] {
        send(&s, "cloudformation:CreateStack", &(kept.clone() + &taken(&s)), json!({"OnFailure": "DO_NOTHING"}));
        s.ok("cloudformation:RollbackStack", json!({"StackName": "app", "RetainExceptOnCreate": flag}));
        s.run();
        assert_eq!((s.status("app").as_str(), s.role_exists("one")), ("ROLLBACK_COMPLETE", stays));
        s.ok("cloudformation:DeleteStack", json!({"StackName": "app"}));
        s.run();
    }
}

#[test]
fn names_that_are_taken() {
    let s = Setup::new();
    let fixed = |path: &str| template(&[role("A", &format!("      RoleName: fixed\n      Path: {path}\n"))]);
    s.create("app", &fixed("/one/"));
    s.update("app", &fixed("/two/"));
    assert_eq!(
        s.reason("app", "UPDATE_FAILED"),
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename fixed and update the stack again."
    );
    assert_eq!(s.status("app"), "UPDATE_ROLLBACK_COMPLETE");
    s.update("app", &fixed("/two/").replace("RoleName: fixed", "RoleName: renamed"));
    assert_eq!(s.status("app"), "UPDATE_COMPLETE");
}

#[test]
fn an_update_is_cancelled_while_it_is_watched() {
    let s = Setup::new();
    let first = template(&[role("A", "      RoleName: one\n")]);
    s.create("app", &first);
    assert_eq!(
        s.fails("ValidationError", "cloudformation:CancelUpdateStack", json!({"StackName": "app"})),
        "CancelUpdateStack cannot be called from current stack status"
    );
    let mut input = with_template("app", &first.replace("RoleName: one", "RoleName: two"));
    input["RollbackConfiguration"] = json!({"MonitoringTimeInMinutes": 20});
    s.ok("cloudformation:UpdateStack", input.clone());
    s.run_now();
    s.world.clock.advance(Duration::from_secs(19 * 60));
    s.run_now();
    // Nothing old is deleted yet.
    assert_eq!((s.status("app").as_str(), s.role_exists("one"), s.role_exists("two")), ("UPDATE_IN_PROGRESS", true, true));
    s.ok("cloudformation:CancelUpdateStack", json!({"StackName": "app"}));
    s.run_now();
    assert_eq!((s.status("app").as_str(), s.role_exists("one"), s.role_exists("two")), ("UPDATE_ROLLBACK_COMPLETE", true, false));
    // Nobody cancels the next.
    s.ok("cloudformation:UpdateStack", input.clone());
    s.run_now();
    s.world.clock.advance(Duration::from_secs(21 * 60));
    s.run_now();
    assert_eq!((s.status("app").as_str(), s.role_exists("one")), ("UPDATE_COMPLETE", false));
    assert_eq!(s.stack("app")["RollbackConfiguration"], json!({"MonitoringTimeInMinutes": 20}));
    input["RollbackConfiguration"] =
        json!({"RollbackTriggers": [{"Arn": "arn:aws:cloudwatch:us-east-1:1:alarm:x", "Type": "AWS::CloudWatch::Alarm"}]});
    assert!(s.fails("NotImplemented", "cloudformation:UpdateStack", input).contains("RollbackTriggers"));
}

#[test]
fn a_stack_that_cannot_be_deleted_is_forced() {
    let s = Setup::new();
    let id = s.create(
        "app",
        &template(&[role("Needed", "      RoleName: needed\n"), role("Stuck", "      RoleName: stuck\n    DependsOn: Needed\n")]),
    );
    s.allow("stuck", json!("s3:*"));
    assert!(
        s.fails("ValidationError", "cloudformation:DeleteStack", json!({"StackName": "app", "DeletionMode": "FORCE_DELETE_STACK"}))
            .contains("DELETE_FAILED")
    );
    s.ok("cloudformation:DeleteStack", json!({"StackName": "app"}));
    s.run();
    assert_eq!(s.status("app"), "DELETE_FAILED");
    assert!(
        s.fails("ValidationError", "cloudformation:DeleteStack", json!({"StackName": "app", "RetainResources": ["Stcuk"]}))
            .contains("[Stcuk]")
    );
    s.ok("cloudformation:DeleteStack", json!({"StackName": "app", "DeletionMode": "FORCE_DELETE_STACK"}));
    s.run();
    assert_eq!((s.status(&id).as_str(), s.role_exists("stuck"), s.role_exists("needed")), ("DELETE_COMPLETE", true, false));
    assert!(s.events(&id).contains(&"Stuck DELETE_SKIPPED".to_string()));
    // Deleted stacks are listed for ninety days.
    let listed = || s.ok("cloudformation:ListStacks", json!({}))["StackSummaries"].as_array().unwrap().len();
    assert_eq!(listed(), 1);
    s.world.clock.advance(Duration::from_secs(91 * 24 * 60 * 60));
    let admin = s.world.administrator(setup::ACCOUNT);
    assert_eq!(s.world.call(Some(&admin), "cloudformation:ListStacks", json!({})).unwrap()["StackSummaries"], json!([]));
}
