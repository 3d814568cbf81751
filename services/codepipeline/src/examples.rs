//! The world of the operations' examples: a pipeline from a bucket, over an approval.

use gate::Example;
use serde_json::{Value, json};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"codepipeline.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;

/// The example's pipeline, once made.
pub(crate) const ARN: &str = "arn:aws:codepipeline:us-east-1:111111111111:example";

/// The example's pipeline.
pub(crate) fn pipeline() -> Value {
    let kind = |category: &str, provider: &str| json!({"category": category, "owner": "AWS", "provider": provider, "version": "1"});
    json!({
        "name": "example",
        "roleArn": "$0/Role/Arn",
        "artifactStore": {"type": "S3", "location": "example-artifacts"},
        "stages": [
            {"name": "Source", "actions": [{
                "name": "Bundle",
                "actionTypeId": kind("Source", "S3"),
                "configuration": {"S3Bucket": "example-source", "S3ObjectKey": "bundle.zip", "PollForSourceChanges": "false"},
                "outputArtifacts": [{"name": "Bundle"}],
            }]},
            {"name": "Approve", "actions": [{"name": "Person", "actionTypeId": kind("Approval", "Manual")}]},
        ],
    })
}

/// What the pipeline's role may: check and read the source, and write artifacts.
const RIGHTS: &str = r#"{"Version":"2012-10-17","Statement":[
{"Effect":"Allow","Action":["s3:GetBucketVersioning","s3:GetBucketAcl","s3:GetBucketLocation"],"Resource":"arn:aws:s3:::example-source"},
{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::example-source/*"},
{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::example-artifacts/*"}]}"#;

/// A call after the pipeline's role was made.
pub(crate) fn with_role(input: Value) -> Example {
    Example::of(input).after("iam:CreateRole", json!({"RoleName": "ExamplePipeline", "AssumeRolePolicyDocument": TRUST}))
}

fn create(example: Example) -> Example {
    example.after("codepipeline:CreatePipeline", json!({"pipeline": pipeline()}))
}

fn start(example: Example) -> Example {
    example.after("codepipeline:StartPipelineExecution", json!({"name": "example"}))
}

/// A call after the pipeline was made and its first execution came to the approval; `$7` is the next answer.
pub(crate) fn with_pipeline(input: Value) -> Example {
    create(ready(input))
}

/// A call after what the pipeline needs was made.
fn ready(input: Value) -> Example {
    let bucket = |name: &str| json!({"Bucket": name});
    with_role(input)
        .after("iam:PutRolePolicy", json!({"RoleName": "ExamplePipeline", "PolicyName": "Deliver", "PolicyDocument": RIGHTS}))
        .after("s3:CreateBucket", bucket("example-artifacts"))
        .after("s3:CreateBucket", bucket("example-source"))
        .after("s3:PutBucketVersioning", json!({"Bucket": "example-source", "VersioningConfiguration": {"Status": "Enabled"}}))
        .after_sending("s3:PutObject", json!({"Bucket": "example-source", "Key": "bundle.zip"}), b"a bundle")
}

/// A call while an execution waits before the approval that an older one holds; `$7` is the start's answer.
pub(crate) fn with_execution(input: Value) -> Example {
    start(with_pipeline(input))
}

/// A call after an execution failed in its first stage: there is no source; `$2` is the start's answer.
pub(crate) fn with_failure(input: Value) -> Example {
    start(create(with_role(input)))
}

/// A pipeline whose first action has a role of its own, which trusts the pipeline's.
pub(crate) fn with_action_role() -> Example {
    let mut pipeline = pipeline();
    pipeline["stages"][0]["actions"][0]["roleArn"] = json!("$2/Role/Arn");
    let assume = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}"#;
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:role/ExamplePipeline"},"Action":"sts:AssumeRole"}}"#;
    with_role(json!({"pipeline": pipeline}))
        .after("iam:PutRolePolicy", json!({"RoleName": "ExamplePipeline", "PolicyName": "Act", "PolicyDocument": assume}))
        .after("iam:CreateRole", json!({"RoleName": "ExampleAction", "AssumeRolePolicyDocument": trust}))
        .inside(["sts:AssumeRole", "sts:AssumeRole"])
}

/// A call after an execution went through the pipeline; `$7` lists the executions.
pub(crate) fn with_success(input: Value) -> Example {
    let list = with_pipeline(input).after("codepipeline:ListPipelineExecutions", json!({"pipelineName": "example"}));
    let state = list.after("codepipeline:GetPipelineState", json!({"name": "example"}));
    state.after(
        "codepipeline:PutApprovalResult",
        json!({
            "pipelineName": "example",
            "stageName": "Approve",
            "actionName": "Person",
            "result": {"summary": "fine", "status": "Approved"},
            "token": "$8/stageStates/1/actionStates/0/latestExecution/token",
        }),
    )
}

/// A call after an execution was kept out of the second stage by its condition; `$7` lists the executions.
pub(crate) fn with_failed_condition(input: Value) -> Example {
    let mut pipeline = pipeline();
    pipeline["pipelineType"] = json!("V2");
    pipeline["stages"][1]["beforeEntry"] = json!({"conditions": [{"result": "FAIL", "rules": [{
        "name": "Release",
        "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "VariableCheck", "version": "1"},
        "configuration": {"Variable": "#{codepipeline.PipelineExecutionId}", "Operator": "EQ", "Value": "release"},
    }]}]});
    ready(input)
        .after("codepipeline:CreatePipeline", json!({"pipeline": pipeline}))
        .after("codepipeline:ListPipelineExecutions", json!({"pipelineName": "example"}))
}

/// The id of a custom action type.
pub(crate) fn custom_id() -> Value {
    json!({"category": "Build", "owner": "Custom", "provider": "Workshop", "version": "1"})
}

/// A custom action type.
pub(crate) fn custom_type() -> Value {
    json!({
        "category": "Build", "provider": "Workshop", "version": "1",
        "configurationProperties": [{"name": "Bench", "required": true, "key": true, "secret": false, "queryable": true}],
        "inputArtifactDetails": {"minimumCount": 1, "maximumCount": 1},
        "outputArtifactDetails": {"minimumCount": 0, "maximumCount": 1},
    })
}

/// A call after a job of a custom action was queued.
pub(crate) fn with_job(input: Value) -> Example {
    let mut pipeline = pipeline();
    pipeline["stages"][1]["actions"] = json!([{
        "name": "Work", "actionTypeId": custom_id(), "configuration": {"Bench": "left"},
        "inputArtifacts": [{"name": "Bundle"}], "outputArtifacts": [{"name": "Made"}],
    }]);
    ready(input)
        .after("codepipeline:CreateCustomActionType", custom_type())
        .after("codepipeline:CreatePipeline", json!({"pipeline": pipeline}))
}

/// A call after a worker was told of the job; `$8` is what it was told.
pub(crate) fn with_polled_job(input: Value) -> Example {
    with_job(input).after("codepipeline:PollForJobs", json!({"actionTypeId": custom_id()}))
}

/// A call after a worker took the job; `$8` is what it was told.
pub(crate) fn with_taken_job(input: Value) -> Example {
    with_polled_job(input).after("codepipeline:AcknowledgeJob", json!({"jobId": "$8/jobs/0/id", "nonce": "$8/jobs/0/nonce"}))
}

/// The example's webhook.
pub(crate) fn webhook() -> Value {
    json!({"webhook": {
        "name": "example", "targetPipeline": "example", "targetAction": "Bundle",
        "filters": [{"jsonPath": "$.ref", "matchEquals": "refs/heads/main"}],
        "authentication": "GITHUB_HMAC", "authenticationConfiguration": {"SecretToken": "a secret of the example"},
    }})
}

/// A call after the pipeline's webhook was made; `$7` is the answer to that.
pub(crate) fn with_webhook(input: Value) -> Example {
    with_pipeline(input).after("codepipeline:PutWebhook", webhook())
}
