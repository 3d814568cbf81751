//! Stack policies: what they let an update do, and how a stack stands after they stopped one.

mod setup;

use serde_json::{Value, json};
use setup::{Setup, role, template, with_template};

fn statement(effect: &str, actions: Value, resource: &str) -> Value {
    json!({"Effect": effect, "Principal": "*", "Action": actions, "Resource": resource})
}

fn policy(statements: &[Value]) -> String {
    json!({"Statement": statements}).to_string()
}

fn everything_but(actions: Value, resource: &str) -> String {
    policy(&[statement("Allow", json!("Update:*"), "*"), statement("Deny", actions, resource)])
}

#[track_caller]
fn set(s: &Setup, text: &str) {
    s.ok("cloudformation:SetStackPolicy", json!({"StackName": "app", "StackPolicyBody": text}));
}

#[test]
fn a_protected_resource_stops_the_update() {
    let s = Setup::new();
    let first = template(&[role("A", "      RoleName: one\n      Description: old\n"), role("B", "      RoleName: other\n")]);
    let mut input = with_template("app", &first);
    input["StackPolicyBody"] = json!(everything_but(json!(["Update:Replace", "Update:Delete"]), "LogicalResourceId/A"));
    s.ok("cloudformation:CreateStack", input.clone());
    s.run();
    assert_eq!(s.ok("cloudformation:GetStackPolicy", json!({"StackName": "app"}))["StackPolicyBody"], input["StackPolicyBody"]);

    // Changes in place are allowed.
    s.update("app", &first.replace("old", "new"));
    assert_eq!(s.status("app"), "UPDATE_COMPLETE");
    let denied = "Action denied by stack policy: Statement [#2] does not allow [Update:Replace] for resource [LogicalResourceId/A];";
    s.update("app", &first.replace("RoleName: one", "RoleName: two"));
    assert_eq!((s.status("app").as_str(), s.reason("app", "UPDATE_FAILED").as_str()), ("UPDATE_ROLLBACK_COMPLETE", denied));
    assert!(s.role_exists("one") && !s.role_exists("two"));
    // So is taking it away, and nothing is done before that is known.
    s.update("app", &template(&[role("B", "      RoleName: third\n")]));
    assert_eq!(
        (s.status("app").as_str(), s.reason("app", "UPDATE_FAILED").as_str()),
        ("UPDATE_ROLLBACK_COMPLETE", &*denied.replace("Replace", "Delete"))
    );
    assert_eq!(s.reason("app", "UPDATE_ROLLBACK_IN_PROGRESS"), "The following resource(s) failed to update: [A]. ");
    assert!(s.role_exists("one") && s.role_exists("other") && !s.role_exists("third"));

    // For one update, another policy holds.
    let mut open = with_template("app", &first.replace("RoleName: one", "RoleName: two"));
    open["StackPolicyDuringUpdateBody"] = json!(policy(&[statement("Allow", json!("Update:*"), "*")]));
    s.ok("cloudformation:UpdateStack", open);
    s.run();
    assert_eq!(s.status("app"), "UPDATE_COMPLETE");
    assert!(s.role_exists("two") && !s.role_exists("one"));
    s.update("app", &first.replace("RoleName: one", "RoleName: four"));
    assert_eq!(s.status("app"), "UPDATE_ROLLBACK_COMPLETE");
}

#[test]
fn what_no_statement_allows_is_denied_and_conditions_name_types() {
    let s = Setup::new();
    let body = |description: &str| template(&[role("A", &format!("      Description: {description}\n"))]);
    s.create("app", &body("one"));
    assert_eq!(s.ok("cloudformation:GetStackPolicy", json!({"StackName": "app"})).get("StackPolicyBody"), None);
    set(&s, &policy(&[statement("Allow", json!("Update:Modify"), "LogicalResourceId/B*")]));
    s.update("app", &body("two"));
    assert_eq!(
        s.reason("app", "UPDATE_FAILED"),
        "Action denied by stack policy: No statement allows [Update:Modify] for resource [LogicalResourceId/A];"
    );
    let mut roles = statement("Deny", json!("Update:*"), "*");
    roles["Condition"] = json!({"StringLike": {"ResourceType": ["AWS::IAM::*"]}});
    set(&s, &policy(&[statement("Allow", json!("Update:*"), "*"), roles]));
    s.update("app", &body("two"));
    assert!(s.reason("app", "UPDATE_FAILED").contains("Statement [#2] does not allow [Update:*] for resource [*];"));
    set(&s, "{}");
    s.update("app", &body("two"));
    assert_eq!(s.status("app"), "UPDATE_COMPLETE");
}

#[test]
fn policies_that_are_none() {
    let s = Setup::new();
    s.create("app", &template(&[role("A", "")]));
    let fails = |input: Value| s.fails("ValidationError", "cloudformation:SetStackPolicy", input);
    assert_eq!(fails(json!({"StackName": "app", "StackPolicyBody": "no policy"})), "Error validating stack policy: Invalid stack policy");
    assert_eq!(
        fails(json!({"StackName": "app", "StackPolicyBody": "{}", "StackPolicyURL": "https://s3.us-east-1.amazonaws.com/b/k"})),
        "You cannot specify both StackPolicyURL and StackPolicyBody"
    );
    let unknown = policy(&[statement("Deny", json!("Update:*"), "LogicalResourceId/Nobody")]);
    assert!(fails(json!({"StackName": "app", "StackPolicyBody": unknown})).contains("Unknown logical id 'LogicalResourceId/Nobody'"));
    assert_eq!(fails(json!({"StackName": "none", "StackPolicyBody": "{}"})), "Stack [none] does not exist");
    assert!(
        fails(json!({"StackName": "app", "StackPolicyURL": "https://elsewhere.example/b/k"})).contains("StackPolicyURL must reference")
    );
}
