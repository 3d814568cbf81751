pub(crate) mod batch_delete_builds;
pub(crate) mod batch_get_build_batches;
pub(crate) mod batch_get_builds;
pub(crate) mod batch_get_projects;
pub(crate) mod batch_get_report_groups;
pub(crate) mod batch_get_reports;
pub(crate) mod batch_put_code_coverages;
pub(crate) mod batch_put_test_cases;
pub(crate) mod create_project;
pub(crate) mod create_report;
pub(crate) mod create_report_group;
pub(crate) mod create_webhook;
pub(crate) mod delete_build_batch;
pub(crate) mod delete_project;
pub(crate) mod delete_report;
pub(crate) mod delete_report_group;
pub(crate) mod delete_source_credentials;
pub(crate) mod delete_webhook;
pub(crate) mod describe_code_coverages;
pub(crate) mod describe_test_cases;
pub(crate) mod get_build_provenance;
pub(crate) mod get_report_group_trend;
pub(crate) mod import_source_credentials;
pub(crate) mod invalidate_project_cache;
pub(crate) mod list_build_batches;
pub(crate) mod list_build_batches_for_project;
pub(crate) mod list_builds;
pub(crate) mod list_builds_for_project;
pub(crate) mod list_projects;
pub(crate) mod list_report_groups;
pub(crate) mod list_reports;
pub(crate) mod list_reports_for_report_group;
pub(crate) mod list_source_credentials;
pub(crate) mod receive_webhook;
pub(crate) mod retry_build;
pub(crate) mod retry_build_batch;
pub(crate) mod start_build;
pub(crate) mod start_build_batch;
pub(crate) mod stop_build;
pub(crate) mod stop_build_batch;
pub(crate) mod update_project;
pub(crate) mod update_report;
pub(crate) mod update_report_group;
pub(crate) mod update_webhook;

use gate::Example;
use serde_json::{Value, json};

/// The trail tells which variables were set, not to what.
pub(crate) fn without_values(mut input: Value) -> Value {
    for path in ["/environment/environmentVariables", "/environmentVariablesOverride"] {
        for variable in input.pointer_mut(path).and_then(Value::as_array_mut).into_iter().flatten() {
            variable["value"] = Value::from("***");
        }
    }
    input
}

/// A project without source and artifacts.
pub(crate) fn example_project() -> Value {
    json!({
        "name": "example",
        "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2\nphases:\n  build:\n    commands:\n      - echo hello\n"},
        "artifacts": {"type": "NO_ARTIFACTS"},
        "environment": {"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"},
        "serviceRole": "$0/Role/Arn",
    })
}

/// An input for a world with a role that CodeBuild may assume.
pub(crate) fn example_with_role(input: Value) -> Example {
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"codebuild.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
    Example::of(input).after("iam:CreateRole", json!({"RoleName": "Build", "AssumeRolePolicyDocument": trust}))
}

/// A project that may have batches.
pub(crate) fn example_batch() -> Value {
    let mut project = example_project();
    project["buildBatchConfig"] = json!({"serviceRole": "$0/Role/Arn"});
    project
}

/// A project whose source is at a git host.
pub(crate) fn on_host() -> Value {
    let mut project = example_project();
    project["source"] = json!({"type": "GITHUB", "location": "https://github.com/shop/site"});
    project
}
