//! A delivery into another account: which calls it makes, as whom, and where it stops when a right is missing.

mod common;

use common::{DEPLOY_ROLE, DEV, Delivery, PIPELINE_ROLE};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A session's ARN as its role's name.
fn who(principal: &str) -> String {
    principal.split(":assumed-role/").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or(principal).to_string()
}

/// Random ends of artifact keys do not count.
fn place(resource: &str) -> String {
    match resource.rsplit_once('/') {
        Some((start, _)) if resource.contains(":::artifacts/") => format!("{start}/*"),
        _ => resource.to_string(),
    }
}

/// What the pipeline did, as (caller, action, resource). What the test itself does is left out.
fn calls(delivery: &Delivery) -> BTreeSet<(String, String, String)> {
    let mut calls = BTreeSet::new();
    for record in delivery.world.records() {
        let resource = record.event["resources"][0]["ARN"].as_str().unwrap_or("*");
        let caller = who(&record.principal);
        if caller != "OrganizationAccountAccessRole" && !record.principal.starts_with("arn:aws:iam") {
            calls.insert((caller, record.action.clone(), place(resource)));
        }
    }
    calls
}

#[test]
fn each_call_is_made_as_whom_the_specification_says() {
    let delivery = Delivery::new();
    delivery.world.records();
    delivery.create();
    assert_eq!(delivery.page(), None);
    delivery.approve();
    let service = "codepipeline.amazonaws.com";
    let key = delivery.key.as_str();
    let expected = [
        (service, "sts:AssumeRole", PIPELINE_ROLE),
        ("Pipeline", "s3:GetBucketVersioning", "arn:aws:s3:::source"),
        ("Pipeline", "s3:GetBucketAcl", "arn:aws:s3:::source"),
        ("Pipeline", "s3:GetBucketLocation", "arn:aws:s3:::source"),
        ("Pipeline", "s3:GetObject", "arn:aws:s3:::source/bundle.zip"),
        ("Pipeline", "s3:PutObject", "arn:aws:s3:::artifacts/shop/Bundle/*"),
        ("Pipeline", "kms:GenerateDataKey", key),
        ("Pipeline", "sts:AssumeRole", DEPLOY_ROLE),
        ("Deploy", "s3:GetObject", "arn:aws:s3:::artifacts/shop/Bundle/*"),
        ("Deploy", "kms:Decrypt", key),
        ("Deploy", "s3:GetBucketVersioning", "arn:aws:s3:::site"),
        ("Deploy", "s3:GetBucketAcl", "arn:aws:s3:::site"),
        ("Deploy", "s3:GetBucketLocation", "arn:aws:s3:::site"),
        ("Deploy", "s3:PutObject", "arn:aws:s3:::site/css/site.css"),
        ("Deploy", "s3:PutObject", "arn:aws:s3:::site/index.html"),
    ];
    let expected: BTreeSet<_> = expected.map(|(a, b, c)| (a.to_string(), b.to_string(), c.to_string())).into();
    assert_eq!(calls(&delivery), expected);
    assert_eq!(delivery.page().as_deref(), Some("first"));
    assert_eq!(delivery.executions()[0]["status"], "Succeeded");
}

#[test]
fn a_missing_right_stops_the_action_that_lacks_it() {
    let missing = [
        ("CheckSource", 0, "Pipeline", "s3:GetBucketVersioning"),
        ("ReadSource", 0, "Pipeline", "s3:GetObject"),
        ("WriteArtifacts", 0, "Pipeline", "s3:PutObject"),
        ("Encrypt", 0, "Pipeline", "kms:GenerateDataKey"),
        ("Deploy", 2, "Pipeline", "sts:AssumeRole"),
        ("ReadArtifacts", 2, "Deploy", "s3:GetObject"),
        ("Decrypt", 2, "Deploy", "kms:Decrypt"),
        ("CheckSite", 2, "Deploy", "s3:GetBucketVersioning"),
        ("WriteSite", 2, "Deploy", "s3:PutObject"),
    ];
    for (statement, stage, role, action) in missing {
        let delivery = Delivery::new();
        delivery.ok(&delivery.dev, "codepipeline:CreatePipeline", json!({"pipeline": delivery.pipeline(false)}));
        // Taken away after the pipeline was declared, so that its checks do not see it.
        delivery.grant(statement);
        delivery.run();
        if stage == 2 {
            delivery.approve();
        }
        let ran = delivery.action(stage);
        assert_eq!(ran["status"], "Failed", "{statement}");
        assert_eq!(ran["errorDetails"]["code"], "PermissionError", "{statement}: {ran}");
        let message = ran["errorDetails"]["message"].as_str().unwrap();
        // Sessions are named by the time in milliseconds.
        let session = format!(":assumed-role/{role}/{} ", delivery.world.gate.clock().now().0);
        assert!(
            message.contains(&session) && message.contains(&format!("is not authorized to perform: {action} on ")),
            "{statement}: {message}"
        );
        assert_eq!(delivery.executions()[0]["status"], "Failed", "{statement}");
        assert_eq!(delivery.page(), None, "{statement}");
        // With the right it goes on from there.
        delivery.grant("");
        let id = delivery.executions()[0]["pipelineExecutionId"].clone();
        let name = delivery.state()["stageStates"][stage]["stageName"].clone();
        let retry = json!({"pipelineName": "shop", "stageName": name, "pipelineExecutionId": id, "retryMode": "FAILED_ACTIONS"});
        delivery.ok(&delivery.dev, "codepipeline:RetryStageExecution", retry);
        delivery.run();
        assert_eq!(delivery.action(stage)["status"], "Succeeded", "{statement}");
    }
}

#[test]
fn a_change_of_a_polled_source_starts_the_pipeline() {
    let delivery = Delivery::new();
    delivery.ok(&delivery.dev, "codepipeline:CreatePipeline", json!({"pipeline": delivery.pipeline(true)}));
    delivery.run();
    assert_eq!(delivery.executions().len(), 1);
    delivery.approve();
    delivery.world.clock.advance(std::time::Duration::from_secs(1));
    delivery.push("second");
    delivery.run();
    let executions = delivery.executions();
    assert_eq!(executions.len(), 2);
    assert_eq!(executions[0]["trigger"]["triggerType"], "PollForSourceChanges");
    delivery.approve();
    assert_eq!(delivery.page().as_deref(), Some("second"));
    delivery.ok(&delivery.dev, "s3:DeleteObject", json!({"Bucket": "source", "Key": "bundle.zip"}));
    delivery.run();
    assert_eq!(delivery.executions().len(), 2);
    // An event rule's pipeline is not started by a change itself.
    delivery.ok(&delivery.dev, "codepipeline:UpdatePipeline", json!({"pipeline": delivery.pipeline(false)}));
    delivery.run();
    delivery.push("third");
    delivery.run();
    assert_eq!(delivery.executions().len(), 2);
}

#[test]
fn a_branch_that_is_not_there_fails_the_first_execution() {
    let delivery = Delivery::new();
    delivery.ok(&delivery.dev, "codecommit:CreateRepository", json!({"repositoryName": "shop"}));
    let mut pipeline = delivery.pipeline(true);
    pipeline["stages"][0]["actions"][0]["actionTypeId"]["provider"] = json!("CodeCommit");
    pipeline["stages"][0]["actions"][0]["configuration"] = json!({"RepositoryName": "shop", "BranchName": "main"});
    pipeline["stages"][1]["actions"][0]["configuration"] = json!({"CustomData": "#{SourceVariables.CommitMessage}"});
    delivery.ok(&delivery.dev, "codepipeline:CreatePipeline", json!({"pipeline": pipeline}));
    delivery.run();
    let denied = delivery.action(0);
    assert_eq!(denied["errorDetails"]["code"], "PermissionError");
    assert!(
        denied["errorDetails"]["message"]
            .as_str()
            .unwrap()
            .contains("codecommit:GetBranch on resource: arn:aws:codecommit:us-east-1:111111111111:shop"),
        "{denied}"
    );
    delivery.also(&delivery.dev, "Pipeline", json!([{"Effect": "Allow", "Action": "codecommit:GetBranch", "Resource": "*"}]));
    delivery.ok(&delivery.dev, "codepipeline:StartPipelineExecution", json!({"name": "shop"}));
    delivery.run();
    assert_eq!(delivery.action(0)["errorDetails"]["code"], "BranchDoesNotExistException");
}

#[test]
fn actions_are_listed_with_what_they_read_and_made() {
    let delivery = Delivery::new();
    delivery.create();
    delivery.approve();
    let id = delivery.executions()[0]["pipelineExecutionId"].clone();
    let list = delivery.ok(
        &delivery.dev,
        "codepipeline:ListActionExecutions",
        json!({"pipelineName": "shop", "filter": {"pipelineExecutionId": id}}),
    );
    let details = list["actionExecutionDetails"].as_array().unwrap();
    let by_name = |name: &str| details.iter().find(|d| d["actionName"] == name).unwrap().clone();
    let (source, person, site) = (by_name("Bundle"), by_name("Person"), by_name("Site"));
    assert_eq!(source["output"]["outputArtifacts"], site["input"]["inputArtifacts"]);
    let version = source["output"]["outputVariables"]["VersionId"].clone();
    assert!(version.as_str().is_some_and(|v| !v.is_empty()));
    assert_eq!(person["input"]["configuration"]["CustomData"], "#{SourceVariables.VersionId}");
    assert_eq!(person["input"]["resolvedConfiguration"]["CustomData"], version);
    assert_eq!(person["updatedBy"], Value::String(format!("arn:aws:sts::{DEV}:assumed-role/OrganizationAccountAccessRole/test")));
    assert_eq!(site["input"]["roleArn"], DEPLOY_ROLE);
}
