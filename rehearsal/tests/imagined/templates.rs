//! Templates: what their resources are called, what they need, and what is not known of them.

use super::{DEV, deploy, output, reasons, world};
use rehearsal::imagined::{Gap, notes};
use serde_json::json;
use testworld::{ok, session};

const SERVICE: &str = r#"
Resources:
  Cluster: {Type: AWS::ECS::Cluster, Properties: {ClusterName: shop}}
  Execution:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: PRINCIPAL}, Action: sts:AssumeRole}]
      Policies:
        - PolicyName: pull
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: "ecr:*", Resource: "*"}
              - {Effect: Allow, Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: !GetAtt Group.Arn}
  Group: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /shop}}
  Tasks:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: shop
      RequiresCompatibilities: [FARGATE]
      ExecutionRoleArn: !GetAtt Execution.Arn
      ContainerDefinitions:
        - Name: web
          Image: !Sub "${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/shop:1"
          LogConfiguration:
            LogDriver: awslogs
            Options: {awslogs-group: !Ref Group, awslogs-region: !Ref AWS::Region, awslogs-stream-prefix: web}
  Service:
    Type: AWS::ECS::Service
    Properties: {ServiceName: web, Cluster: !Ref Cluster, TaskDefinition: !Ref Tasks, DesiredCount: 1}
Outputs:
  Tasks: {Value: !Ref Tasks}
  Service: {Value: !Ref Service}
  Name: {Value: !GetAtt Service.Name}
"#;

#[test]
fn a_container_service_is_made_if_its_tasks_may_start() {
    let (world, engine) = world();
    let admin = world.administrator(DEV);
    let good = SERVICE.replace("PRINCIPAL", "ecs-tasks.amazonaws.com");
    let stack = deploy(&world, &engine, &admin, "shop", &good);
    assert_eq!(stack["StackStatus"], "CREATE_COMPLETE", "{}", reasons(&world, &admin, "shop"));
    assert_eq!(output(&stack, "Tasks"), "arn:aws:ecs:us-east-1:111111111111:task-definition/shop:1");
    assert_eq!(output(&stack, "Service"), "arn:aws:ecs:us-east-1:111111111111:service/shop/web");
    assert_eq!(output(&stack, "Name"), "web");
    let pulled = world.records();
    let pulled: Vec<&str> = pulled.iter().filter(|record| record.principal.contains("Execution")).map(|record| &*record.action).collect();
    assert!(pulled.iter().any(|action| *action == "imagined:Perform"), "{pulled:?}");

    let (world, engine) = super::world();
    let admin = world.administrator(DEV);
    let stack = deploy(&world, &engine, &admin, "shop", &SERVICE.replace("PRINCIPAL", "ecs.amazonaws.com"));
    assert_eq!(stack["StackStatus"], "ROLLBACK_COMPLETE");
    assert!(reasons(&world, &admin, "shop").contains("ecs-tasks.amazonaws.com is not authorized to perform: sts:AssumeRole"));
}

#[test]
fn who_makes_a_function_passes_its_role_on_and_lambda_must_be_able_to_assume_it() {
    let template = |service: &str| {
        json!({"Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": [
                {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}}},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": {
                "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Code": {"ZipFile": "x"}, "Handler": "index.handler", "Runtime": "python3.12"}},
        }})
        .to_string()
    };
    let (world, engine) = world();
    let admin = world.administrator(DEV);
    let stack = deploy(&world, &engine, &admin, "wrong", &template("ecs.amazonaws.com"));
    assert_eq!(stack["StackStatus"], "ROLLBACK_COMPLETE");
    assert!(reasons(&world, &admin, "wrong").contains("The role defined for the function cannot be assumed by Lambda."));
    let stack = deploy(&world, &engine, &admin, "right", &template("lambda.amazonaws.com"));
    assert_eq!(stack["StackStatus"], "CREATE_COMPLETE", "{}", reasons(&world, &admin, "right"));

    let statements = json!([
        {"Effect": "Allow", "Action": ["cloudformation:*", "lambda:*"], "Resource": "*"},
        {"Effect": "Allow", "NotAction": ["iam:PassRole"], "Resource": "arn:aws:iam::*:role/*"},
    ]);
    let poor = session(&world, DEV, "poor", statements);
    let stack = deploy(&world, &engine, &poor, "poor", &template("lambda.amazonaws.com"));
    assert_eq!(stack["StackStatus"], "ROLLBACK_COMPLETE");
    let why = reasons(&world, &admin, "poor");
    assert!(why.contains("is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111111111111:role/poor-Role"), "{why}");
}

#[test]
fn what_is_not_known_is_made_and_noted() {
    let (world, engine) = world();
    let admin = world.administrator(DEV);
    let template = json!({
        "Resources": {
            "Base": {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "postgres", "Whatever": {"a": [1]}}},
            "Reader": {"Type": "AWS::IAM::Role", "Properties": {
                "AssumeRolePolicyDocument": {"Statement": [
                    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
                "Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": [
                    {"Effect": "Allow", "Action": "rds:*", "Resource": {"Fn::GetAtt": ["Base", "DBInstanceArn"]}}]}}],
            }},
        },
        "Outputs": {"Host": {"Value": {"Fn::GetAtt": ["Base", "Endpoint.Address"]}}},
    });
    let stack = deploy(&world, &engine, &admin, "data", &template.to_string());
    assert_eq!(stack["StackStatus"], "CREATE_COMPLETE", "{}", reasons(&world, &admin, "data"));
    let notes = notes(&world.gate).unwrap();
    assert_eq!(notes.len(), 1);
    assert_eq!((notes[0].gap, &*notes[0].about), (Gap::Unknown, "AWS::RDS::DBInstance"));
    ok(&world, &admin, "cloudformation:DeleteStack", json!({"StackName": "data"}));
    engine.run_due().unwrap();
    let error = world
        .call(
            Some(&admin),
            "cloudformation:CreateStack",
            json!({"StackName": "odd", "TemplateBody": r#"{"Resources":{"A":{"Type":"odd"}}}"#}),
        )
        .unwrap_err();
    assert!(error.message.contains("odd"), "{}", error.message);
}

#[test]
fn a_trail_needs_a_bucket_that_cloudtrail_may_write_to_and_its_audience_is_told() {
    let template = |allowed: &str| {
        json!({"Resources": {
            "Logs": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "audit-logs"}},
            "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "Logs"}, "PolicyDocument": {"Statement": [
                {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::audit-logs"},
                {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject", "Resource": allowed,
                 "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}}]}}},
            "Trail": {"Type": "AWS::CloudTrail::Trail", "DependsOn": "Policy", "Properties": {
                "TrailName": "audit", "S3BucketName": {"Ref": "Logs"}, "IsLogging": true, "EnableLogFileValidation": true}},
            "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/audit"}},
            "Filter": {"Type": "AWS::Logs::MetricFilter", "Properties": {"LogGroupName": {"Ref": "Group"}, "FilterPattern": "{ $.a = 1 }",
                "MetricTransformations": [{"MetricName": "m", "MetricNamespace": "n", "MetricValue": "1"}]}},
            "Board": {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardName": "audit", "DashboardBody": "{}"}},
        }})
        .to_string()
    };
    let (world, engine) = world();
    let admin = world.administrator(DEV);
    let stack = deploy(&world, &engine, &admin, "wrong", &template("arn:aws:s3:::audit-logs/AWSLogs/999999999999/*"));
    assert_eq!(stack["StackStatus"], "ROLLBACK_COMPLETE");
    assert!(reasons(&world, &admin, "wrong").contains("Incorrect S3 bucket policy is detected for bucket: audit-logs"));
    let stack = deploy(&world, &engine, &admin, "right", &template("arn:aws:s3:::audit-logs/AWSLogs/111111111111/*"));
    assert_eq!(stack["StackStatus"], "CREATE_COMPLETE", "{}", reasons(&world, &admin, "right"));
}

#[test]
fn a_state_machine_that_no_service_integrates_with_is_refused() {
    let template = |resource: &str| {
        json!({"Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": [
                {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}]}}},
            "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
                "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                "Definition": {"StartAt": "Approved", "States": {"Approved": {"Type": "Task", "Resource": resource, "End": true}}}}},
        }})
        .to_string()
    };
    let (world, engine) = world();
    let admin = world.administrator(DEV);
    let stack = deploy(&world, &engine, &admin, "wrong", &template("arn:aws:states:::codepipeline:putApprovalResult"));
    assert_eq!(stack["StackStatus"], "ROLLBACK_COMPLETE");
    assert!(reasons(&world, &admin, "wrong").contains("arn:aws:states:::codepipeline:putApprovalResult is not recognized"));
    let stack = deploy(&world, &engine, &admin, "right", &template("arn:aws:states:::aws-sdk:codepipeline:putApprovalResult"));
    assert_eq!(stack["StackStatus"], "CREATE_COMPLETE", "{}", reasons(&world, &admin, "right"));
}

#[test]
fn a_rule_tells_a_topic_whose_policy_lets_it() {
    let template = |principal: &str| {
        json!({"Resources": {
            "Alerts": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "alerts"}},
            "Policy": {"Type": "AWS::SNS::TopicPolicy", "Properties": {"Topics": [{"Ref": "Alerts"}], "PolicyDocument": {"Statement": [
                {"Effect": "Allow", "Principal": {"Service": principal}, "Action": "sns:Publish", "Resource": {"Ref": "Alerts"}}]}}},
            "Rule": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"source": ["mine"]},
                "Targets": [{"Id": "alert", "Arn": {"Ref": "Alerts"}}]}},
        }})
        .to_string()
    };
    for (principal, comes) in [("events.amazonaws.com", true), ("sns.amazonaws.com", false)] {
        let (world, mut engine) = world();
        events::workflows(&mut engine);
        let admin = world.administrator(DEV);
        let stack = deploy(&world, &engine, &admin, "alerts", &template(principal));
        assert_eq!(stack["StackStatus"], "CREATE_COMPLETE", "{}", reasons(&world, &admin, "alerts"));
        world.records();
        let event = json!({"Source": "mine", "DetailType": "x", "Detail": "{}"});
        ok(&world, &admin, "events:PutEvents", json!({"Entries": [event]}));
        engine.run_due().unwrap();
        let records = world.records();
        let published = records.iter().find(|record| record.action == "sns:Publish").expect("it is published");
        assert_eq!(published.event["errorCode"].is_null(), comes, "{}", published.event);
    }
}
