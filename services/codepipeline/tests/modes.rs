//! Executions beside each other, in each of the three modes.

mod common;

use common::{DEV, Delivery};
use serde_json::{Value, json};

fn with_mode(delivery: &Delivery, mode: &str) -> Value {
    delivery.v2(|p| p["executionMode"] = json!(mode))
}

#[test]
fn queued_executions_pass_one_after_the_other_in_the_order_of_their_starts() {
    let delivery = Delivery::new();
    delivery.declare(&with_mode(&delivery, "QUEUED"));
    let (second, third) = (delivery.start(), delivery.start());
    assert_eq!(delivery.statuses(), ["InProgress"; 3], "none is superseded");
    let inbound = delivery.stage(1)["inboundExecutions"].clone();
    let ids: Vec<_> = inbound.as_array().unwrap().iter().map(|e| e["pipelineExecutionId"].as_str().unwrap()).collect();
    assert_eq!(ids, [second.as_str(), third.as_str()]);
    for next in [Some(&second), Some(&third), None] {
        delivery.approve();
        assert_eq!(delivery.stage(1)["inboundExecutions"].as_array().map_or(0, Vec::len), usize::from(next == Some(&second)));
        if let Some(next) = next {
            assert_eq!(delivery.stage(1)["latestExecution"]["pipelineExecutionId"], **next);
        }
    }
    assert_eq!(delivery.statuses(), ["Succeeded"; 3]);
    assert_eq!(delivery.executions()[0]["executionMode"], "QUEUED");
}

#[test]
fn a_queued_execution_that_is_stopped_lets_the_next_one_in() {
    let delivery = Delivery::new();
    delivery.declare(&with_mode(&delivery, "QUEUED"));
    let (second, third) = (delivery.start(), delivery.start());
    delivery.ok(&delivery.dev, "codepipeline:StopPipelineExecution", json!({"pipelineName": "shop", "pipelineExecutionId": second}));
    delivery.run();
    delivery.approve();
    assert_eq!(delivery.stage(1)["latestExecution"]["pipelineExecutionId"], *third);
    assert_eq!(delivery.statuses(), ["InProgress", "Stopped", "Succeeded"]);
}

#[test]
fn at_most_fifty_executions_are_under_way() {
    let delivery = Delivery::new();
    for mode in ["QUEUED", "PARALLEL"] {
        delivery.declare(&with_mode(&delivery, mode));
        for _ in 1..50 {
            delivery.ok(&delivery.dev, "codepipeline:StartPipelineExecution", json!({"name": "shop"}));
        }
        let error = delivery.fails(&delivery.dev, "codepipeline:StartPipelineExecution", json!({"name": "shop"}));
        assert_eq!((error.code.as_ref(), error.status), ("ConcurrentPipelineExecutionsLimitExceededException", 400), "{mode}");
        delivery.run();
        let waiting = delivery.executions().iter().filter(|e| e["status"] == "InProgress").count();
        assert_eq!(waiting, 50, "{mode}");
        delivery.ok(&delivery.dev, "codepipeline:DeletePipeline", json!({"name": "shop"}));
        delivery.run();
    }
}

#[test]
fn parallel_executions_do_not_wait_and_are_approved_by_their_own_tokens() {
    let delivery = Delivery::new();
    delivery.declare(&with_mode(&delivery, "PARALLEL"));
    let second = delivery.start();
    assert!(delivery.action(1).is_null(), "the state of the pipeline shows none of them");
    let list = delivery.ok(
        &delivery.dev,
        "codepipeline:ListActionExecutions",
        json!({"pipelineName": "shop", "filter": {"pipelineExecutionId": second}}),
    );
    let person = list["actionExecutionDetails"].as_array().unwrap().iter().find(|a| a["actionName"] == "Person").unwrap().clone();
    assert_eq!(person["status"], "InProgress");
    let token = person["output"]["executionResult"]["externalExecutionId"].clone();
    let answer = json!({
        "pipelineName": "shop", "stageName": "Approve", "actionName": "Person",
        "result": {"summary": "seen", "status": "Approved"}, "token": token,
    });
    delivery.ok(&delivery.dev, "codepipeline:PutApprovalResult", answer.clone());
    delivery.run();
    assert_eq!(delivery.statuses(), ["Succeeded", "InProgress"]);
    assert_eq!(delivery.fails(&delivery.dev, "codepipeline:PutApprovalResult", answer).code, "InvalidApprovalTokenException");
    let way = json!({"pipelineName": "shop", "stageName": "Prod", "transitionType": "Inbound", "reason": "a freeze"});
    assert_eq!(delivery.fails(&delivery.dev, "codepipeline:DisableStageTransition", way).code, "ValidationException");
    let back = json!({"pipelineName": "shop", "stageName": "Prod", "targetPipelineExecutionId": second});
    assert_eq!(delivery.fails(&delivery.dev, "codepipeline:RollbackStage", back).code, "UnableToRollbackStageException");
}

#[test]
fn a_pipeline_that_changes_its_mode_cancels_those_under_way() {
    let delivery = Delivery::new();
    delivery.declare(&with_mode(&delivery, "SUPERSEDED"));
    let second = delivery.start();
    delivery.ok(&delivery.dev, "codepipeline:UpdatePipeline", json!({"pipeline": with_mode(&delivery, "QUEUED")}));
    let third = delivery.start();
    let mode = |id: &str| delivery.executions().iter().find(|e| e["pipelineExecutionId"] == id).unwrap()["executionMode"].clone();
    assert_eq!((mode(&second), mode(&third)), (json!("SUPERSEDED"), json!("QUEUED")));
    // The first one's person is still asked; the second one waited, and the third one comes into the stage when it is free.
    assert_eq!(delivery.statuses(), ["InProgress", "Cancelled", "InProgress"]);
    delivery.approve();
    assert_eq!(delivery.statuses(), ["InProgress", "Cancelled", "Cancelled"]);
    delivery.approve();
    assert_eq!(delivery.statuses(), ["Succeeded", "Cancelled", "Cancelled"]);
}

#[test]
fn a_stage_is_taken_back_to_an_execution_that_succeeded_in_it() {
    let delivery = Delivery::new();
    delivery.declare(&with_mode(&delivery, "SUPERSEDED"));
    let first = delivery.executions()[0]["pipelineExecutionId"].as_str().unwrap().to_string();
    delivery.approve();
    delivery.push("second");
    let second = delivery.start();
    delivery.approve();
    assert_eq!(delivery.page().as_deref(), Some("second"));
    let succeeded = json!({"pipelineName": "shop", "filter": {"succeededInStage": {"stageName": "Prod"}}});
    let list = delivery.ok(&delivery.dev, "codepipeline:ListPipelineExecutions", succeeded);
    let ids: Vec<_> =
        list["pipelineExecutionSummaries"].as_array().unwrap().iter().map(|e| e["pipelineExecutionId"].as_str().unwrap()).collect();
    assert_eq!(ids, [second.as_str(), first.as_str()]);
    let back = |stage: &str, id: &str| json!({"pipelineName": "shop", "stageName": stage, "targetPipelineExecutionId": id});
    for (stage, id, code) in [
        ("Source", first.as_str(), "UnableToRollbackStageException"),
        ("Nowhere", &first, "StageNotFoundException"),
        ("Prod", "00000000-0000-0000-0000-000000000000", "PipelineExecutionNotFoundException"),
    ] {
        assert_eq!(delivery.fails(&delivery.dev, "codepipeline:RollbackStage", back(stage, id)).code, code);
    }
    let made = delivery.ok(&delivery.dev, "codepipeline:RollbackStage", back("Prod", &first));
    let rollback = made["pipelineExecutionId"].as_str().unwrap();
    assert_eq!(
        delivery.fails(&delivery.dev, "codepipeline:RollbackStage", back("Prod", &first)).code,
        "UnableToRollbackStageException",
        "the stage is running"
    );
    delivery.run();
    assert_eq!(delivery.page().as_deref(), Some("first"));
    assert_eq!(delivery.stage(2)["latestExecution"], json!({"pipelineExecutionId": rollback, "status": "Succeeded", "type": "ROLLBACK"}));
    let got =
        delivery.ok(&delivery.dev, "codepipeline:GetPipelineExecution", json!({"pipelineName": "shop", "pipelineExecutionId": rollback}));
    let got = &got["pipelineExecution"];
    assert_eq!(got["executionType"], "ROLLBACK");
    assert_eq!(got["rollbackMetadata"]["rollbackTargetPipelineExecutionId"], *first);
    assert_eq!(got["trigger"]["triggerType"], "ManualRollback");
    assert!(got["trigger"]["triggerDetail"].as_str().unwrap().contains(DEV));
    assert_eq!(delivery.fails(&delivery.dev, "codepipeline:RollbackStage", back("Prod", rollback)).code, "UnableToRollbackStageException");
    delivery.ok(&delivery.dev, "codepipeline:UpdatePipeline", json!({"pipeline": with_mode(&delivery, "SUPERSEDED")}));
    assert_eq!(
        delivery.fails(&delivery.dev, "codepipeline:RollbackStage", back("Prod", &first)).code,
        "PipelineExecutionOutdatedException"
    );
}
