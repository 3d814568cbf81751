//! Templates with transforms: what stacks are made of, who must acknowledge it, and what is shown.

mod setup;

use serde_json::{Value, json};
use setup::{Setup, with_template};

const TEMPLATE: &str = r#"Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: "red,blue"}
  Keep: {Type: String, Default: Delete}
Mappings:
  Ages: {blue: {Seconds: 7200}}
Resources:
  Fn::ForEach::Roles:
    - Name
    - !Ref Names
    - "Role${Name}":
        Type: AWS::IAM::Role
        DeletionPolicy: !Ref Keep
        Properties:
          RoleName: !Sub "${AWS::StackName}-${Name}"
          Description: {Fn::ToJsonString: {of: !Ref Name, all: {Fn::Length: !Ref Names}}}
          MaxSessionDuration: !FindInMap [Ages, !Ref Name, Seconds, {DefaultValue: 3600}]
          AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: codebuild.amazonaws.com}, Action: "sts:AssumeRole"}]}
Outputs:
  Fn::ForEach::Arns:
    - Name
    - !Ref Names
    - "Arn${Name}": {Value: !GetAtt [!Sub "Role${Name}", Arn]}
"#;

fn input(parameters: Value) -> Value {
    let mut input = with_template("loops", TEMPLATE);
    input["Capabilities"] = json!(["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]);
    input["Parameters"] = parameters;
    input
}

#[test]
fn a_stack_is_made_of_what_loops_make() {
    let s = Setup::new();
    let message = s.fails("InsufficientCapabilitiesException", "cloudformation:CreateStack", with_template("loops", TEMPLATE));
    assert!(message.starts_with("Requires capabilities : [CAPABILITY_AUTO_EXPAND]"), "{message}");
    s.ok("cloudformation:CreateStack", input(json!([])));
    s.run();
    assert_eq!(s.status("loops"), "CREATE_COMPLETE", "{:?}", s.events("loops"));
    let red = s.ok("iam:GetRole", json!({"RoleName": "loops-red"}));
    assert_eq!(red["Role"]["Description"], r#"{"of":"red","all":2}"#);
    assert_eq!((&red["Role"]["MaxSessionDuration"], s.role_exists("loops-blue")), (&json!(3600), true));
    let outputs = s.stack("loops")["Outputs"].clone();
    assert_eq!((outputs.as_array().unwrap().len(), &outputs[1]["OutputKey"]), (2, &json!("Arnblue")));

    // Another list: one role goes, and is kept as the policy says by then.
    s.ok("cloudformation:UpdateStack", input(json!([{"ParameterKey": "Keep", "ParameterValue": "Retain"}])));
    s.run();
    let names = json!([{"ParameterKey": "Names", "ParameterValue": "blue, green"}, {"ParameterKey": "Keep", "UsePreviousValue": true}]);
    s.ok("cloudformation:UpdateStack", input(names));
    s.run();
    assert_eq!(s.status("loops"), "UPDATE_COMPLETE", "{:?}", s.events("loops"));
    assert!(s.role_exists("loops-red") && s.role_exists("loops-blue") && s.role_exists("loops-green"));

    let shown =
        |stage: Value| s.ok("cloudformation:GetTemplate", json!({"StackName": "loops", "TemplateStage": stage}))["TemplateBody"].clone();
    assert_eq!(shown(json!("Original")), TEMPLATE);
    let processed: Value = serde_json::from_str(shown(json!("Processed")).as_str().unwrap()).unwrap();
    assert_eq!(shown(Value::Null), shown(json!("Processed")), "the default");
    let resources = processed["Resources"].as_object().unwrap();
    assert_eq!(resources.keys().collect::<Vec<_>>(), ["Roleblue", "Rolegreen"]);
    let properties = &resources["Roleblue"]["Properties"];
    assert_eq!((&properties["Description"], &properties["MaxSessionDuration"]), (&json!(r#"{"of":"blue","all":2}"#), &json!(7200)));
    assert_eq!(resources["Roleblue"]["DeletionPolicy"], "Retain");
    assert!(processed.get("Transform").is_none());
    let summary = s.ok("cloudformation:GetTemplateSummary", json!({"StackName": "loops"}));
    assert_eq!(summary["ResourceTypes"], json!(["AWS::IAM::Role"]));
    assert_eq!(summary["DeclaredTransforms"], json!(["AWS::LanguageExtensions"]));
}

#[test]
fn change_sets_are_looked_at_and_need_no_acknowledgement() {
    let s = Setup::new();
    let mut set = with_template("loops", TEMPLATE);
    (set["ChangeSetName"], set["ChangeSetType"]) = (json!("first"), json!("CREATE"));
    s.ok("cloudformation:CreateChangeSet", set);
    s.run();
    let shown = s.ok("cloudformation:DescribeChangeSet", json!({"ChangeSetName": "first", "StackName": "loops"}));
    let ids: Vec<&Value> = shown["Changes"].as_array().unwrap().iter().map(|c| &c["ResourceChange"]["LogicalResourceId"]).collect();
    assert_eq!(ids, ["Rolered", "Roleblue"]);
    let text = s.ok("cloudformation:GetTemplate", json!({"ChangeSetName": "first", "StackName": "loops"}))["TemplateBody"].clone();
    assert!(text.as_str().unwrap().contains("\"Rolered\""), "{text}");
}

#[test]
fn other_macros_are_refused_by_name() {
    let s = Setup::new();
    let valid = s.ok("cloudformation:ValidateTemplate", json!({"TemplateBody": TEMPLATE}));
    assert_eq!(
        (&valid["DeclaredTransforms"], &valid["Capabilities"]),
        (&json!(["AWS::LanguageExtensions"]), &json!(["CAPABILITY_AUTO_EXPAND"]))
    );
    for (transform, name) in [
        ("Mine", "Mine"),
        ("[AWS::LanguageExtensions, '111111111111::Mine']", "111111111111::Mine"),
        ("{Name: AWS::Include}", "AWS::Include"),
    ] {
        let body = format!("Transform: {transform}\nResources:\n  A: {{Type: AWS::IAM::Role}}\n");
        let message = s.fails("ValidationError", "cloudformation:CreateStack", with_template("macro", &body));
        assert!(message.contains(&format!("No transform named {name} found.")), "{message}");
    }
    // A loop over a value that only the stack knows is not made up.
    let names = json!([{"ParameterKey": "Names", "ParameterValue": "a-b"}]);
    let message = s.fails("ValidationError", "cloudformation:CreateStack", input(names));
    assert!(message.contains("LogicalId 'Rolea-b' should be alphanumeric"), "{message}");
}
