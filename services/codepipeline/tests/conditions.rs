//! Conditions of stages, and what follows a failure.

mod common;

use base::Clock;
use common::Delivery;
use serde_json::{Value, json};
use std::time::Duration;

fn rule(provider: &str, configuration: Value) -> Value {
    json!({
        "name": provider,
        "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": provider, "version": "1"},
        "configuration": configuration,
    })
}

fn condition(result: &str, rules: &[Value]) -> Value {
    json!({"conditions": [{"result": result, "rules": rules}]})
}

fn compared(operator: &str, value: &str) -> Value {
    rule("VariableCheck", json!({"Variable": "#{variables.Channel}", "Operator": operator, "Value": value}))
}

fn declare(delivery: &Delivery, change: impl FnOnce(&mut Value)) {
    let pipeline = delivery.v2(|p| {
        p["variables"] = json!([{"name": "Channel", "defaultValue": "beta"}]);
        change(p);
    });
    delivery.declare(&pipeline);
}

fn latest(delivery: &Delivery) -> String {
    delivery.executions()[0]["pipelineExecutionId"].as_str().unwrap().into()
}

#[test]
fn an_entry_that_fails_keeps_the_execution_out_until_it_is_overridden() {
    let delivery = Delivery::new();
    declare(&delivery, |p| p["stages"][1]["beforeEntry"] = condition("FAIL", &[compared("EQ", "stable")]));
    assert_eq!(delivery.statuses(), ["Failed"]);
    let stage = delivery.stage(1);
    assert_eq!(stage["latestExecution"]["status"], "Failed");
    let entry = &stage["beforeEntryConditionState"];
    assert_eq!(entry["latestExecution"]["status"], "Failed");
    let rule = &entry["conditionStates"][0]["ruleStates"][0];
    assert_eq!(rule["latestExecution"]["status"], "Failed");
    assert_eq!(rule["latestExecution"]["errorDetails"]["message"], "Variable 'beta' EQ 'stable' does not hold");
    assert!(stage["actionStates"][0]["latestExecution"].is_null(), "no action began");
    let list = delivery.ok(&delivery.dev, "codepipeline:ListRuleExecutions", json!({"pipelineName": "shop"}));
    assert_eq!(list["ruleExecutionDetails"][0]["input"]["resolvedConfiguration"]["Variable"], "beta");
    let over = |kind: &str| json!({"pipelineName": "shop", "stageName": "Approve", "pipelineExecutionId": latest(&delivery), "conditionType": kind});
    assert_eq!(
        delivery.fails(&delivery.dev, "codepipeline:OverrideStageCondition", over("ON_SUCCESS")).code,
        "ConditionNotOverridableException"
    );
    delivery.ok(&delivery.dev, "codepipeline:OverrideStageCondition", over("BEFORE_ENTRY"));
    delivery.run();
    assert_eq!(delivery.action(1)["status"], "InProgress");
    assert_eq!(delivery.stage(1)["beforeEntryConditionState"]["latestExecution"]["status"], "Overridden");
    delivery.approve();
    assert_eq!(delivery.statuses(), ["Succeeded"]);
}

#[test]
fn an_entry_that_fails_may_pass_the_stage_over() {
    let delivery = Delivery::new();
    declare(&delivery, |p| p["stages"][1]["beforeEntry"] = condition("SKIP", &[compared("MATCHES", "sta.*"), compared_as("More")]));
    assert_eq!(delivery.stage(1)["latestExecution"]["status"], "Skipped");
    assert_eq!(delivery.statuses(), ["Succeeded"]);
    assert_eq!(delivery.page().as_deref(), Some("first"));
}

fn compared_as(name: &str) -> Value {
    let mut rule = compared("NE", "stable");
    rule["name"] = json!(name);
    rule
}

#[test]
fn a_deployment_window_is_waited_for() {
    let delivery = Delivery::new();
    declare(&delivery, |p| {
        p["stages"][1]["beforeEntry"] =
            condition("FAIL", &[rule("DeploymentWindow", json!({"Cron": "0 0 3 ? * *", "TimeZone": "Europe/Berlin"}))]);
    });
    let entry = delivery.stage(1)["beforeEntryConditionState"].clone();
    assert_eq!(entry["latestExecution"]["status"], "InProgress");
    assert!(entry["conditionStates"][0]["ruleStates"][0]["latestExecution"]["summary"].as_str().unwrap().contains("opens at"), "{entry}");
    let summary = entry["conditionStates"][0]["ruleStates"][0]["latestExecution"]["summary"].as_str().unwrap();
    let opens = base::Timestamp::parse_iso(summary.rsplit(' ').next().unwrap()).unwrap();
    let wait = opens.since(delivery.world.clock.now());
    delivery.world.clock.advance(wait - Duration::from_secs(1));
    delivery.run();
    assert!(delivery.action(1).is_null());
    delivery.world.clock.advance(Duration::from_secs(1));
    delivery.run();
    assert_eq!(delivery.action(1)["status"], "InProgress");
}

#[test]
fn a_success_may_be_refused_and_goes_on_when_overridden() {
    let delivery = Delivery::new();
    declare(&delivery, |p| p["stages"][2]["onSuccess"] = condition("FAIL", &[compared("CONTAINS", "stab")]));
    delivery.approve();
    assert_eq!(delivery.statuses(), ["Failed"]);
    let stage = delivery.stage(2);
    assert_eq!(stage["actionStates"][0]["latestExecution"]["status"], "Succeeded");
    assert_eq!(stage["onSuccessConditionState"]["latestExecution"]["status"], "Failed");
    let over =
        json!({"pipelineName": "shop", "stageName": "Prod", "pipelineExecutionId": latest(&delivery), "conditionType": "ON_SUCCESS"});
    delivery.ok(&delivery.dev, "codepipeline:OverrideStageCondition", over);
    delivery.run();
    assert_eq!(delivery.statuses(), ["Succeeded"]);
}

#[test]
fn a_failed_stage_is_taken_back_by_itself() {
    let delivery = Delivery::new();
    declare(&delivery, |p| p["stages"][2]["onFailure"] = json!({"result": "ROLLBACK"}));
    let first = latest(&delivery);
    delivery.approve();
    delivery.push("second");
    let second = delivery.start();
    // What the stage needs is not there this time, and not when it is taken back either: that is tried once.
    delivery.grant("ReadArtifacts");
    delivery.world.clock.advance(Duration::from_secs(1));
    delivery.approve();
    let executions = delivery.executions();
    assert_eq!(delivery.statuses(), ["Failed", "Failed", "Succeeded"]);
    assert_eq!(executions[0]["executionType"], "ROLLBACK");
    assert_eq!(executions[0]["rollbackMetadata"]["rollbackTargetPipelineExecutionId"], *first);
    assert_eq!(executions[0]["trigger"]["triggerType"], "AutomatedRollback");
    assert!(executions[0]["trigger"]["triggerDetail"].as_str().unwrap().contains(&second));
    assert_eq!(delivery.page().as_deref(), Some("first"));
}

#[test]
fn without_an_earlier_success_a_failure_stays_one() {
    let delivery = Delivery::new();
    delivery.grant("ReadArtifacts");
    declare(&delivery, |p| p["stages"][2]["onFailure"] = condition("ROLLBACK", &[compared("EQ", "stable")]));
    delivery.approve();
    assert_eq!(delivery.statuses(), ["Failed"]);
    assert_eq!(delivery.stage(2)["onFailureConditionState"]["latestExecution"]["status"], "Failed");
}

#[test]
fn a_failed_stage_is_tried_again_once_by_itself_and_by_hand() {
    let delivery = Delivery::new();
    declare(&delivery, |p| {
        p["stages"][2]["onFailure"] = json!({"result": "RETRY", "retryConfiguration": {"retryMode": "FAILED_ACTIONS"}});
    });
    delivery.grant("ReadArtifacts");
    delivery.approve();
    assert_eq!(delivery.statuses(), ["Failed"]);
    assert_eq!(
        delivery.stage(2)["retryStageMetadata"],
        json!({"autoStageRetryAttempt": 1, "manualStageRetryAttempt": 0, "latestRetryTrigger": "AutomatedStageRetry"})
    );
    let id = latest(&delivery);
    let runs = |range: &str| {
        let filter = json!({"latestInPipelineExecution": {"pipelineExecutionId": id, "startTimeRange": range}});
        let list = delivery.ok(&delivery.dev, "codepipeline:ListActionExecutions", json!({"pipelineName": "shop", "filter": filter}));
        list["actionExecutionDetails"].as_array().unwrap().len()
    };
    assert_eq!((runs("All"), runs("Latest")), (4, 3));
    delivery.grant("");
    let retry = |stage: &str| json!({"pipelineName": "shop", "stageName": stage, "pipelineExecutionId": id, "retryMode": "ALL_ACTIONS"});
    assert_eq!(delivery.fails(&delivery.dev, "codepipeline:RetryStageExecution", retry("Approve")).code, "StageNotRetryableException");
    delivery.ok(&delivery.dev, "codepipeline:RetryStageExecution", retry("Prod"));
    delivery.run();
    assert_eq!(delivery.statuses(), ["Succeeded"]);
    assert_eq!(delivery.stage(2)["retryStageMetadata"]["latestRetryTrigger"], "ManualStageRetry");
}

#[test]
fn a_rejected_approval_may_be_asked_for_again() {
    let delivery = Delivery::new();
    delivery.create();
    let rejected = delivery.answer("Rejected");
    delivery.ok(&delivery.dev, "codepipeline:PutApprovalResult", rejected.clone());
    delivery.run();
    let retry =
        json!({"pipelineName": "shop", "stageName": "Approve", "pipelineExecutionId": latest(&delivery), "retryMode": "FAILED_ACTIONS"});
    delivery.ok(&delivery.dev, "codepipeline:RetryStageExecution", retry);
    delivery.run();
    assert_eq!(delivery.action(1)["status"], "InProgress");
    // The token of the first time is worth nothing.
    assert_eq!(delivery.fails(&delivery.dev, "codepipeline:PutApprovalResult", rejected).code, "InvalidApprovalTokenException");
    delivery.approve();
    assert_eq!(delivery.page().as_deref(), Some("first"));
}

#[test]
fn conditions_that_make_no_sense_are_refused() {
    let delivery = Delivery::new();
    let entry = |c: Value| move |p: &mut Value| p["stages"][1]["beforeEntry"] = c;
    type Change = Box<dyn FnOnce(&mut Value)>;
    let cases: Vec<(&str, &str, Change)> = vec![
        (
            "InvalidStageDeclarationException",
            "ROLLBACK is not available for beforeEntry",
            Box::new(entry(condition("ROLLBACK", &[compared("EQ", "a")]))),
        ),
        ("InvalidStageDeclarationException", "has an Operator", Box::new(entry(condition("FAIL", &[compared("LIKE", "a")])))),
        ("InvalidStageDeclarationException", "0 rules", Box::new(entry(condition("FAIL", &[])))),
        ("InvalidStageDeclarationException", "exactly 1 condition", Box::new(entry(json!({"conditions": []})))),
        (
            "InvalidStageDeclarationException",
            "used more than once",
            Box::new(entry(condition("FAIL", &[compared("EQ", "a"), compared("EQ", "b")]))),
        ),
        (
            "InvalidStageDeclarationException",
            "4 fields",
            Box::new(entry(condition("FAIL", &[rule("DeploymentWindow", json!({"Cron": "* * * *"}))]))),
        ),
        (
            "InvalidStructureException",
            "#{Later.X}",
            Box::new(entry(condition("FAIL", &[rule("VariableCheck", json!({"Variable": "#{Later.X}", "Operator": "EQ", "Value": "a"}))]))),
        ),
        ("NotImplemented", "CloudWatchAlarm", Box::new(entry(condition("FAIL", &[rule("CloudWatchAlarm", json!({"AlarmName": "a"}))])))),
        ("NotImplemented", "LambdaInvoke", Box::new(entry(condition("FAIL", &[rule("LambdaInvoke", json!({"FunctionName": "a"}))])))),
        (
            "InvalidStageDeclarationException",
            "'Pigeon', which is not available",
            Box::new(entry(condition("FAIL", &[rule("Pigeon", json!({}))]))),
        ),
        (
            "InvalidStageDeclarationException",
            "the source stage",
            Box::new(|p: &mut Value| p["stages"][0]["onFailure"] = json!({"result": "ROLLBACK"})),
        ),
        (
            "InvalidStageDeclarationException",
            "not available in the execution mode PARALLEL",
            Box::new(|p: &mut Value| {
                p["executionMode"] = json!("PARALLEL");
                p["stages"][2]["onFailure"] = json!({"result": "ROLLBACK"});
            }),
        ),
        (
            "ValidationException",
            "[ROLLBACK, FAIL, RETRY, SKIP]",
            Box::new(|p: &mut Value| p["stages"][2]["onFailure"] = json!({"result": "ONCE"})),
        ),
    ];
    for (code, message, change) in cases {
        let pipeline = delivery.v2(|p| {
            p["variables"] = json!([{"name": "Channel", "defaultValue": "beta"}]);
            change(p);
        });
        let error = delivery.fails(&delivery.dev, "codepipeline:CreatePipeline", json!({"pipeline": pipeline}));
        assert_eq!(error.code, code, "{error}");
        assert!(error.message.contains(message), "{message}: {error}");
    }
}

#[test]
fn a_source_gives_the_revision_that_was_asked_for() {
    let delivery = Delivery::new();
    delivery.create();
    let first = delivery.executions()[0]["sourceRevisions"][0]["revisionId"].clone();
    delivery.approve();
    delivery.push("second");
    let start = |kind: &str, value: &Value| json!({"name": "shop", "sourceRevisions": [{"actionName": "Bundle", "revisionType": kind, "revisionValue": value}]});
    assert_eq!(
        delivery.fails(&delivery.dev, "codepipeline:StartPipelineExecution", start("COMMIT_ID", &first)).code,
        "ValidationException"
    );
    let read = json!([{"Effect": "Allow", "Action": "s3:GetObjectVersion", "Resource": "arn:aws:s3:::source/*"}]);
    delivery.also(&delivery.dev, "Pipeline", read);
    delivery.world.clock.advance(Duration::from_secs(1));
    delivery.ok(&delivery.dev, "codepipeline:StartPipelineExecution", start("S3_OBJECT_VERSION_ID", &first));
    delivery.run();
    delivery.approve();
    assert_eq!(delivery.executions()[0]["sourceRevisions"][0]["revisionId"], first);
    assert_eq!(delivery.page().as_deref(), Some("first"));
}

#[test]
fn a_revision_that_is_told_starts_the_pipeline_with_it_once() {
    let delivery = Delivery::new();
    delivery.create();
    let first = delivery.executions()[0]["sourceRevisions"][0]["revisionId"].clone();
    delivery.approve();
    delivery.push("second");
    delivery.also(
        &delivery.dev,
        "Pipeline",
        json!([{"Effect": "Allow", "Action": "s3:GetObjectVersion", "Resource": "arn:aws:s3:::source/*"}]),
    );
    let told = |action: &str| {
        json!({
            "pipelineName": "shop", "stageName": "Source", "actionName": action,
            "actionRevision": {"revisionId": first, "revisionChangeId": "one", "created": 1_700_000_000},
        })
    };
    assert_eq!(delivery.fails(&delivery.dev, "codepipeline:PutActionRevision", told("Other")).code, "ActionNotFoundException");
    let mut approval = told("Person");
    approval["stageName"] = json!("Approve");
    assert_eq!(delivery.fails(&delivery.dev, "codepipeline:PutActionRevision", approval).code, "ValidationException");
    delivery.world.clock.advance(Duration::from_secs(1));
    let answer = delivery.ok(&delivery.dev, "codepipeline:PutActionRevision", told("Bundle"));
    assert_eq!(answer["newRevision"], true);
    let again = delivery.ok(&delivery.dev, "codepipeline:PutActionRevision", told("Bundle"));
    assert_eq!(again, json!({"newRevision": false, "pipelineExecutionId": answer["pipelineExecutionId"]}));
    delivery.run();
    delivery.approve();
    let executions = delivery.executions();
    assert_eq!(executions[0]["pipelineExecutionId"], answer["pipelineExecutionId"]);
    assert_eq!(executions[0]["trigger"]["triggerType"], "PutActionRevision");
    assert_eq!(executions[0]["sourceRevisions"][0]["revisionId"], first);
    assert_eq!(delivery.page().as_deref(), Some("first"));
}
