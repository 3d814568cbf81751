//! Actions in other regions than their pipeline's: their artifacts go there and come back.

mod common;

use common::{DEPLOY_ROLE, DEV, Delivery, PIPELINE_ROLE, PROD, kind};
use serde_json::{Value, json};

const THERE: &str = "eu-west-1";
const TEMPLATE: &str = r#"
Parameters:
  Name: { Type: String }
Resources:
  Bucket: { Type: AWS::S3::Bucket, Properties: { BucketName: !Ref Name } }
Outputs:
  Region: { Value: !Ref AWS::Region }
"#;

/// A delivery with a store in another region, with a key of its own there.
fn delivery() -> (Delivery, Value) {
    let delivery = Delivery::new();
    let dev = delivery.dev.clone();
    delivery.push_files(&[("index.html", "first"), ("template.yaml", TEMPLATE)]);
    let there = |operation: &str, input: Value| {
        delivery.world.call_in(THERE, &dev, operation, input).unwrap_or_else(|e| panic!("{operation}: {e}"))
    };
    let uses = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": DEV}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": DEPLOY_ROLE}, "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*"},
    ]});
    let key = there("kms:CreateKey", json!({"Policy": uses.to_string()}))["KeyMetadata"]["Arn"].clone();
    there("s3:CreateBucket", json!({"Bucket": "artifacts-there", "CreateBucketConfiguration": {"LocationConstraint": THERE}}));
    let shared = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": DEPLOY_ROLE}, "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::artifacts-there/*"},
    ]});
    there("s3:PutBucketPolicy", json!({"Bucket": "artifacts-there", "Policy": shared.to_string()}));
    let everywhere = json!([
        {"Effect": "Allow", "Action": "cloudformation:*", "Resource": format!("arn:aws:cloudformation:{THERE}:{PROD}:*")},
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "kms:*", "Resource": key},
    ]);
    delivery.also(&delivery.prod, "Deploy", everywhere);
    replicates(&delivery, &key);
    let pipeline = json!({
        "name": "shop",
        "roleArn": PIPELINE_ROLE,
        "artifactStores": {
            "us-east-1": {"type": "S3", "location": "artifacts", "encryptionKey": {"id": delivery.key, "type": "KMS"}},
            THERE: {"type": "S3", "location": "artifacts-there", "encryptionKey": {"id": key, "type": "KMS"}},
        },
        "stages": [
            {"name": "Source", "actions": [{
                "name": "Bundle", "actionTypeId": kind("Source", "S3"), "outputArtifacts": [{"name": "Bundle"}],
                "configuration": {"S3Bucket": "source", "S3ObjectKey": "bundle.zip", "PollForSourceChanges": "false"},
            }]},
            {"name": "There", "actions": [
                {
                    "name": "Stack", "actionTypeId": kind("Deploy", "CloudFormation"), "runOrder": 1, "region": THERE, "roleArn": DEPLOY_ROLE,
                    "configuration": {
                        "ActionMode": "CREATE_UPDATE", "StackName": "site", "TemplatePath": "Bundle::template.yaml",
                        "ParameterOverrides": "{\"Name\": \"site-there\"}", "OutputFileName": "outputs.json",
                    },
                    "inputArtifacts": [{"name": "Bundle"}], "outputArtifacts": [{"name": "Outputs"}],
                },
                {
                    "name": "Site", "actionTypeId": kind("Deploy", "S3"), "runOrder": 2, "region": THERE, "roleArn": DEPLOY_ROLE,
                    "configuration": {"BucketName": "site-there", "Extract": "true"}, "inputArtifacts": [{"name": "Bundle"}],
                },
            ]},
            {"name": "Back", "actions": [{
                "name": "Outputs", "actionTypeId": kind("Deploy", "S3"), "roleArn": DEPLOY_ROLE,
                "configuration": {"BucketName": "site", "Extract": "true"}, "inputArtifacts": [{"name": "Outputs"}],
            }]},
        ],
    });
    (delivery, pipeline)
}

/// What the pipeline's role needs to bring artifacts from one store to the other.
fn replicates(delivery: &Delivery, key: &Value) {
    let statements = json!([
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": ["arn:aws:s3:::artifacts/*", "arn:aws:s3:::artifacts-there/*"]},
        {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": [key, delivery.key]},
    ]);
    delivery.also(&delivery.dev, "Pipeline", statements);
}

fn stack_statuses(delivery: &Delivery, region: &str) -> Vec<String> {
    let admin = delivery.world.administrator(PROD);
    let found = delivery.world.call_in(region, &admin, "cloudformation:DescribeStacks", json!({})).expect("the stacks");
    found["Stacks"].as_array().unwrap().iter().map(|stack| stack["StackStatus"].as_str().unwrap().to_string()).collect()
}

#[test]
fn artifacts_go_with_their_actions_and_come_back() {
    let (delivery, pipeline) = delivery();
    delivery.declare(&pipeline);
    assert_eq!(delivery.statuses(), ["Succeeded"], "{:#}", delivery.state());
    assert_eq!(stack_statuses(&delivery, THERE), ["CREATE_COMPLETE"]);
    assert!(stack_statuses(&delivery, "us-east-1").is_empty());
    let prod = delivery.world.administrator(PROD);
    let text = |bucket: &str, key: &str| {
        let found = delivery.world.receive(&prod, "s3:GetObject", json!({"Bucket": bucket, "Key": key}));
        String::from_utf8(found.unwrap_or_else(|e| panic!("{bucket}/{key}: {e}")).1).unwrap()
    };
    assert_eq!(text("site-there", "index.html"), "first");
    let outputs: Value = serde_json::from_str(&text("site", "outputs.json")).unwrap();
    assert_eq!(outputs, json!({"Region": THERE}));
    // Each artifact was brought once: the one that two actions of the region read, and the one that came back.
    let records = delivery.world.records();
    let copies: Vec<_> = records.iter().filter(|r| r.action == "s3:CopyObject").collect();
    let places: Vec<_> =
        copies.iter().map(|r| (r.event["awsRegion"].as_str().unwrap(), r.event["requestParameters"]["bucket"].as_str().unwrap())).collect();
    assert_eq!(places, [(THERE, "artifacts-there"), ("us-east-1", "artifacts")]);
    assert!(copies.iter().all(|r| r.principal.contains("assumed-role/Pipeline/")));
    let actions = delivery.ok(&delivery.dev, "codepipeline:ListActionExecutions", json!({"pipelineName": "shop"}));
    let details = actions["actionExecutionDetails"].as_array().unwrap();
    let mut regions: Vec<_> = details.iter().map(|a| (a["actionName"].as_str().unwrap(), a["input"]["region"].as_str().unwrap())).collect();
    regions.sort();
    assert_eq!(regions, [("Bundle", "us-east-1"), ("Outputs", "us-east-1"), ("Site", THERE), ("Stack", THERE)]);
}

#[test]
fn who_may_not_bring_an_artifact_fails_its_action() {
    let (delivery, pipeline) = delivery();
    delivery.also(&delivery.dev, "Pipeline", json!([{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]));
    delivery.declare(&pipeline);
    assert_eq!(delivery.statuses(), ["Failed"]);
    let error = delivery.action(1)["errorDetails"].clone();
    let message = error["message"].as_str().unwrap();
    assert_eq!(error["code"], "PermissionError");
    assert!(message.starts_with("Failed replicating artifact 'Bundle' from us-east-1 to eu-west-1: "), "{message}");
    assert!(stack_statuses(&delivery, THERE).is_empty());
}

#[test]
fn a_deployment_is_to_a_bucket_of_its_region() {
    let (delivery, mut pipeline) = delivery();
    // The bucket of the deployment is at home.
    pipeline["stages"][1]["actions"][0]["configuration"]["ActionMode"] = json!("DELETE_ONLY");
    pipeline["stages"][1]["actions"][1]["configuration"]["BucketName"] = json!("site");
    pipeline["stages"][1]["actions"][0]["outputArtifacts"] = json!([]);
    pipeline["stages"][1]["actions"][0]["configuration"].as_object_mut().unwrap().remove("OutputFileName");
    pipeline["stages"].as_array_mut().unwrap().pop();
    delivery.declare(&pipeline);
    let state = delivery.stage(1);
    let error = &state["actionStates"][1]["latestExecution"]["errorDetails"];
    assert_eq!(error["message"], format!("The bucket named site is not located in the {THERE} AWS region"), "{state:#}");
}

#[test]
fn stores_and_regions_must_fit() {
    let (delivery, pipeline) = delivery();
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut changed = pipeline.clone();
        change(&mut changed);
        let error = delivery.fails(&delivery.dev, "codepipeline:CreatePipeline", json!({"pipeline": changed}));
        (error.code.to_string(), error.message)
    };
    let store = pipeline["artifactStores"][THERE].clone();
    let (code, message) = refused(&|p| p["artifactStores"]["mars-1"] = store.clone());
    assert_eq!(
        (&*code, &*message),
        ("ValidationException", "The region mars-1 specified in 'pipeline.artifactStores' is not a valid AWS Region.")
    );
    let without = |region: &'static str| move |p: &mut Value| drop(p["artifactStores"].as_object_mut().unwrap().remove(region));
    assert_eq!(refused(&without("us-east-1")).0, "InvalidStructureException");
    assert_eq!(refused(&without(THERE)).0, "InvalidStructureException");
    assert_eq!(refused(&|p| p["stages"][0]["actions"][0]["region"] = json!(THERE)).0, "InvalidActionDeclarationException");
    assert_eq!(refused(&|p| p["stages"][2]["actions"][0]["region"] = json!("mars-1")).0, "InvalidActionDeclarationException");
    assert_eq!(refused(&|p| p["artifactStore"] = store.clone()).0, "InvalidStructureException");
    // Rules are held to the same.
    let rule = |region: &str, provider: &str, configuration: Value| {
        let kind = json!({"category": "Rule", "owner": "AWS", "provider": provider, "version": "1"});
        let inputs = if provider == "CodeBuild" { json!([{"name": "Bundle"}]) } else { json!([]) };
        let rule = json!({"name": "Rule", "ruleTypeId": kind, "configuration": configuration, "region": region, "inputArtifacts": inputs});
        json!({"conditions": [{"result": "FAIL", "rules": [rule]}]})
    };
    let entry = |condition: Value| {
        move |p: &mut Value| {
            p["pipelineType"] = json!("V2");
            p["stages"][1]["beforeEntry"] = condition.clone();
        }
    };
    let compared = json!({"Variable": "a", "Operator": "EQ", "Value": "a"});
    let build = json!({"ProjectName": "check"});
    assert_eq!(refused(&entry(rule("mars-1", "VariableCheck", compared.clone()))).0, "InvalidStageDeclarationException");
    let (code, message) = refused(&entry(rule("eu-north-1", "CodeBuild", build.clone())));
    assert!(code == "InvalidStructureException" && message.contains("Rule 'Rule' is in eu-north-1"), "{code}: {message}");
    let mut fine = pipeline.clone();
    entry(rule("eu-north-1", "VariableCheck", compared))(&mut fine);
    delivery.ok(&delivery.dev, "codepipeline:CreatePipeline", json!({"pipeline": fine}));
    entry(rule(THERE, "CodeBuild", build))(&mut fine);
    delivery.ok(&delivery.dev, "codepipeline:UpdatePipeline", json!({"pipeline": fine}));
}
