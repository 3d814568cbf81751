//! Executions among each other, and approvals.

mod common;

use common::{DEV, Delivery};
use serde_json::json;
use std::time::Duration;

#[test]
fn an_approval_that_nobody_gives_fails_after_seven_days() {
    let delivery = Delivery::new();
    delivery.create();
    delivery.world.clock.advance(Duration::from_secs(7 * 24 * 3600 - 1));
    delivery.run();
    assert_eq!(delivery.action(1)["status"], "InProgress");
    delivery.world.clock.advance(Duration::from_secs(1));
    delivery.run();
    let person = delivery.action(1);
    assert_eq!(person["status"], "Failed");
    assert!(person["errorDetails"]["message"].as_str().unwrap().contains("timed out"), "{person}");
    assert_eq!(delivery.executions()[0]["status"], "Failed");
}

#[test]
fn an_approval_needs_its_token_and_its_right_and_is_given_once() {
    let delivery = Delivery::new();
    delivery.create();
    let mut wrong = delivery.answer("Approved");
    wrong["token"] = json!("00000000-0000-0000-0000-000000000000");
    assert_eq!(delivery.fails(&delivery.dev, "codepipeline:PutApprovalResult", wrong).code, "InvalidApprovalTokenException");
    let denied = delivery.fails(&delivery.prod, "codepipeline:PutApprovalResult", delivery.answer("Approved"));
    assert_eq!(denied.code, "PipelineNotFoundException", "another account has its own pipelines");
    let rejected = delivery.answer("Rejected");
    delivery.ok(&delivery.dev, "codepipeline:PutApprovalResult", rejected.clone());
    assert_eq!(delivery.fails(&delivery.dev, "codepipeline:PutApprovalResult", rejected).code, "ApprovalAlreadyCompletedException");
    delivery.run();
    let person = delivery.action(1);
    assert_eq!((person["status"].as_str(), person["summary"].as_str()), (Some("Failed"), Some("seen")));
    assert_eq!(person["lastUpdatedBy"], format!("arn:aws:sts::{DEV}:assumed-role/OrganizationAccountAccessRole/test"));
    assert!(person["token"].is_null());
    assert_eq!(delivery.page(), None);
    // The right is that on the action, not on the pipeline.
    let record = delivery.world.records().into_iter().find(|r| r.action == "codepipeline:PutApprovalResult").unwrap();
    assert_eq!(record.event["resources"][0]["ARN"], format!("arn:aws:codepipeline:us-east-1:{DEV}:shop/Approve/Person"));
    assert_eq!(record.event["requestParameters"]["token"], "***");
}

#[test]
fn of_those_that_wait_before_a_stage_the_newest_stays() {
    let delivery = Delivery::new();
    delivery.create();
    for _ in 0..2 {
        delivery.world.clock.advance(Duration::from_secs(1));
        delivery.ok(&delivery.dev, "codepipeline:StartPipelineExecution", json!({"name": "shop"}));
        delivery.run();
    }
    let statuses = |d: &Delivery| d.executions().iter().map(|e| e["status"].as_str().unwrap().to_string()).collect::<Vec<_>>();
    assert_eq!(statuses(&delivery), ["InProgress", "Superseded", "InProgress"]);
    let newest = delivery.executions()[0]["pipelineExecutionId"].clone();
    assert_eq!(delivery.state()["stageStates"][1]["inboundExecution"]["pipelineExecutionId"], newest);
    delivery.approve();
    assert_eq!(statuses(&delivery), ["InProgress", "Superseded", "Succeeded"]);
    assert_eq!(delivery.state()["stageStates"][1]["latestExecution"]["pipelineExecutionId"], newest);
    delivery.approve();
    assert_eq!(statuses(&delivery)[0], "Succeeded");
}

#[test]
fn an_execution_stops_when_told() {
    let delivery = Delivery::new();
    delivery.create();
    let id = delivery.executions()[0]["pipelineExecutionId"].clone();
    let stop = |abandon: bool| json!({"pipelineName": "shop", "pipelineExecutionId": id, "abandon": abandon, "reason": "a mistake"});
    delivery.ok(&delivery.dev, "codepipeline:StopPipelineExecution", stop(false));
    delivery.run();
    assert_eq!(delivery.executions()[0]["status"], "Stopping");
    assert_eq!(delivery.fails(&delivery.dev, "codepipeline:StopPipelineExecution", stop(false)).code, "DuplicatedStopRequestException");
    delivery.ok(&delivery.dev, "codepipeline:StopPipelineExecution", stop(true));
    delivery.run();
    assert_eq!(delivery.action(1)["status"], "Abandoned");
    assert_eq!(delivery.executions()[0]["status"], "Stopped");
    assert_eq!(delivery.executions()[0]["stopTrigger"]["reason"], "a mistake");
    assert_eq!(
        delivery.fails(&delivery.dev, "codepipeline:StopPipelineExecution", stop(true)).code,
        "PipelineExecutionNotStoppableException"
    );
}

#[test]
fn a_closed_way_holds_an_execution_until_it_opens() {
    let delivery = Delivery::new();
    let mut way = json!({"pipelineName": "shop", "stageName": "Approve", "transitionType": "Inbound", "reason": "a freeze"});
    delivery.ok(&delivery.dev, "codepipeline:CreatePipeline", json!({"pipeline": delivery.pipeline(false)}));
    delivery.ok(&delivery.dev, "codepipeline:DisableStageTransition", way.clone());
    delivery.run();
    assert!(delivery.action(1).is_null());
    assert_eq!(delivery.state()["stageStates"][1]["inboundTransitionState"]["disabledReason"], "a freeze");
    way.as_object_mut().unwrap().shift_remove("reason");
    delivery.ok(&delivery.dev, "codepipeline:EnableStageTransition", way);
    delivery.run();
    assert_eq!(delivery.action(1)["status"], "InProgress");
}

#[test]
fn a_changed_pipeline_ends_what_runs_and_begins_nothing_more_of_it() {
    let delivery = Delivery::new();
    delivery.create();
    let first = delivery.executions()[0]["pipelineExecutionId"].clone();
    let waits = delivery.start();
    let mut changed = delivery.pipeline(false);
    changed["stages"][1]["actions"][0]["name"] = json!("Another");
    delivery.ok(&delivery.dev, "codepipeline:UpdatePipeline", json!({"pipeline": changed}));
    delivery.run();
    let got = |id: &serde_json::Value| {
        let asked = json!({"pipelineName": "shop", "pipelineExecutionId": id});
        delivery.ok(&delivery.dev, "codepipeline:GetPipelineExecution", asked)["pipelineExecution"].clone()
    };
    // The person who was asked may answer; who waits before the stage waits in vain.
    assert_eq!(got(&first)["status"], "InProgress");
    assert_eq!(got(&json!(waits))["status"], "Cancelled");
    let admin = delivery.world.administrator(DEV);
    let actions = delivery.ok(&admin, "codepipeline:ListActionExecutions", json!({"pipelineName": "shop"}));
    let asked = actions["actionExecutionDetails"].as_array().unwrap().iter().find(|a| a["actionName"] == "Person").unwrap();
    assert_eq!(asked["status"], "InProgress");
    delivery.ok(
        &admin,
        "codepipeline:StopPipelineExecution",
        json!({"pipelineName": "shop", "pipelineExecutionId": first, "abandon": true}),
    );
    delivery.run();
    assert_eq!(got(&first)["status"], "Stopped");
    // The next one goes as the pipeline is now declared.
    delivery.start();
    assert_eq!(delivery.state()["stageStates"][1]["actionStates"][0]["actionName"], "Another");
    assert_eq!(delivery.action(1)["status"], "InProgress");
}

#[test]
fn a_deleted_pipeline_runs_no_further() {
    let delivery = Delivery::new();
    delivery.create();
    let answer = delivery.answer("Approved");
    delivery.ok(&delivery.dev, "codepipeline:PutApprovalResult", answer);
    delivery.ok(&delivery.dev, "codepipeline:DeletePipeline", json!({"name": "shop"}));
    delivery.run();
    assert_eq!(delivery.page(), None);
    delivery.create();
    assert_eq!(delivery.executions().len(), 1);
    assert_eq!(delivery.action(1)["status"], "InProgress");
}
