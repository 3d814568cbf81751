//! Pipelines that deploy to imagined services in another account: each call, and where they stop when a right is missing.

use super::{DEV, PROD, world};
use durable::Engine;
use rehearsal::imagined::{learn, notes};
use serde_json::{Value, json};
use std::io::Cursor;
use testworld::{Credentials, World, ok, policy};

const DEPLOY: &str = "arn:aws:iam::333333333333:role/Deploy";
const TASKDEF: &str = r#"{"family": "shop", "executionRoleArn": "arn:aws:iam::333333333333:role/Tasks",
    "containerDefinitions": [{"name": "web", "image": "<IMAGE1_NAME>"}], "status": "ACTIVE", "revision": 3}"#;
const APPSPEC: &str = "version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n      Properties:\n        \
                       TaskDefinition: <TASK_DEFINITION>\n        LoadBalancerInfo: {ContainerName: web, ContainerPort: 80}\n";
const IMAGE: &str = "333333333333.dkr.ecr.us-east-1.amazonaws.com/shop@sha256:00";

struct Delivery {
    world: World,
    engine: Engine,
    dev: Credentials,
    prod: Credentials,
}

fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = archive::Builder::new(Cursor::new(Vec::new()));
    for (path, text) in files {
        zip.add_file(path, 0o644, &mut text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

impl Delivery {
    /// Both accounts: the deploying role has `statements`, and files are what the source brings.
    fn new(statements: Value, files: &[(&str, &str)]) -> Self {
        let (world, engine) = world();
        let (dev, prod) = (world.administrator(DEV), world.administrator(PROD));
        let delivery = Self { world, engine, dev, prod };
        let (dev, prod) = (&delivery.dev, &delivery.prod);
        let all = json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]);
        delivery.role(dev, "Pipeline", json!({"Service": "codepipeline.amazonaws.com"}), all);
        let mut own = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::artifacts/*"}]);
        own.as_array_mut().unwrap().extend(statements.as_array().unwrap().iter().cloned());
        delivery.role(prod, "Deploy", json!({"AWS": format!("arn:aws:iam::{DEV}:role/Pipeline")}), own);
        let pulls = json!([{"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}]);
        delivery.role(prod, "Tasks", json!({"Service": "ecs-tasks.amazonaws.com"}), pulls);
        for bucket in ["source", "artifacts"] {
            ok(&delivery.world, dev, "s3:CreateBucket", json!({"Bucket": bucket}));
        }
        ok(&delivery.world, dev, "s3:PutBucketVersioning", json!({"Bucket": "source", "VersioningConfiguration": {"Status": "Enabled"}}));
        let share = policy(
            json!({"Effect": "Allow", "Principal": {"AWS": DEPLOY}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::artifacts/*"}),
        );
        ok(&delivery.world, dev, "s3:PutBucketPolicy", json!({"Bucket": "artifacts", "Policy": share}));
        delivery.world.send(dev, "s3:PutObject", json!({"Bucket": "source", "Key": "bundle.zip"}), &zipped(files)).unwrap();
        delivery
    }

    fn role(&self, admin: &Credentials, name: &str, trusted: Value, statements: Value) {
        let trust = policy(json!({"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}));
        ok(&self.world, admin, "iam:CreateRole", json!({"RoleName": name, "AssumeRolePolicyDocument": trust}));
        ok(&self.world, admin, "iam:PutRolePolicy", json!({"RoleName": name, "PolicyName": "main", "PolicyDocument": policy(statements)}));
    }

    /// Makes a pipeline with one action after its source, runs it, and gives what became of that action.
    fn run(&self, category: &str, provider: &str, configuration: Value, role: Option<&str>) -> Value {
        let kind = |category: &str, provider: &str| json!({"category": category, "owner": "AWS", "provider": provider, "version": "1"});
        let mut action = json!({"name": "Act", "actionTypeId": kind(category, provider), "configuration": configuration});
        if category != "Approval" {
            action["inputArtifacts"] = json!([{"name": "Bundle"}]);
            action["namespace"] = json!("DeployVariables");
        }
        if let Some(role) = role {
            action["roleArn"] = json!(role);
        }
        let source = json!({"S3Bucket": "source", "S3ObjectKey": "bundle.zip", "PollForSourceChanges": "false"});
        let pipeline = json!({
            "name": "shop", "roleArn": format!("arn:aws:iam::{DEV}:role/Pipeline"),
            "artifactStore": {"type": "S3", "location": "artifacts"},
            "stages": [
                {"name": "Source", "actions": [{"name": "Bundle", "actionTypeId": kind("Source", "S3"), "configuration": source,
                    "outputArtifacts": [{"name": "Bundle"}]}]},
                {"name": "Deploy", "actions": [action]},
            ],
        });
        self.world.records();
        ok(&self.world, &self.dev, "codepipeline:CreatePipeline", json!({"pipeline": pipeline}));
        self.engine.run_due().unwrap();
        let state = ok(&self.world, &self.dev, "codepipeline:GetPipelineState", json!({"name": "shop"}));
        state["stageStates"][1]["actionStates"][0]["latestExecution"].clone()
    }

    /// The calls of the role that deploys, in their order, without what it reads.
    fn calls(&self, role: &str) -> Vec<String> {
        let records = self.world.records();
        let mine = records.iter().filter(|record| record.principal.contains(&format!("assumed-role/{role}/")));
        mine.map(|record| record.action.clone()).filter(|action| !action.starts_with("s3:")).collect()
    }
}

fn ecs_rights(without: &str) -> Value {
    let all = [
        json!({"Sid": "Service", "Effect": "Allow", "Action": ["ecs:DescribeServices", "ecs:UpdateService"],
            "Resource": "arn:aws:ecs:us-east-1:333333333333:service/live/web",
            "Condition": {"ArnEquals": {"ecs:cluster": "arn:aws:ecs:us-east-1:333333333333:cluster/live"}}}),
        json!({"Sid": "Definition", "Effect": "Allow", "Action": "ecs:DescribeTaskDefinition", "Resource": "*"}),
        json!({"Sid": "Register", "Effect": "Allow", "Action": "ecs:RegisterTaskDefinition",
            "Resource": "arn:aws:ecs:us-east-1:333333333333:task-definition/*:*"}),
        json!({"Sid": "Pass", "Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::333333333333:role/Tasks",
            "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}}),
    ];
    all.into_iter().filter(|statement| statement["Sid"] != without).collect()
}

const IMAGES: &str = r#"[{"name": "web", "imageUri": "333333333333.dkr.ecr.us-east-1.amazonaws.com/shop:2"}]"#;

/// A service of the other account, with a task definition.
fn service(delivery: &Delivery) {
    let mut task: Value = serde_json::from_str(TASKDEF).unwrap();
    task.as_object_mut().unwrap().retain(|name, _| name != "status" && name != "revision");
    ok(&delivery.world, &delivery.prod, "ecs:RegisterTaskDefinition", task);
    let input = json!({"ServiceName": "web", "Cluster": "live", "TaskDefinition": "shop"});
    ok(&delivery.world, &delivery.prod, "ecs:CreateService", input);
}

fn ecs() -> Value {
    json!({"ClusterName": "live", "ServiceName": "web"})
}

#[test]
fn a_rolling_deployment_makes_the_calls_that_are_written() {
    let delivery = Delivery::new(ecs_rights(""), &[("imagedefinitions.json", IMAGES)]);
    service(&delivery);
    let action = delivery.run("Deploy", "ECS", ecs(), Some(DEPLOY));
    assert_eq!(action["status"], "Succeeded", "{action}");
    let calls = delivery.calls("Deploy");
    let expected = ["ecs:DescribeServices", "ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition", "ecs:UpdateService"];
    assert_eq!(calls, expected);
    let services = ok(&delivery.world, &delivery.prod, "ecs:DescribeServices", json!({"cluster": "live", "services": ["web"]}));
    assert_eq!(services["services"][0]["taskDefinition"], "arn:aws:ecs:us-east-1:333333333333:task-definition/shop:2");
    assert_eq!(notes(&delivery.world.gate).unwrap(), []);
}

#[test]
fn each_right_of_a_rolling_deployment_is_needed() {
    let cases = [
        ("Service", "ecs:DescribeServices"),
        ("Definition", "ecs:DescribeTaskDefinition"),
        ("Register", "ecs:RegisterTaskDefinition"),
        ("Pass", "iam:PassRole on resource: arn:aws:iam::333333333333:role/Tasks"),
    ];
    for (without, call) in cases {
        let delivery = Delivery::new(ecs_rights(without), &[("imagedefinitions.json", IMAGES)]);
        service(&delivery);
        let action = delivery.run("Deploy", "ECS", ecs(), Some(DEPLOY));
        let error = &action["errorDetails"];
        assert_eq!(error["code"], "PermissionError", "{without}: {action}");
        let message = error["message"].as_str().unwrap();
        assert!(message.starts_with("The provided role does not have sufficient permissions to access ECS. User: "), "{message}");
        assert!(message.contains(&format!("is not authorized to perform: {call}")), "{message}");
    }
}

#[test]
fn what_the_build_brings_is_checked() {
    let cases = [
        (("other.json", "[]"), "Did not find the image definition file imagedefinitions.json in the input artifacts ZIP file."),
        (("imagedefinitions.json", "{"), "The image definition file imagedefinitions.json contains invalid JSON format"),
        (("imagedefinitions.json", r#"[{"name": "api", "imageUri": "x"}]"#), "The AWS ECS container api does not exist"),
    ];
    for (file, message) in cases {
        let delivery = Delivery::new(ecs_rights(""), &[file]);
        service(&delivery);
        let action = delivery.run("Deploy", "ECS", ecs(), Some(DEPLOY));
        assert!(action["errorDetails"]["message"].as_str().unwrap().starts_with(message), "{action}");
    }
}

#[test]
fn a_service_that_nothing_tells_of_is_taken_to_exist_and_noted() {
    let delivery = Delivery::new(ecs_rights(""), &[("imagedefinitions.json", IMAGES)]);
    learn(&delivery.world.gate, IMAGES.as_bytes()).unwrap();
    let action = delivery.run("Deploy", "ECS", ecs(), Some(DEPLOY));
    assert_eq!(action["status"], "Succeeded", "{action}");
    let notes = notes(&delivery.world.gate).unwrap();
    let about: Vec<&str> = notes.iter().map(|note| &*note.about).collect();
    assert_eq!(about, ["arn:aws:ecs:us-east-1:333333333333:service/live/web", "arn:aws:ecs:us-east-1:333333333333:task-definition/web:1"]);
}

fn blue_green() -> Value {
    json!({
        "ApplicationName": "Shop", "DeploymentGroupName": "Live", "AppSpecTemplateArtifact": "Bundle",
        "TaskDefinitionTemplateArtifact": "Bundle", "Image1ArtifactName": "Bundle", "Image1ContainerName": "IMAGE1_NAME",
    })
}

fn codedeploy_rights() -> Value {
    json!([
        {"Effect": "Allow", "Action": ["codedeploy:CreateDeployment", "codedeploy:GetDeployment"],
            "Resource": "arn:aws:codedeploy:us-east-1:333333333333:deploymentgroup:Shop/Live"},
        {"Effect": "Allow", "Action": ["codedeploy:GetApplication", "codedeploy:GetApplicationRevision", "codedeploy:RegisterApplicationRevision"],
            "Resource": "arn:aws:codedeploy:us-east-1:333333333333:application:Shop"},
        {"Effect": "Allow", "Action": "codedeploy:GetDeploymentConfig", "Resource": "arn:aws:codedeploy:us-east-1:333333333333:deploymentconfig:*"},
        {"Effect": "Allow", "Action": "ecs:RegisterTaskDefinition", "Resource": "*"},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}},
    ])
}

/// The application and its group, whose role may do all but `without`.
fn group(delivery: &Delivery, without: &str) {
    let rights = ["ecs:*", "elasticloadbalancing:*", "iam:PassRole"].into_iter().filter(|right| *right != without).collect::<Vec<_>>();
    let rights = json!([{"Effect": "Allow", "Action": rights, "Resource": "*"}]);
    delivery.role(&delivery.prod, "Group", json!({"Service": "codedeploy.amazonaws.com"}), rights);
    let template = json!({"Resources": {
        "App": {"Type": "AWS::CodeDeploy::Application", "Properties": {"ApplicationName": "Shop", "ComputePlatform": "ECS"}},
        "Live": {"Type": "AWS::CodeDeploy::DeploymentGroup", "Properties": {
            "ApplicationName": {"Ref": "App"}, "DeploymentGroupName": "Live", "ServiceRoleArn": "arn:aws:iam::333333333333:role/Group",
            "ECSServices": [{"ClusterName": "live", "ServiceName": "web"}]}},
    }});
    let stack = super::deploy(&delivery.world, &delivery.engine, &delivery.prod, "deploy", &template.to_string());
    assert_eq!(stack["StackStatus"], "CREATE_COMPLETE", "{}", super::reasons(&delivery.world, &delivery.prod, "deploy"));
}

const FILES: [(&str, &str); 3] = [
    ("taskdef.json", TASKDEF),
    ("appspec.yaml", APPSPEC),
    ("imageDetail.json", r#"{"ImageURI": "333333333333.dkr.ecr.us-east-1.amazonaws.com/shop@sha256:00"}"#),
];

#[test]
fn a_blue_green_deployment_makes_the_calls_that_are_written() {
    let delivery = Delivery::new(codedeploy_rights(), &FILES);
    group(&delivery, "");
    let action = delivery.run("Deploy", "CodeDeployToECS", blue_green(), Some(DEPLOY));
    assert_eq!(action["status"], "Succeeded", "{action}");
    let calls = delivery.calls("Deploy");
    let expected = [
        "codedeploy:GetApplication",
        "ecs:RegisterTaskDefinition",
        "codedeploy:RegisterApplicationRevision",
        "codedeploy:GetApplicationRevision",
        "codedeploy:CreateDeployment",
        "codedeploy:GetDeployment",
    ];
    assert_eq!(calls, expected);
    let told = ok(&delivery.world, &delivery.prod, "ecs:DescribeTaskDefinition", json!({"taskDefinition": "shop"}));
    assert_eq!(told["taskDefinition"]["containerDefinitions"][0]["image"], IMAGE);
    assert_eq!(notes(&delivery.world.gate).unwrap(), []);
}

#[test]
fn the_groups_own_role_is_enforced() {
    let delivery = Delivery::new(codedeploy_rights(), &FILES);
    group(&delivery, "iam:PassRole");
    let action = delivery.run("Deploy", "CodeDeployToECS", blue_green(), Some(DEPLOY));
    let message = action["errorDetails"]["message"].as_str().unwrap();
    assert!(message.contains("assumed-role/Group/") && message.contains("iam:PassRole"), "{message}");
}

#[test]
fn a_function_ends_its_job_as_its_own_role() {
    let template = json!({"Resources": {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "Function", "AssumeRolePolicyDocument": {"Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
            "Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": [
                {"Effect": "Allow", "Action": "codepipeline:PutJobSuccessResult", "Resource": "*"}]}}]}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": "check", "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Code": {"ZipFile": "x"}}},
    }});
    let delivery = Delivery::new(json!([]), &[("a", "b")]);
    let stack = super::deploy(&delivery.world, &delivery.engine, &delivery.dev, "function", &template.to_string());
    assert_eq!(stack["StackStatus"], "CREATE_COMPLETE", "{}", super::reasons(&delivery.world, &delivery.dev, "function"));
    let action = delivery.run("Invoke", "Lambda", json!({"FunctionName": "check"}), None);
    assert_eq!(action["status"], "Succeeded", "{action}");
    assert_eq!(delivery.calls("Function"), ["codepipeline:PutJobSuccessResult"]);
}

#[test]
fn a_state_machine_calls_as_its_own_role_and_an_approval_is_told() {
    let template = json!({"Resources": {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "approvals"}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "Machine", "AssumeRolePolicyDocument": {"Statement": [
            {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}]}}},
        "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
            "StateMachineName": "flow", "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
            "Definition": {"StartAt": "Tell", "States": {"Tell": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true,
                "Parameters": {"TopicArn": {"Ref": "Topic"}, "Message": "x"}}}}}},
    }});
    let machine = json!({"StateMachineArn": "arn:aws:states:us-east-1:111111111111:stateMachine:flow"});
    let delivery = Delivery::new(json!([]), &[("a", "b")]);
    super::deploy(&delivery.world, &delivery.engine, &delivery.dev, "flow", &template.to_string());
    let action = delivery.run("Invoke", "StepFunctions", machine, None);
    let message = action["errorDetails"]["message"].as_str().unwrap();
    assert!(message.contains("assumed-role/Machine/") && message.contains("sns:Publish"), "{message}");

    let delivery = Delivery::new(json!([]), &[("a", "b")]);
    super::deploy(&delivery.world, &delivery.engine, &delivery.dev, "flow", &template.to_string());
    let topic = json!({"NotificationArn": "arn:aws:sns:us-east-1:111111111111:approvals"});
    let action = delivery.run("Approval", "Manual", topic, None);
    assert_eq!(action["status"], "InProgress", "{action}");
    assert!(delivery.calls("Pipeline").contains(&"sns:Publish".to_string()));
}
