//! Stacks that are resources of other stacks.

mod setup;

use serde_json::{Value, json};
use setup::{ACCOUNT, Setup, role, template, with_template};

const URL: &str = "https://templates.s3.us-east-1.amazonaws.com";

fn world() -> Setup {
    let s = Setup::new();
    s.ok("s3:CreateBucket", json!({"Bucket": "templates"}));
    s
}

fn put(s: &Setup, key: &str, text: &str) {
    s.world.send(&s.admin, "s3:PutObject", json!({"Bucket": "templates", "Key": key}), text.as_bytes()).unwrap();
}

/// A nested stack's resource in a template.
fn nested(id: &str, key: &str, properties: &str) -> String {
    format!("  {id}:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: {URL}/{key}\n{properties}")
}

/// A role by the name of a parameter, and a second one that the template replaces with it.
fn child(extra: &[String]) -> String {
    let mut resources = vec![role("R", "      RoleName: !Ref Name\n")];
    resources.extend_from_slice(extra);
    format!(
        "Parameters:\n  Name: {{Type: String}}\n{}Outputs:\n  Role: {{Value: !Ref R}}\n  Arn: {{Value: !GetAtt R.Arn}}\n",
        template(&resources)
    )
}

fn parent(name: &str, rest: &[String]) -> String {
    let mut resources = vec![nested("Inner", "child.yaml", &format!("      Parameters: {{Name: {name}}}\n"))];
    resources.push(role("After", "      Description: !GetAtt Inner.Outputs.Role\n"));
    resources.extend_from_slice(rest);
    template(&resources) + "Outputs:\n  Inner: {Value: !Ref Inner}\n"
}

fn description(s: &Setup) -> Value {
    s.ok("iam:GetRole", json!({"RoleName": s.physical_id("app", "After")}))["Role"]["Description"].clone()
}

#[test]
fn made_changed_and_deleted_with_the_parent() {
    let s = world();
    put(&s, "child.yaml", &child(&[]));
    let mut input = with_template("app", &parent("first", &[]));
    input["Tags"] = json!([{"Key": "team", "Value": "shop"}]);
    input["ClientRequestToken"] = json!("made-once");
    let root = s.ok("cloudformation:CreateStack", input)["StackId"].clone();
    s.run();
    assert_eq!(s.status("app"), "CREATE_COMPLETE", "{:#}", s.ok("cloudformation:DescribeStackEvents", json!({"StackName": "app"})));
    let id = s.physical_id("app", "Inner");
    let inner = s.stack(&id);
    let name = inner["StackName"].as_str().unwrap();
    assert!(name.starts_with("app-Inner-"), "{name}");
    assert_eq!((&inner["ParentId"], &inner["RootId"]), (&root, &root));
    assert_eq!(inner["Tags"], json!([{"Key": "team", "Value": "shop"}]));
    assert_eq!(inner["Capabilities"], json!(["CAPABILITY_NAMED_IAM"]));
    assert_eq!(s.stack("app")["Outputs"][0]["OutputValue"], id.as_str());
    let events = s.ok("cloudformation:DescribeStackEvents", json!({"StackName": id}));
    assert!(events["StackEvents"].as_array().unwrap().iter().all(|e| e["ClientRequestToken"] == "made-once"));
    assert_eq!(description(&s), "first");
    assert_eq!(
        s.events("app")[..5],
        [
            "app CREATE_IN_PROGRESS",
            "Inner CREATE_IN_PROGRESS",
            "Inner CREATE_IN_PROGRESS",
            "Inner CREATE_COMPLETE",
            "After CREATE_IN_PROGRESS"
        ]
    );

    // The clean-up of the nested stack is done after the parent's update.
    let seen = s.events("app").len();
    s.update("app", &parent("second", &[]));
    assert_eq!(s.status("app"), "UPDATE_COMPLETE");
    assert_eq!(
        s.events("app")[seen..],
        [
            "app UPDATE_IN_PROGRESS",
            "Inner UPDATE_IN_PROGRESS",
            "Inner UPDATE_COMPLETE",
            "After UPDATE_IN_PROGRESS",
            "After UPDATE_COMPLETE",
            "app UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "Inner UPDATE_COMPLETE",
            "app UPDATE_COMPLETE",
        ]
    );
    assert_eq!(s.status(&id), "UPDATE_COMPLETE");
    assert_eq!(s.physical_id("app", "Inner"), id);
    assert_eq!(description(&s), "second");
    assert!(s.role_exists("second") && !s.role_exists("first"));

    // What lies behind the URL is looked at each time, and nothing happens where it says the same.
    put(&s, "child.yaml", &child(&[role("More", "      RoleName: more\n")]));
    s.update("app", &parent("second", &[]));
    assert!(s.role_exists("more"));
    let seen = s.events(&id).len();
    s.update("app", &parent("second", &[]));
    assert_eq!((s.status("app").as_str(), s.events(&id).len()), ("UPDATE_COMPLETE", seen));

    // One that goes is deleted with all that it has; then the parent.
    s.update("app", &template(&[role("After", "      Description: alone\n")]));
    assert_eq!(s.status(&id), "DELETE_COMPLETE");
    assert!(!s.role_exists("second") && !s.role_exists("more"));
    s.update("app", &parent("third", &[]));
    assert!(s.role_exists("third"));
    s.ok("cloudformation:DeleteStack", json!({"StackName": "app"}));
    s.run();
    assert_eq!(s.status(root.as_str().unwrap()), "DELETE_COMPLETE");
    assert!(!s.role_exists("third"));
}

#[test]
fn a_failure_inside_is_the_parents() {
    let s = world();
    s.role("taken", json!({"Service": "codebuild.amazonaws.com"}), json!("s3:*"));
    put(&s, "child.yaml", &child(&[role("Bad", "      RoleName: taken\n    DependsOn: R\n")]));
    let id = s.create("app", &parent("made", &[]));
    assert_eq!(s.status("app"), "ROLLBACK_COMPLETE");
    assert_eq!(s.reason("app", "ROLLBACK_IN_PROGRESS"), "The following resource(s) failed to create: [Inner]. Rollback requested by user.");
    let reason = s.reason("app", "CREATE_FAILED");
    assert!(reason.starts_with(&format!("Embedded stack arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/app-Inner-")), "{reason}");
    assert!(reason.ends_with(" was not successfully created: The following resource(s) failed to create: [Bad]."), "{reason}");
    assert!(!s.role_exists("made") && s.role_exists("taken"));
    s.ok("cloudformation:DeleteStack", json!({"StackName": id}));
    s.run();
    assert_eq!(s.status(&id), "DELETE_COMPLETE");

    // Where the caller wants no rollback, the nested stack stays too.
    let mut input = with_template("left", &parent("left", &[]));
    input["DisableRollback"] = json!(true);
    s.ok("cloudformation:CreateStack", input);
    s.run();
    assert_eq!(s.status("left"), "CREATE_FAILED");
    assert_eq!(s.status(&s.physical_id("left", "Inner")), "CREATE_FAILED");
    assert!(s.role_exists("left"));
    s.ok("cloudformation:DeleteStack", json!({"StackName": "left"}));
    s.run();
    assert!(!s.role_exists("left"));

    // A template that nests itself comes to an end.
    put(&s, "self.yaml", &template(&[nested("Self", "self.yaml", "")]));
    s.create("endless", &template(&[nested("Self", "self.yaml", "")]));
    assert_eq!(s.status("endless"), "ROLLBACK_COMPLETE");
    let stacks = s.ok("cloudformation:ListStacks", json!({"StackStatusFilter": ["CREATE_COMPLETE", "ROLLBACK_COMPLETE"]}));
    assert_eq!(stacks["StackSummaries"].as_array().unwrap().len(), 1, "{stacks}");
}

#[test]
fn a_parent_that_turns_back_brings_its_nested_stacks_back() {
    let s = world();
    put(&s, "child.yaml", &child(&[]));
    s.create("app", &parent("first", &[]));
    let id = s.physical_id("app", "Inner");
    s.role("taken", json!({"Service": "codebuild.amazonaws.com"}), json!("s3:*"));
    put(&s, "child.yaml", &child(&[role("More", "      RoleName: more\n")]));
    // The nested stack is changed, with a replacement; then the parent fails.
    s.update("app", &parent("second", &[role("Bad", "      RoleName: taken\n    DependsOn: After\n")]));
    assert_eq!(s.status("app"), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(s.status(&id), "UPDATE_ROLLBACK_COMPLETE");
    assert!(s.role_exists("first") && !s.role_exists("second") && !s.role_exists("more"));
    assert_eq!(s.stack(&id)["Outputs"][0]["OutputValue"], "first");
    assert_eq!(description(&s), "first");

    // The nested stack fails by itself.
    put(&s, "child.yaml", &child(&[role("More", "      RoleName: taken\n    DependsOn: R\n")]));
    s.update("app", &parent("third", &[]));
    assert_eq!((s.status("app").as_str(), s.status(&id).as_str()), ("UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"));
    let reason = s.reason("app", "UPDATE_FAILED");
    assert!(reason.starts_with(&format!("Embedded stack {id} was not successfully updated. Currently in UPDATE_ROLLBACK_")), "{reason}");
    assert!(reason.ends_with("with reason: The following resource(s) failed to create: [More]."), "{reason}");
    assert!(s.role_exists("first") && !s.role_exists("third"));

    // And goes on from there.
    put(&s, "child.yaml", &child(&[]));
    s.update("app", &parent("fourth", &[]));
    assert_eq!((s.status("app").as_str(), s.status(&id).as_str()), ("UPDATE_COMPLETE", "UPDATE_COMPLETE"));
    assert!(s.role_exists("fourth") && !s.role_exists("first"));
}

#[test]
fn a_rollback_that_fails_inside_is_continued_from_the_root() {
    let s = world();
    let role_arn =
        s.role("stacks", json!({"Service": "cloudformation.amazonaws.com"}), json!(["iam:*", "cloudformation:*", "s3:GetObject"]));
    let inner = |description: &str, rest: &[String]| {
        let mut all = vec![role("R", &format!("      Description: {description}\n"))];
        all.extend_from_slice(rest);
        template(&all)
    };
    put(&s, "child.yaml", &inner("old", &[]));
    let body = template(&[nested("Inner", "child.yaml", "")]);
    let mut input = with_template("app", &body);
    input["RoleARN"] = json!(role_arn);
    s.ok("cloudformation:CreateStack", input);
    s.run();
    let id = s.physical_id("app", "Inner");
    assert_eq!(s.stack(&id)["RoleARN"], role_arn);
    let deny = r#"{Version: "2012-10-17", Statement: [{Effect: Deny, Action: ["iam:UpdateRole", "iam:CreateRole"], Resource: "*"}]}"#;
    let lock = format!(
        "  Lock:\n    Type: AWS::IAM::Policy\n    DependsOn: R\n    Properties: {{PolicyName: lock, Roles: [stacks], PolicyDocument: {deny}}}\n"
    );
    put(&s, "child.yaml", &inner("new", &[lock, role("Z", "    DependsOn: Lock\n")]));
    s.update("app", &body);
    assert_eq!((s.status("app").as_str(), s.status(&id).as_str()), ("UPDATE_ROLLBACK_FAILED", "UPDATE_ROLLBACK_FAILED"));
    let refused = s.fails("ValidationError", "cloudformation:ContinueUpdateRollback", json!({"StackName": id}));
    assert!(refused.starts_with("ContinueUpdateRollback cannot be invoked on child stacks"), "{refused}");
    s.ok("iam:DeleteRolePolicy", json!({"RoleName": "stacks", "PolicyName": "lock"}));
    s.ok("cloudformation:ContinueUpdateRollback", json!({"StackName": "app"}));
    s.run();
    assert_eq!((s.status("app").as_str(), s.status(&id).as_str()), ("UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"));
    let physical = s.physical_id(&id, "R");
    assert_eq!(s.ok("iam:GetRole", json!({"RoleName": physical}))["Role"]["Description"], "old");
}

#[test]
fn the_parents_role_needs_the_calls_of_its_nested_stacks() {
    let s = world();
    put(&s, "child.yaml", &child(&[]));
    let all = ["iam:*", "s3:GetObject", "cloudformation:CreateStack", "cloudformation:DescribeStacks", "cloudformation:DeleteStack"];
    for (missing, named) in [("s3:GetObject", "app0"), ("cloudformation:CreateStack", "app1"), ("cloudformation:DescribeStacks", "app2")] {
        let actions: Vec<&str> = all.into_iter().filter(|action| *action != missing).collect();
        let role_arn = s.role(&format!("role-{named}"), json!({"Service": "cloudformation.amazonaws.com"}), json!(actions));
        let mut input = with_template(named, &parent("made", &[]));
        input["RoleARN"] = json!(role_arn);
        s.ok("cloudformation:CreateStack", input);
        s.run();
        assert_eq!(s.status(named), "ROLLBACK_COMPLETE", "{missing}");
        let reason = s.reason(named, "CREATE_FAILED");
        assert!(reason.contains(&format!("not authorized to perform: {missing}")), "{reason}");
        assert!(!s.role_exists("made"));
    }
}

#[test]
fn a_roots_protection_is_its_nested_stacks() {
    let s = world();
    put(&s, "child.yaml", &child(&[]));
    s.create("app", &parent("made", &[]));
    let id = s.physical_id("app", "Inner");
    s.ok("cloudformation:UpdateTerminationProtection", json!({"StackName": "app", "EnableTerminationProtection": true}));
    s.fails(
        "ValidationError",
        "cloudformation:UpdateTerminationProtection",
        json!({"StackName": id, "EnableTerminationProtection": false}),
    );
    let refused = s.fails("ValidationError", "cloudformation:DeleteStack", json!({"StackName": id}));
    assert!(refused.contains("cannot be deleted while TerminationProtection is enabled"), "{refused}");
    // An update of the root may drop it all the same.
    s.update("app", &template(&[role("After", "")]));
    assert_eq!(s.status(&id), "DELETE_COMPLETE");
}

#[test]
fn what_others_import_keeps_a_nested_stack() {
    let s = world();
    let exporting = child(&[]).replace("Role: {Value: !Ref R}", "Role: {Value: !Ref R, Export: {Name: inner-role}}");
    put(&s, "child.yaml", &exporting);
    s.create("app", &parent("made", &[]));
    s.create("user", &template(&[role("U", "      Description: !ImportValue inner-role\n")]));
    s.update("app", &parent("other", &[]));
    assert_eq!(s.status("app"), "UPDATE_ROLLBACK_COMPLETE");
    assert!(s.reason("app", "UPDATE_FAILED").ends_with("Export inner-role cannot be updated as it is in use by user"));
    s.ok("cloudformation:DeleteStack", json!({"StackName": "app"}));
    s.run();
    assert_eq!(s.status("app"), "DELETE_FAILED");
    let reason = s.reason("app", "DELETE_FAILED");
    assert!(reason.contains("[Inner]"), "{reason}");
    for name in ["user", "app"] {
        s.ok("cloudformation:DeleteStack", json!({"StackName": name}));
        s.run();
    }
    assert!(!s.role_exists("made"));
}

#[test]
fn change_sets_include_nested_stacks() {
    let s = world();
    put(&s, "child.yaml", &child(&[]));
    let set = |name: &str, kind: &str, body: &str| {
        let mut input = with_template("app", body);
        input["ChangeSetName"] = json!(name);
        input["ChangeSetType"] = json!(kind);
        input["IncludeNestedStacks"] = json!(true);
        s.ok("cloudformation:CreateChangeSet", input)["Id"].clone()
    };
    let described = |id: &Value| s.ok("cloudformation:DescribeChangeSet", json!({"ChangeSetName": id}));
    let inner_of = |id: &Value| {
        let changes = described(id)["Changes"].clone();
        let change = changes.as_array().unwrap().iter().find(|c| c["ResourceChange"]["LogicalResourceId"] == "Inner").cloned();
        change.map(|change| change["ResourceChange"]["ChangeSetId"].clone())
    };
    // Dropped with its root, the stack that was to be made too.
    let dropped = set("dropped", "CREATE", &parent("first", &[]));
    let inner = inner_of(&dropped).unwrap();
    let stack = described(&inner)["StackId"].clone();
    assert_eq!(s.status(stack.as_str().unwrap()), "REVIEW_IN_PROGRESS");
    let alone = s.fails("InvalidChangeSetStatus", "cloudformation:DeleteChangeSet", json!({"ChangeSetName": inner}));
    assert!(alone.contains(dropped.as_str().unwrap()), "{alone}");
    s.ok("cloudformation:DeleteChangeSet", json!({"ChangeSetName": dropped}));
    assert_eq!(s.status(stack.as_str().unwrap()), "DELETE_COMPLETE");

    let first = set("first", "CREATE", &parent("first", &[]));
    let inner = inner_of(&first).unwrap();
    let shown = described(&inner);
    assert_eq!((&shown["ParentChangeSetId"], &shown["RootChangeSetId"]), (&first, &first));
    assert_eq!(shown["Changes"][0]["ResourceChange"]["LogicalResourceId"], "R");
    s.fails("InvalidChangeSetStatus", "cloudformation:ExecuteChangeSet", json!({"ChangeSetName": inner}));
    s.ok("cloudformation:ExecuteChangeSet", json!({"ChangeSetName": first}));
    s.run();
    assert_eq!(s.status("app"), "CREATE_COMPLETE", "{:?}", s.events("app"));
    assert_eq!(shown["StackId"], s.physical_id("app", "Inner").as_str());
    assert_eq!(s.stack(shown["StackId"].as_str().unwrap())["ParentId"], s.stack("app")["StackId"]);
    assert_eq!(description(&s), "first");

    // What lies behind the URL is what the change set saw.
    let second = set("second", "UPDATE", &parent("second", &[]));
    assert!(inner_of(&second).unwrap().is_string());
    put(&s, "child.yaml", &child(&[role("Late", "      RoleName: late\n")]));
    s.ok("cloudformation:ExecuteChangeSet", json!({"ChangeSetName": second}));
    s.run();
    assert_eq!(s.status("app"), "UPDATE_COMPLETE");
    assert!(s.role_exists("second") && !s.role_exists("first") && !s.role_exists("late"));

    // Where nothing changes inside, nothing is said of it.
    put(&s, "child.yaml", &child(&[]));
    assert_eq!(inner_of(&set("nothing", "UPDATE", &parent("second", &[]))), None);
}
