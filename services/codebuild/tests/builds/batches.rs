//! Batches of builds.

use crate::yard::{ISOLATED, ROLE, Yard, helper};
use serde_json::{Value, json};

const BATCHES: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["logs:*","codebuild:StartBuild","codebuild:StopBuild"],"Resource":"*"}}"#;

fn run(yard: &Yard, batch: &str) -> Value {
    yard.project(json!({
        "source": {"type": "NO_SOURCE", "buildspec": format!("version: 0.2\nphases:\n  build:\n    commands: ['test \"$OK\" != no']\nbatch:\n{batch}")},
        "buildBatchConfig": {"serviceRole": ROLE},
    }));
    let started = yard.call("codebuild:StartBuildBatch", json!({"projectName": "shop"}));
    finish(yard, &started["buildBatch"]["id"])
}

fn finish(yard: &Yard, id: &Value) -> Value {
    yard.engine(ISOLATED, helper()).run_due().unwrap();
    yard.call("codebuild:BatchGetBuildBatches", json!({"ids": [id]}))["buildBatches"][0].clone()
}

fn statuses(batch: &Value) -> Vec<String> {
    let one = |group: &Value| {
        format!("{} {}", group["identifier"].as_str().unwrap(), group["currentBuildSummary"]["buildStatus"].as_str().unwrap_or("-"))
    };
    batch["buildGroups"].as_array().unwrap().iter().map(one).collect()
}

#[test]
fn a_graph_runs_in_its_order_and_skips_what_waits_for_a_failure() {
    let yard = Yard::new(BATCHES);
    let batch = run(
        &yard,
        "  build-graph:
    - {identifier: one}
    - {identifier: bad, env: {variables: {OK: 'no'}}, depend-on: [one]}
    - {identifier: meh, env: {variables: {OK: 'no'}}, ignore-failure: true}
    - {identifier: after_bad, depend-on: [bad]}
    - {identifier: after_meh, depend-on: [meh]}\n",
    );
    assert_eq!(batch["buildBatchStatus"], "FAILED", "{batch:#}");
    let expected = ["DOWNLOAD_SOURCE SUCCEEDED", "one SUCCEEDED", "meh FAILED", "bad FAILED", "after_meh SUCCEEDED", "after_bad -"];
    assert_eq!(statuses(&batch), expected);
    let kinds: Vec<&str> = batch["phases"].as_array().unwrap().iter().map(|p| p["phaseType"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["SUBMITTED", "DOWNLOAD_BATCHSPEC", "IN_PROGRESS", "FAILED"]);

    let again = yard.call("codebuild:RetryBuildBatch", json!({"id": batch["id"]}));
    assert_eq!(again["buildBatch"]["buildBatchStatus"], "IN_PROGRESS");
    let again = finish(&yard, &batch["id"]);
    assert_eq!(again["buildBatchStatus"], "FAILED");
    let bad = again["buildGroups"].as_array().unwrap().iter().find(|g| g["identifier"] == "bad").unwrap();
    assert_eq!(bad["priorBuildSummaryList"].as_array().unwrap().len(), 1, "{bad:#}");
    let gone = yard.call("codebuild:DeleteBuildBatch", json!({"id": batch["id"]}));
    assert_eq!(gone["buildsDeleted"].as_array().unwrap().len(), 7, "{gone:#}");
}

#[test]
fn a_matrix_is_every_combination() {
    let yard = Yard::new(BATCHES);
    let batch = run(&yard, "  build-matrix: {dynamic: {env: {variables: {A: [x, y], B: [u, v]}}}}\n");
    assert_eq!(batch["buildBatchStatus"], "SUCCEEDED", "{batch:#}");
    assert_eq!(batch["buildGroups"].as_array().unwrap().len(), 5);
    let arn = batch["buildGroups"][1]["currentBuildSummary"]["arn"].clone();
    assert_eq!(yard.call("codebuild:BatchGetBuilds", json!({"ids": [arn]}))["builds"][0]["buildBatchArn"], batch["arn"]);
}

#[test]
fn a_batchs_role_needs_the_right_to_start_builds() {
    let yard = Yard::new(r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"logs:*","Resource":"*"}}"#);
    let batch = run(&yard, "  build-list: [{identifier: one}]\n");
    assert_eq!(batch["buildBatchStatus"], "FAILED");
    let context = &batch["phases"].as_array().unwrap().iter().find(|p| p["phaseType"] == "DOWNLOAD_BATCHSPEC").unwrap()["contexts"][0];
    assert!(context["message"].as_str().unwrap().contains("codebuild:StartBuild"), "{context}");
}
