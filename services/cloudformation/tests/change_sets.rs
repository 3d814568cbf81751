//! Change sets, in the order in which `aws cloudformation deploy` makes its calls.

mod setup;

use serde_json::{Value, json};
use setup::{Setup, role, template, with_template};

fn change_set(name: &str, kind: &str, body: &str) -> Value {
    let mut input = with_template("app", body);
    input["ChangeSetName"] = json!(name);
    input["ChangeSetType"] = json!(kind);
    input
}

/// Makes a change set and describes it until it is complete: here, at once.
#[track_caller]
fn described(s: &Setup, name: &str, kind: &str, body: &str) -> Value {
    let made = s.ok("cloudformation:CreateChangeSet", change_set(name, kind, body));
    s.ok("cloudformation:DescribeChangeSet", json!({"StackName": "app", "ChangeSetName": made["Id"]}))
}

#[track_caller]
fn execute(s: &Setup, name: &str) {
    s.ok("cloudformation:ExecuteChangeSet", json!({"StackName": "app", "ChangeSetName": name, "DisableRollback": false}));
    s.run();
}

#[test]
fn deploy_as_the_cli_does() {
    let s = Setup::new();
    let first = template(&[role("A", "      RoleName: one\n"), role("B", "      Description: !GetAtt A.Arn\n")]);
    assert_eq!(
        s.fails("ValidationError", "cloudformation:DescribeStacks", json!({"StackName": "app"})),
        "Stack with id app does not exist"
    );
    let set = described(&s, "first", "CREATE", &first);
    assert_eq!((&set["Status"], &set["ExecutionStatus"]), (&json!("CREATE_COMPLETE"), &json!("AVAILABLE")));
    assert_eq!(set["Changes"][0]["ResourceChange"]["Action"], "Add");
    assert_eq!(s.status("app"), "REVIEW_IN_PROGRESS");
    execute(&s, "first");
    assert_eq!(s.status("app"), "CREATE_COMPLETE");

    // Nothing to do: the words that the CLI looks for.
    let set = described(&s, "again", "UPDATE", &first);
    assert_eq!((&set["Status"], &set["ExecutionStatus"]), (&json!("FAILED"), &json!("UNAVAILABLE")));
    assert_eq!(
        set["StatusReason"],
        "The submitted information didn't contain changes. Submit different information to create a change set."
    );
    assert!(
        s.fails("InvalidChangeSetStatus", "cloudformation:ExecuteChangeSet", json!({"StackName": "app", "ChangeSetName": "again"}))
            .contains("[FAILED]")
    );

    let second = first.replace("RoleName: one", "RoleName: two") + &role("C", "");
    let set = described(&s, "second", "UPDATE", &second);
    let change = |at: usize| set["Changes"][at]["ResourceChange"].clone();
    assert_eq!(
        (change(0)["Action"].clone(), change(0)["Replacement"].clone(), change(0)["PolicyAction"].clone()),
        (json!("Modify"), json!("True"), json!("ReplaceAndDelete"))
    );
    assert_eq!(change(0)["Details"][0]["Target"], json!({"Attribute": "Properties", "Name": "RoleName", "RequiresRecreation": "Always"}));
    assert_eq!((change(1)["Replacement"].clone(), change(1)["Scope"].clone()), (json!("False"), json!(["Properties"])));
    let detail = &change(1)["Details"][0];
    assert_eq!(
        (&detail["Evaluation"], &detail["ChangeSource"], &detail["CausingEntity"]),
        (&json!("Dynamic"), &json!("ResourceAttribute"), &json!("A.Arn"))
    );
    assert_eq!(change(2)["Action"], "Add");
    execute(&s, "second");
    assert_eq!(s.status("app"), "UPDATE_COMPLETE");
    assert!(s.role_exists("two") && !s.role_exists("one"));
    // The executed one stays, all others are gone.
    let left = s.ok("cloudformation:ListChangeSets", json!({"StackName": "app"}));
    assert_eq!(left["Summaries"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&left["Summaries"][0]["ChangeSetName"], &left["Summaries"][0]["ExecutionStatus"]),
        (&json!("second"), &json!("EXECUTE_COMPLETE"))
    );

    // Taken away, and replaced only if a value turns out so.
    let third =
        template(&[role("B", "      Description: still\n"), role("C", "      RoleName: !Select [1, !Split ['/', !GetAtt B.Arn]]\n")]);
    let set = described(&s, "third", "UPDATE", &third);
    let found: Vec<(&str, &Value, &Value)> = set["Changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| &c["ResourceChange"])
        .map(|c| (c["LogicalResourceId"].as_str().unwrap(), &c["Action"], &c["Replacement"]))
        .collect();
    assert_eq!(
        found,
        [("B", &json!("Modify"), &json!("False")), ("C", &json!("Modify"), &json!("Conditional")), ("A", &json!("Remove"), &Value::Null)]
    );
}

#[test]
fn a_stack_under_review_is_nothing_yet() {
    let s = Setup::new();
    let body = template(&[role("A", "")]);
    assert_eq!(
        s.fails("ValidationError", "cloudformation:CreateChangeSet", change_set("x", "UPDATE", &body)),
        "Stack [app] does not exist"
    );
    let made = s.ok("cloudformation:CreateChangeSet", change_set("x", "CREATE", &body));
    s.fails("AlreadyExistsException", "cloudformation:CreateChangeSet", change_set("x", "CREATE", &body));
    // By its ARN alone.
    assert_eq!(s.ok("cloudformation:GetTemplate", json!({"ChangeSetName": made["Id"]}))["TemplateBody"], body);
    assert!(s.fails("ValidationError", "cloudformation:UpdateStack", with_template("app", &body)).contains("REVIEW_IN_PROGRESS"));
    s.ok("cloudformation:DeleteChangeSet", json!({"StackName": "app", "ChangeSetName": "x"}));
    s.fails("ChangeSetNotFound", "cloudformation:DescribeChangeSet", json!({"StackName": "app", "ChangeSetName": "x"}));
    s.ok("cloudformation:DeleteStack", json!({"StackName": "app"}));
    s.fails("ValidationError", "cloudformation:DescribeStacks", json!({"StackName": "app"}));
    s.create("app", &body);
    assert_eq!(
        s.fails("ValidationError", "cloudformation:CreateChangeSet", change_set("y", "CREATE", &body)),
        "Stack [app] already exists and cannot be created again with the changeSet [y]."
    );
}

/// The details of a change, each as source, evaluation, entity and, where values are shown, path, before and after.
fn details(change: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_string();
    let of = |detail: &Value| {
        let target = &detail["Target"];
        let values = ["Path", "BeforeValue", "AfterValue"].map(|member| text(&target[member]));
        let shown = values.iter().filter(|value| *value != "-").cloned().collect::<Vec<_>>().join(" ");
        format!("{} {} {} {shown}", text(&detail["ChangeSource"]), text(&detail["Evaluation"]), text(&detail["CausingEntity"]))
            .trim_end()
            .to_string()
    };
    change["Details"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn each_change_names_its_cause_and_its_values() {
    let s = Setup::new();
    let parameters = "Parameters:\n  Word: {Type: String, Default: one}\n  Secret: {Type: String, NoEcho: true, Default: hidden}\n";
    let body = |name: &str, word: &str| {
        parameters.replace("Default: one", &format!("Default: {word}"))
            + &template(&[
                role("A", &format!("      RoleName: {name}\n      Tags: [{{Key: k, Value: {word}}}]\n")),
                role("B", "      Description: !Sub 'for ${A} and ${Word}'\n"),
                role("C", "      Description: !GetAtt A.RoleId\n      MaxSessionDuration: 3600\n"),
                role("D", "      Description: !Ref Secret\n"),
            ])
    };
    s.create("app", &body("first", "one"));
    let second = body("second", "two").replace("hidden", "unseen").replace("3600", "7200");
    s.ok("cloudformation:CreateChangeSet", change_set("x", "UPDATE", &second));
    let shown = |values: bool| {
        let input = json!({"StackName": "app", "ChangeSetName": "x", "IncludePropertyValues": values});
        s.ok("cloudformation:DescribeChangeSet", input)["Changes"].clone()
    };
    let plain = shown(false);
    let of = |changes: &Value, id: &str| {
        changes.as_array().unwrap().iter().map(|c| &c["ResourceChange"]).find(|c| c["LogicalResourceId"] == id).unwrap().clone()
    };
    assert_eq!(details(&of(&plain, "A")), ["DirectModification Static -", "DirectModification Static -"]);
    assert_eq!((of(&plain, "A")["Replacement"].clone(), of(&plain, "A")["Scope"].clone()), (json!("True"), json!(["Properties", "Tags"])));
    assert_eq!(details(&of(&plain, "B")), ["ParameterReference Static Word", "ResourceReference Static A"]);
    assert_eq!(details(&of(&plain, "C")), ["ResourceAttribute Dynamic A.RoleId", "DirectModification Static -"]);
    assert_eq!(of(&plain, "C")["Replacement"], "False");
    assert!(!plain.to_string().contains("Context") && !plain.to_string().contains("Path"));

    let told = shown(true);
    assert_eq!(
        details(&of(&told, "A")),
        ["DirectModification Static - /Properties/RoleName first second", "DirectModification Static - /Properties/Tags/0/Value one two",]
    );
    assert_eq!(
        details(&of(&told, "B")),
        [
            "ParameterReference Static Word /Properties/Description for first and one {{changeSet:KNOWN_AFTER_APPLY}}",
            "ResourceReference Static A /Properties/Description for first and one {{changeSet:KNOWN_AFTER_APPLY}}",
            "DirectModification Dynamic - /Properties/Description for first and one {{changeSet:KNOWN_AFTER_APPLY}}",
        ]
    );
    let after: Value = serde_json::from_str(of(&told, "A")["AfterContext"].as_str().unwrap()).unwrap();
    let before: Value = serde_json::from_str(of(&told, "A")["BeforeContext"].as_str().unwrap()).unwrap();
    assert_eq!((&before["Properties"]["RoleName"], &after["Properties"]["RoleName"]), (&json!("first"), &json!("second")));
    assert!(of(&told, "D")["AfterContext"].as_str().unwrap().contains("****"));
    for secret in ["hidden", "unseen"] {
        assert!(!told.to_string().contains(secret), "{secret} is shown");
    }
}

#[test]
fn what_overtakes_a_change_set() {
    let s = Setup::new();
    let body = template(&[role("A", "      RoleName: one\n")]);
    s.ok("cloudformation:CreateChangeSet", change_set("waits", "CREATE", &body));
    // A stack under review may be made without its change set.
    s.create("app", &body);
    assert_eq!(s.status("app"), "CREATE_COMPLETE");
    let waiting = |name: &str| {
        s.ok("cloudformation:DescribeChangeSet", json!({"StackName": "app", "ChangeSetName": name}))["ExecutionStatus"].clone()
    };
    assert_eq!(waiting("waits"), "OBSOLETE");
    assert!(
        s.fails("InvalidChangeSetStatus", "cloudformation:ExecuteChangeSet", json!({"StackName": "app", "ChangeSetName": "waits"}))
            .contains("execution status of [OBSOLETE]")
    );
    s.ok("cloudformation:CreateChangeSet", change_set("two", "UPDATE", &body.replace("one", "two")));
    s.ok("cloudformation:CreateChangeSet", change_set("three", "UPDATE", &body.replace("one", "three")));
    execute(&s, "two");
    s.fails("ChangeSetNotFound", "cloudformation:DescribeChangeSet", json!({"StackName": "app", "ChangeSetName": "three"}));
    // What was executed keeps how it went, whatever comes after it.
    s.role("taken", json!({"Service": "codebuild.amazonaws.com"}), json!("s3:*"));
    s.update("app", &body.replace("one", "taken"));
    assert_eq!((s.status("app").as_str(), waiting("two")), ("UPDATE_ROLLBACK_COMPLETE", json!("EXECUTE_COMPLETE")));
    let mut import = change_set("i", "IMPORT", &body);
    import["ResourcesToImport"] = json!([]);
    assert!(s.fails("NotImplemented", "cloudformation:CreateChangeSet", import).contains("IMPORT"));
    let mut left = change_set("left", "UPDATE", &body.replace("one", "taken"));
    left["OnStackFailure"] = json!("DO_NOTHING");
    s.ok("cloudformation:CreateChangeSet", left);
    let execution = json!({"StackName": "app", "ChangeSetName": "left"});
    let mut both = execution.clone();
    both["DisableRollback"] = json!(true);
    s.fails("ValidationError", "cloudformation:ExecuteChangeSet", both);
    s.ok("cloudformation:ExecuteChangeSet", execution);
    s.run();
    assert_eq!((s.status("app").as_str(), waiting("left")), ("UPDATE_FAILED", json!("EXECUTE_FAILED")));
}
