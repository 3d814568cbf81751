//! Custom actions and their workers.

mod common;

use common::{DEV, Delivery};
use serde_json::{Value, json};
use std::time::Duration;

fn id() -> Value {
    json!({"category": "Build", "owner": "Custom", "provider": "Workshop", "version": "1"})
}

fn custom(delivery: &Delivery) -> Value {
    let kind = json!({
        "category": "Build", "provider": "Workshop", "version": "1",
        "configurationProperties": [{"name": "Bench", "required": true, "key": true, "secret": false, "queryable": true}],
        "inputArtifactDetails": {"minimumCount": 1, "maximumCount": 1},
        "outputArtifactDetails": {"minimumCount": 0, "maximumCount": 1},
    });
    delivery.ok(&delivery.dev, "codepipeline:CreateCustomActionType", kind.clone());
    kind
}

/// The second stage works on the bundle, the third writes what it made.
fn declare(delivery: &Delivery) {
    let mut pipeline = delivery.pipeline(false);
    pipeline["stages"][1]["actions"] = json!([{
        "name": "Work", "actionTypeId": id(), "configuration": {"Bench": "left"}, "namespace": "Work",
        "inputArtifacts": [{"name": "Bundle"}], "outputArtifacts": [{"name": "Made"}],
    }]);
    pipeline["stages"][2]["actions"][0]["inputArtifacts"] = json!([{"name": "Made"}]);
    pipeline["stages"][2]["actions"][0]["configuration"]["ObjectKey"] = json!("#{Work.Folder}");
    delivery.declare(&pipeline);
}

fn poll(delivery: &Delivery, bench: &str) -> Vec<Value> {
    let admin = delivery.world.administrator(DEV);
    let told = delivery.ok(&admin, "codepipeline:PollForJobs", json!({"actionTypeId": id(), "queryParam": {"Bench": bench}}));
    told["jobs"].as_array().unwrap().clone()
}

fn take(delivery: &Delivery) -> Value {
    let job = poll(delivery, "left").remove(0);
    let taken = delivery.ok(&delivery.dev, "codepipeline:AcknowledgeJob", json!({"jobId": job["id"], "nonce": job["nonce"]}));
    assert_eq!(taken["status"], "InProgress");
    job
}

#[test]
fn a_worker_takes_a_job_and_ends_it_with_variables() {
    let delivery = Delivery::new();
    custom(&delivery);
    declare(&delivery);
    assert!(poll(&delivery, "right").is_empty(), "the other bench has nothing to do");
    let job = poll(&delivery, "left").remove(0);
    assert!(poll(&delivery, "left").is_empty(), "another worker was told of it");
    let result = json!({"jobId": job["id"], "outputVariables": {"Folder": "made"}});
    assert_eq!(delivery.fails(&delivery.dev, "codepipeline:PutJobSuccessResult", result).code, "InvalidJobStateException");
    let wrong = json!({"jobId": job["id"], "nonce": "1"});
    assert_eq!(delivery.fails(&delivery.dev, "codepipeline:AcknowledgeJob", wrong).code, "InvalidNonceException");
    assert_eq!(delivery.fails(&delivery.prod, "codepipeline:GetJobDetails", json!({"jobId": job["id"]})).code, "JobNotFoundException");
    // Who was told and does not take it leaves it to another, with another nonce.
    delivery.world.clock.advance(Duration::from_secs(61));
    let again = take(&delivery);
    assert_eq!(again["id"], job["id"]);
    assert_ne!(again["nonce"], job["nonce"]);
    let data = &again["data"];
    assert_eq!(data["actionConfiguration"]["configuration"]["Bench"], "left");
    assert_eq!(data["encryptionKey"]["id"], *delivery.key);
    assert!(data["artifactCredentials"]["sessionToken"].as_str().is_some_and(|t| t.len() > 20), "{data}");
    // It goes on as another job.
    delivery.ok(&delivery.dev, "codepipeline:PutJobSuccessResult", json!({"jobId": job["id"], "continuationToken": "half"}));
    delivery.run();
    let next = take(&delivery);
    assert_eq!(next["data"]["continuationToken"], "half");
    let details = json!({"summary": "made it", "externalExecutionId": "w-1"});
    let result = json!({"jobId": next["id"], "outputVariables": {"Folder": "made"}, "executionDetails": details});
    delivery.ok(&delivery.dev, "codepipeline:PutJobSuccessResult", result.clone());
    assert_eq!(delivery.fails(&delivery.dev, "codepipeline:PutJobSuccessResult", result).code, "InvalidJobStateException");
    delivery.run();
    let work = delivery.action(1);
    assert_eq!((work["status"].as_str(), work["externalExecutionId"].as_str()), (Some("Succeeded"), Some("w-1")));
    // Nobody has written what it made: that the next action finds out.
    assert_eq!(delivery.action(2)["status"], "Failed");
    let list = delivery.ok(&delivery.dev, "codepipeline:ListActionExecutions", json!({"pipelineName": "shop"}));
    assert_eq!(list["actionExecutionDetails"][0]["input"]["resolvedConfiguration"]["ObjectKey"], "made");
}

#[test]
fn a_job_fails_by_its_worker_or_after_a_day() {
    let delivery = Delivery::new();
    custom(&delivery);
    declare(&delivery);
    let job = take(&delivery);
    let why = json!({"type": "ConfigurationError", "message": "no such bench"});
    delivery.ok(&delivery.dev, "codepipeline:PutJobFailureResult", json!({"jobId": job["id"], "failureDetails": why}));
    delivery.run();
    assert_eq!(delivery.action(1)["errorDetails"], json!({"code": "ConfigurationError", "message": "no such bench"}));
    delivery.start();
    delivery.world.clock.advance(Duration::from_secs(24 * 3600));
    delivery.run();
    assert!(delivery.action(1)["errorDetails"]["message"].as_str().unwrap().contains("timed out"));
    assert!(poll(&delivery, "left").is_empty());
}

#[test]
fn types_are_checked_and_their_versions_used_once() {
    let delivery = Delivery::new();
    let mut kind = custom(&delivery);
    let fails = |operation: &str, input: &Value| delivery.fails(&delivery.dev, operation, input.clone()).code.to_string();
    assert_eq!(fails("codepipeline:CreateCustomActionType", &kind), "ValidationException");
    declare(&delivery);
    let mut pipeline = delivery.pipeline(false);
    pipeline["stages"][1]["actions"] = json!([{"name": "Work", "actionTypeId": id(), "inputArtifacts": [{"name": "Bundle"}]}]);
    let error = delivery.fails(&delivery.dev, "codepipeline:UpdatePipeline", json!({"pipeline": pipeline}));
    assert!(error.message.contains("missing required configuration 'Bench'"), "{error}");
    let version = json!({"category": "Build", "provider": "Workshop", "version": "1"});
    delivery.ok(&delivery.dev, "codepipeline:DeleteCustomActionType", version);
    assert_eq!(fails("codepipeline:PollForJobs", &json!({"actionTypeId": id()})), "ActionTypeNotFoundException");
    let error = delivery.fails(&delivery.dev, "codepipeline:UpdatePipeline", json!({"pipeline": pipeline}));
    assert_eq!(error.code, "InvalidActionDeclarationException", "{error}");
    kind["outputArtifactDetails"]["maximumCount"] = json!(3);
    assert_eq!(fails("codepipeline:CreateCustomActionType", &kind), "ValidationException", "another type of the same version");
    kind["outputArtifactDetails"]["maximumCount"] = json!(1);
    delivery.ok(&delivery.dev, "codepipeline:CreateCustomActionType", kind);
    let list = delivery.ok(&delivery.dev, "codepipeline:ListActionTypes", json!({}));
    assert!(list["actionTypes"].as_array().unwrap().iter().any(|t| t["id"] == id()));
    let aws = json!({"actionTypeId": {"category": "Build", "owner": "AWS", "provider": "CodeBuild", "version": "1"}});
    assert_eq!(fails("codepipeline:PollForJobs", &aws), "ValidationException");
}
