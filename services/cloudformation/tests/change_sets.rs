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
