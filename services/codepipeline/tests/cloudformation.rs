//! Stacks in another account, made by a pipeline's actions.

mod common;

use common::{DEPLOY_ROLE, Delivery, PROD, kind};
use serde_json::{Value, json};
use std::time::Duration;

const TEMPLATE: &str = r#"
Parameters:
  Name: { Type: String }
Resources:
  Bucket: { Type: AWS::S3::Bucket, Properties: { BucketName: !Ref Name } }
Outputs:
  BucketName: { Value: !Ref Bucket }
"#;
const CFN_ROLE: &str = "arn:aws:iam::333333333333:role/Stacks";

fn action(name: &str, order: u32, settings: Value) -> Value {
    json!({
        "name": name, "actionTypeId": kind("Deploy", "CloudFormation"), "runOrder": order, "configuration": settings,
        "inputArtifacts": [{"name": "Bundle"}], "roleArn": DEPLOY_ROLE,
    })
}

/// A delivery whose production stage has these actions.
fn delivery(actions: Value) -> (Delivery, Value) {
    let delivery = Delivery::new();
    delivery.push_files(&[
        ("stack/template.yaml", TEMPLATE),
        ("names.json", r#"{"Site": "from-a-file"}"#),
        ("prod.json", r#"{"Parameters": {"Name": "from-configuration"}, "Tags": {"team": "shop"}}"#),
    ]);
    delivery.role(&delivery.prod, "Stacks", json!({"Service": "cloudformation.amazonaws.com"}));
    delivery.also(&delivery.prod, "Stacks", json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]));
    grant(
        &delivery,
        json!([{"Effect": "Allow", "Action": "cloudformation:*", "Resource": "*"}, {"Effect": "Allow", "Action": "iam:PassRole", "Resource": CFN_ROLE}]),
    );
    let mut pipeline = delivery.pipeline(false);
    pipeline["stages"][1] = json!({"name": "Prod", "actions": actions});
    pipeline["stages"].as_array_mut().unwrap().truncate(2);
    (delivery, pipeline)
}

fn grant(delivery: &Delivery, statements: Value) {
    delivery.also(&delivery.prod, "Deploy", statements);
}

fn run(delivery: &Delivery, pipeline: &Value) {
    delivery.ok(&delivery.dev, "codepipeline:CreatePipeline", json!({"pipeline": pipeline}));
    delivery.run();
}

fn start(delivery: &Delivery) {
    delivery.world.clock.advance(Duration::from_secs(1));
    delivery.ok(&delivery.dev, "codepipeline:StartPipelineExecution", json!({"name": "shop"}));
    delivery.run();
}

fn bucket_is_there(delivery: &Delivery, name: &str) -> bool {
    let admin = delivery.world.administrator(PROD);
    delivery.world.call(Some(&admin), "s3:HeadBucket", json!({"Bucket": name})).is_ok()
}

#[test]
fn a_stack_is_made_and_deleted() {
    let mut make = action(
        "Make",
        1,
        json!({
            "ActionMode": "CREATE_UPDATE", "StackName": "target", "TemplatePath": "Bundle::stack/template.yaml", "TemplateConfiguration": "Bundle::prod.json",
            "ParameterOverrides": r#"{"Name": "overridden"}"#, "RoleArn": CFN_ROLE, "OutputFileName": "outputs.json",
        }),
    );
    make["namespace"] = json!("Target");
    let (delivery, mut pipeline) = delivery(json!([make]));
    make["outputArtifacts"] = json!([{"name": "Outputs"}]);
    pipeline["stages"][1]["actions"][0] = make;
    // The action writes its output artifact as its own role.
    let write = json!([
        {"Effect": "Allow", "Action": ["cloudformation:*", "iam:PassRole"], "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::artifacts/*"},
        {"Effect": "Allow", "Action": "kms:GenerateDataKey", "Resource": delivery.key},
    ]);
    grant(&delivery, write);
    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": DEPLOY_ROLE}, "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::artifacts/*"}});
    delivery.ok(&delivery.dev, "s3:PutBucketPolicy", json!({"Bucket": "artifacts", "Policy": policy.to_string()}));
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": DEPLOY_ROLE}, "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*"},
    ]});
    delivery.ok(&delivery.dev, "kms:PutKeyPolicy", json!({"KeyId": delivery.key, "PolicyName": "default", "Policy": policy.to_string()}));
    run(&delivery, &pipeline);
    assert_eq!(delivery.action(1)["status"], "Succeeded", "{}", delivery.action(1));
    assert!(bucket_is_there(&delivery, "overridden"));
    let list = delivery.ok(&delivery.dev, "codepipeline:ListActionExecutions", json!({"pipelineName": "shop"}));
    let made = list["actionExecutionDetails"].as_array().unwrap().iter().find(|d| d["actionName"] == "Make").unwrap();
    assert_eq!(made["output"]["outputVariables"], json!({"BucketName": "overridden"}));
    // Again: no updates are to be performed, which is a success.
    start(&delivery);
    assert_eq!(delivery.executions()[0]["status"], "Succeeded", "{}", delivery.action(1));
    pipeline["stages"][1]["actions"] =
        json!([action("Delete", 1, json!({"ActionMode": "DELETE_ONLY", "StackName": "target", "RoleArn": CFN_ROLE}))]);
    delivery.ok(&delivery.dev, "codepipeline:UpdatePipeline", json!({"pipeline": pipeline}));
    start(&delivery);
    assert_eq!(delivery.action(1)["status"], "Succeeded", "{}", delivery.action(1));
    assert!(!bucket_is_there(&delivery, "overridden"));
}

#[test]
fn parameters_look_into_artifacts() {
    let settings = |name: Value| json!({"ActionMode": "CREATE_UPDATE", "StackName": "target", "TemplatePath": "Bundle::stack/template.yaml", "ParameterOverrides": json!({"Name": name}).to_string(), "RoleArn": CFN_ROLE});
    for (name, made) in [
        (json!({"Fn::GetParam": ["Bundle", "names.json", "Site"]}), Ok("from-a-file")),
        (json!({"Fn::GetParam": ["Bundle", "names.json", "Absent"]}), Err("has no text under the key Absent")),
        (json!({"Fn::GetArtifactAtt": ["Bundle", "Size"]}), Err("an artifact has no attribute Size")),
        (json!({"Fn::GetArtifactAtt": ["Other", "URL"]}), Err("has no input artifact Other")),
        (json!({"Ref": "Name"}), Err("Ref is not a function here")),
    ] {
        let (delivery, pipeline) = delivery(json!([action("Make", 1, settings(name))]));
        run(&delivery, &pipeline);
        let ran = delivery.action(1);
        match made {
            Ok(bucket) => assert!(bucket_is_there(&delivery, bucket), "{ran}"),
            Err(why) => assert!(ran["errorDetails"]["message"].as_str().unwrap().contains(why), "{ran}"),
        }
    }
}

#[test]
fn a_change_set_is_made_and_then_executed() {
    let make = action(
        "Propose",
        1,
        json!({
            "ActionMode": "CHANGE_SET_REPLACE", "StackName": "target", "ChangeSetName": "next", "TemplatePath": "Bundle::stack/template.yaml",
            "TemplateConfiguration": "Bundle::prod.json", "RoleArn": CFN_ROLE,
        }),
    );
    let mut execute = action("Execute", 2, json!({"ActionMode": "CHANGE_SET_EXECUTE", "StackName": "target", "ChangeSetName": "next"}));
    // Without a file's name nothing is made of it.
    execute["outputArtifacts"] = json!([{"name": "Nothing"}]);
    execute["inputArtifacts"] = json!([]);
    let (delivery, pipeline) = delivery(json!([make, execute]));
    run(&delivery, &pipeline);
    assert_eq!(delivery.executions()[0]["status"], "Succeeded", "{}", delivery.state()["stageStates"][1]);
    assert!(bucket_is_there(&delivery, "from-configuration"));
}

#[test]
fn a_stack_needs_the_right_to_pass_its_role_and_a_role_of_the_same_account() {
    let settings = |role: &str| json!({"ActionMode": "CREATE_UPDATE", "StackName": "target", "TemplatePath": "Bundle::stack/template.yaml", "TemplateConfiguration": "Bundle::prod.json", "RoleArn": role});
    let (denied, pipeline) = delivery(json!([action("Make", 1, settings(CFN_ROLE))]));
    grant(&denied, json!([{"Effect": "Allow", "Action": "cloudformation:*", "Resource": "*"}]));
    run(&denied, &pipeline);
    let ran = denied.action(1);
    assert_eq!(ran["errorDetails"]["code"], "PermissionError");
    assert!(ran["errorDetails"]["message"].as_str().unwrap().contains("is not authorized to perform: iam:PassRole"), "{ran}");
    let (other, pipeline) = delivery(json!([action("Make", 1, settings("arn:aws:iam::111111111111:role/Pipeline"))]));
    run(&other, &pipeline);
    assert!(other.action(1)["errorDetails"]["message"].as_str().unwrap().contains("Cross-account pass role is not allowed"));
    assert!(!bucket_is_there(&other, "from-configuration"));
}

#[test]
fn a_stack_that_failed_is_replaced() {
    let settings = json!({
        "ActionMode": "REPLACE_ON_FAILURE", "StackName": "target", "TemplatePath": "Bundle::stack/template.yaml",
        "TemplateConfiguration": "Bundle::guarded.json", "ParameterOverrides": r#"{"Name": "site"}"#, "RoleArn": CFN_ROLE,
    });
    let (delivery, pipeline) = delivery(json!([action("Make", 1, settings)]));
    let policy = json!({"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}]});
    let guarded = json!({"StackPolicy": policy}).to_string();
    delivery.push_files(&[("stack/template.yaml", TEMPLATE), ("guarded.json", &guarded)]);
    // The bucket's name is taken, so that the first stack fails.
    let admin = delivery.world.administrator(PROD);
    run(&delivery, &pipeline);
    let status = |delivery: &Delivery| {
        let found = delivery.ok(&admin, "cloudformation:DescribeStacks", json!({"StackName": "target"}));
        found["Stacks"][0]["StackStatus"].as_str().unwrap().to_string()
    };
    assert_eq!(status(&delivery), "ROLLBACK_COMPLETE");
    delivery.ok(&admin, "s3:DeleteBucket", json!({"Bucket": "site"}));
    start(&delivery);
    assert_eq!(status(&delivery), "CREATE_COMPLETE");
    let kept = delivery.ok(&admin, "cloudformation:GetStackPolicy", json!({"StackName": "target"}));
    assert!(kept["StackPolicyBody"].as_str().unwrap().contains("Update:*"), "{kept}");
}

#[test]
fn a_template_of_an_artifact_may_be_as_long_as_one_in_a_bucket() {
    let settings = json!({"ActionMode": "CREATE_UPDATE", "StackName": "target", "TemplatePath": "Bundle::long.yaml", "RoleArn": CFN_ROLE});
    let (delivery, pipeline) = delivery(json!([action("Make", 1, settings)]));
    let template = TEMPLATE.replace("Name: { Type: String }", "Name: { Type: String, Default: of-a-long-template }");
    let long = format!("{template}# {}", "x".repeat(200_000));
    delivery.push_files(&[("long.yaml", &long)]);
    run(&delivery, &pipeline);
    assert!(bucket_is_there(&delivery, "of-a-long-template"), "{}", delivery.action(1));
    let own = json!({"StackName": "other", "TemplateBody": long});
    let error = delivery.fails(&delivery.prod, "cloudformation:CreateStack", own);
    assert_eq!(error.code, "ValidationError", "in a request there is less: {error}");
}
