//! What pipelines hand over, and what projects are refused.

use crate::yard::{ALL, ROLE, Yard, unzip, zip};
use serde_json::{Value, json};

fn pipeline_project(yard: &Yard) {
    yard.project(json!({"source": {"type": "CODEPIPELINE"}, "artifacts": {"type": "CODEPIPELINE"}}));
}

#[test]
fn a_pipelines_sources_and_artifacts_are_its_own() {
    let yard = Yard::new(ALL);
    let spec = "version: 0.2
phases:
  build:
    commands: ['cat extra.txt \"$CODEBUILD_SRC_DIR_Extra/extra.txt\" > both.txt || cat \"$CODEBUILD_SRC_DIR_Extra/extra.txt\" > both.txt']
artifacts:
  files: []
  secondary-artifacts:
    One: {files: [both.txt]}
    Two: {files: [buildspec.yml]}
";
    yard.put("p/app", &zip(&[("buildspec.yml", spec)]));
    yard.put("p/extra", &zip(&[("extra.txt", "extra")]));
    pipeline_project(&yard);
    let artifact = |name: &str| json!({"name": name, "bucket": "goods", "key": format!("p/out/{name}"), "kmsKeyArn": yard.key});
    let id = yard.start(json!({
        "pipelineName": "delivery", "sourceVersion": "abc123",
        "pipelineSource": [{"name": "App", "bucket": "goods", "key": "p/app"}, {"name": "Extra", "bucket": "goods", "key": "p/extra"}],
        "pipelineArtifacts": [artifact("One"), artifact("Two")],
    }));
    let build = yard.finish(&id);
    assert_eq!(build["buildStatus"], "SUCCEEDED", "{build:#}\n{}", yard.log(&build));
    assert_eq!((build["initiator"].as_str(), build["resolvedSourceVersion"].as_str()), (Some("codepipeline/delivery"), Some("abc123")));
    let (answer, bytes) = yard.get("p/out/One");
    assert_eq!(answer["SSEKMSKeyId"], json!(yard.key));
    assert_eq!(unzip(&bytes, "both.txt"), "extra");
    assert_eq!(unzip(&yard.get("p/out/Two").1, "buildspec.yml"), spec);
}

#[test]
fn only_pipelines_start_a_pipelines_project() {
    let yard = Yard::new(ALL);
    pipeline_project(&yard);
    let refused = yard.world.call(Some(&yard.admin), "codebuild:StartBuild", json!({"projectName": "shop"})).unwrap_err();
    assert_eq!(refused.code, "InvalidInputException");
}

#[test]
fn what_is_not_done_is_refused_by_name() {
    let yard = Yard::new(ALL);
    let environment = |more: Value| {
        let mut all = json!({"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"environment": all})
    };
    let cases = [
        (environment(json!({"type": "WINDOWS_CONTAINER"})), "environment type WINDOWS_CONTAINER"),
        (environment(json!({"fleet": {"fleetArn": "arn:f"}})), "environment.fleet"),
        (json!({"badgeEnabled": true}), "badgeEnabled"),
        (json!({"fileSystemLocations": [{"type": "EFS"}]}), "fileSystemLocations"),
        (json!({"vpcConfig": {"vpcId": "vpc-1"}}), "vpcConfig"),
    ];
    for (more, named) in cases {
        let mut input = json!({
            "name": "shop", "serviceRole": ROLE, "artifacts": {"type": "NO_ARTIFACTS"},
            "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2\nphases: {}\n"},
            "environment": {"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"},
        });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let refused = yard.world.call(Some(&yard.admin), "codebuild:CreateProject", input).unwrap_err();
        assert_eq!(refused.status, 501, "{refused}");
        assert!(refused.message.contains(named), "{refused}");
    }
}

#[test]
fn a_role_that_does_not_trust_codebuild_makes_no_project() {
    let yard = Yard::new(ALL);
    let input = json!({
        // The trust names the project `shop`.
        "name": "other", "serviceRole": ROLE, "artifacts": {"type": "NO_ARTIFACTS"},
        "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2\nphases: {}\n"},
        "environment": {"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"},
    });
    let refused = yard.world.call(Some(&yard.admin), "codebuild:CreateProject", input).unwrap_err();
    assert!(refused.message.starts_with("CodeBuild is not authorized to perform: sts:AssumeRole"), "{refused}");
}
