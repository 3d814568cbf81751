//! The world of the operations' examples: a pipeline from a bucket, over an approval.

use gate::Example;
use serde_json::{Value, json};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"codepipeline.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;

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

/// A call after the pipeline's role was made.
pub(crate) fn with_role(input: Value) -> Example {
    Example::of(input).after("iam:CreateRole", json!({"RoleName": "ExamplePipeline", "AssumeRolePolicyDocument": TRUST}))
}

/// A call after the pipeline was made.
pub(crate) fn with_pipeline(input: Value) -> Example {
    with_role(input).after("codepipeline:CreatePipeline", json!({"pipeline": pipeline()}))
}

/// A call after the pipeline was made and started; `$2` is the start's answer.
pub(crate) fn with_execution(input: Value) -> Example {
    with_pipeline(input).after("codepipeline:StartPipelineExecution", json!({"name": "example"}))
}
