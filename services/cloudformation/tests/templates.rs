//! What is refused before anything is made, and where templates come from.

mod setup;

use serde_json::json;
use setup::{ACCOUNT, Setup, role, template, with_template};

#[test]
fn all_that_is_wrong_is_named_with_its_place() {
    let s = Setup::new();
    let create = |body: &str| s.fails("ValidationError", "cloudformation:CreateStack", with_template("app", body));
    let message = create("Resources:\n  A:\n    Type: AWS::Nope::Thing\n  B:\n    Type: AWS::IAM::Rle\n");
    assert!(
        message.starts_with("template:3:11: Template format error: Unrecognized resource types: [AWS::Nope::Thing, AWS::IAM::Rle]"),
        "{message}"
    );
    assert!(message.contains("AWS::IAM::Rle: did you mean 'AWS::IAM::Role'?"), "{message}");
    let message = create("Resources:\n  A:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleNme: x\n");
    assert!(message.contains("template:5:16: Resource A: Encountered unsupported property RoleNme"), "{message}");
    assert!(message.contains("did you mean 'RoleName'?"), "{message}");
    assert!(message.contains("[The property {/AssumeRolePolicyDocument} is required]"), "{message}");
    let message =
        create(&template(&[role("A", "      Tags: {a: b}\n      Description: [d]\n      ManagedPolicyArns: !Ref AWS::StackName\n")]));
    for shape in ["Tags: expected type: JSONArray, found: JSONObject", "Description: expected type: String, found: JSONArray"] {
        let all = format!("Properties validation failed for resource A with message: [#/{shape}]");
        assert!(message.contains(&all), "{message}");
    }
    assert!(message.contains("#/ManagedPolicyArns: expected type: JSONArray, found: String"), "{message}");
    for wrong in [
        template(&[role("A", ""), role("B", "      Description: !Sub '${A.Arn} ${A.Nope}'\n")]),
        template(&[role("A", "")]) + "Outputs: {O: {Value: !Join ['', [!Ref A, !GetAtt A.Nope]]}}\n",
    ] {
        let message = create(&wrong);
        assert!(message.contains("Template error: resource A does not support attribute type Nope in Fn::GetAtt"), "{message}");
    }
    assert!(
        create(&("Parameters: {P: {Type: String}}\n".to_string() + &template(&[role("A", "")])))
            .contains("Parameters: [P] must have values")
    );
    assert!(create(&template(&[role("A", "    DeletionPolicy: Snapshot\n")])).contains("does not support deletion policy Snapshot"));
    let mut input = with_template("app", &template(&[role("A", "      RoleName: x\n")]));
    input["Capabilities"] = json!(["CAPABILITY_IAM"]);
    let message = s.fails("InsufficientCapabilitiesException", "cloudformation:CreateStack", input);
    assert!(message.starts_with("Requires capabilities : [CAPABILITY_NAMED_IAM]"), "{message}");
    s.fails("ValidationError", "cloudformation:CreateStack", with_template("no_name", &template(&[role("A", "")])));
    // Nothing was begun.
    assert_eq!(s.ok("cloudformation:ListStacks", json!({}))["StackSummaries"], json!([]));
}

#[test]
fn parameters_keep_their_secrets() {
    let s = Setup::new();
    let body = "Parameters:\n  Word: {Type: String, NoEcho: true}\n  Plain: {Type: String, Default: d}\n".to_string()
        + &template(&[role("A", "      Description: !Ref Word\n")]);
    let mut input = with_template("app", &body);
    input["Parameters"] = json!([{"ParameterKey": "Word", "ParameterValue": "s3cr3t-word"}]);
    s.ok("cloudformation:CreateStack", input);
    s.run();
    let records: String =
        s.world.records().iter().filter(|r| r.action.starts_with("cloudformation:")).map(|r| r.event.to_string()).collect();
    let shown =
        s.stack("app").to_string() + &s.ok("cloudformation:DescribeStackEvents", json!({"StackName": "app"})).to_string() + &records;
    assert!(!shown.contains("s3cr3t-word"), "{shown}");
    assert!(shown.contains("****"));
    // The previous value is used without being known.
    let mut input = with_template("app", &body.replace("!Ref Word", "!Sub '${Word}!'"));
    input["Parameters"] = json!([{"ParameterKey": "Word", "UsePreviousValue": true}, {"ParameterKey": "Plain", "ParameterValue": "p"}]);
    s.ok("cloudformation:UpdateStack", input);
    s.run();
    let name = s.physical_id("app", "A");
    assert_eq!(s.ok("iam:GetRole", json!({"RoleName": name}))["Role"]["Description"], "s3cr3t-word!");
    assert!(!s.ok("cloudformation:DescribeStackEvents", json!({"StackName": "app"})).to_string().contains("s3cr3t-word"));
}

#[test]
fn a_template_in_a_bucket_is_read_on_behalf_of_the_caller() {
    let s = Setup::new();
    s.ok("s3:CreateBucket", json!({"Bucket": "templates"}));
    let body = template(&[role("A", "      RoleName: made\n")]);
    s.world.send(&s.admin, "s3:PutObject", json!({"Bucket": "templates", "Key": "app.yaml"}), body.as_bytes()).unwrap();
    let mut input = with_template("app", "");
    input.as_object_mut().unwrap().remove("TemplateBody");
    input["TemplateURL"] = json!("https://templates.s3.us-east-1.amazonaws.com/app.yaml");
    // Who may make stacks but not read the bucket makes none.
    s.role("person", json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}), json!(["cloudformation:*", "iam:*"]));
    let person = s.world.assume(&s.admin, &format!("arn:aws:iam::{ACCOUNT}:role/person")).unwrap();
    let error = s.world.call(Some(&person), "cloudformation:CreateStack", input.clone()).unwrap_err();
    assert!(error.code == "ValidationError" && error.message.starts_with("S3 error: ") && error.is_denied(), "{error}");
    s.world.records();
    s.ok("cloudformation:CreateStack", input.clone());
    let reads = s.recorded("s3:GetObject");
    assert_eq!(reads[0].event["userIdentity"]["invokedBy"], "cloudformation.amazonaws.com");
    s.run();
    assert_eq!(s.status("app"), "CREATE_COMPLETE");
    assert_eq!(s.ok("cloudformation:GetTemplate", json!({"StackName": "app"}))["TemplateBody"], body);
    input["TemplateURL"] = json!("https://example.com/templates/app.yaml");
    assert!(
        s.fails("ValidationError", "cloudformation:CreateStack", {
            input["StackName"] = json!("other");
            input
        })
        .contains("is not this server")
    );
}

#[test]
fn roles_are_passed_and_conditions_see_the_request() {
    let s = Setup::new();
    let stacks = s.role("stacks", json!({"Service": "cloudformation.amazonaws.com"}), json!("iam:*"));
    s.role("person", json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}), json!(["cloudformation:*"]));
    let person = s.world.assume(&s.admin, &format!("arn:aws:iam::{ACCOUNT}:role/person")).unwrap();
    let mut input = with_template("app", &template(&[role("A", "      RoleName: made\n")]));
    input["RoleARN"] = json!(stacks);
    let error = s.world.call(Some(&person), "cloudformation:CreateStack", input.clone()).unwrap_err();
    assert!(error.is_denied() && error.message.contains("iam:PassRole"), "{error}");
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "cloudformation:*", "Resource": format!("arn:aws:cloudformation:*:{ACCOUNT}:stack/app/*"), "Condition": {"StringEquals": {"cloudformation:RoleArn": stacks}}},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": stacks, "Condition": {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}},
    ]});
    s.ok("iam:PutRolePolicy", json!({"RoleName": "person", "PolicyName": "main", "PolicyDocument": policy.to_string()}));
    let mut without = input.clone();
    without.as_object_mut().unwrap().remove("RoleARN");
    assert!(s.world.call(Some(&person), "cloudformation:CreateStack", without).unwrap_err().is_denied());
    s.world.call(Some(&person), "cloudformation:CreateStack", input.clone()).unwrap();
    s.run();
    assert_eq!(s.status("app"), "CREATE_COMPLETE");
    // A role that does not trust CloudFormation is found at once.
    s.role("builds", json!({"Service": "codebuild.amazonaws.com"}), json!("iam:*"));
    input["StackName"] = json!("other");
    input["RoleARN"] = json!(format!("arn:aws:iam::{ACCOUNT}:role/builds"));
    assert!(s.fails("ValidationError", "cloudformation:CreateStack", input.clone()).contains("is invalid or cannot be assumed"));
    input["RoleARN"] = json!("arn:aws:iam::222222222222:role/stacks");
    assert_eq!(s.fails("AccessDenied", "cloudformation:CreateStack", input), "Cross-account pass role is not allowed.");
}

#[test]
fn what_is_not_there_is_refused_by_name() {
    let s = Setup::new();
    let body = template(&[role("A", "")]);
    for (member, value) in [
        ("NotificationARNs", json!(["arn:aws:sns:us-east-1:111111111111:t"])),
        ("RollbackConfiguration", json!({"RollbackTriggers": [{"Arn": "a", "Type": "AWS::CloudWatch::Alarm"}]})),
    ] {
        let mut input = with_template("app", &body);
        input[member] = value;
        assert!(s.fails("NotImplemented", "cloudformation:CreateStack", input).contains(member));
    }
    s.fails("NotImplemented", "cloudformation:DetectStackDrift", json!({"StackName": "app"}));
}
