//! What pipelines hand over, and what projects are refused.

use crate::yard::{ALL, ROLE, Yard, unzip, zip};
use base64::{Engine, engine::general_purpose::STANDARD};
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
    // Both are told of, by what lies there; the service alone has signed.
    let told = yard.call("codebuild:GetBuildProvenance", json!({"id": id}));
    let statement = statement(&yard, &told["statements"][0]);
    let names: Vec<&str> = statement.subject.iter().map(|subject| subject.name.as_str()).collect();
    assert_eq!(names, ["s3://goods/p/out/One", "s3://goods/p/out/Two"]);
    let sha256 = provenance::sha256(&bytes[..]).unwrap();
    assert_eq!(statement.subject[0].digest["sha256"], sha256);
    assert_eq!(yard.call("codebuild:GetBuildProvenance", json!({"sha256": sha256}))["statements"][0]["buildId"], json!(id));
    let forging = json!({"KeyId": "alias/aws/codebuild", "Message": "eA==", "SigningAlgorithm": "ECDSA_SHA_256"});
    assert!(yard.world.call(Some(&yard.admin), "kms:Sign", forging).unwrap_err().is_denied());
}

/// What was signed, if the account's key did.
fn statement(yard: &Yard, told: &Value) -> provenance::Statement {
    let key = yard.call("kms:GetPublicKey", json!({"KeyId": "alias/aws/codebuild"}));
    let key = STANDARD.decode(key["PublicKey"].as_str().unwrap()).unwrap();
    let envelope: provenance::Envelope = serde_json::from_value(told["envelope"].clone()).unwrap();
    envelope.verified(&key).unwrap()
}

#[test]
fn every_file_of_a_folder_is_told_of() {
    let yard = Yard::new(ALL);
    let spec = "version: 0.2\nphases: {build: {commands: [echo a > a.txt, echo b > b.txt]}}\nartifacts: {files: ['*.txt']}\n";
    yard.project(json!({
        "source": {"type": "NO_SOURCE", "buildspec": spec},
        "artifacts": {"type": "S3", "location": "goods", "name": "out"},
    }));
    let id = yard.start(json!({}));
    let build = yard.finish(&id);
    assert_eq!(build["buildStatus"], "SUCCEEDED", "{build:#}\n{}", yard.log(&build));
    let told = yard.call("codebuild:GetBuildProvenance", json!({"sha256": provenance::sha256(&b"a\n"[..]).unwrap()}));
    let statement = statement(&yard, &told["statements"][0]);
    let names: Vec<&str> = statement.subject.iter().map(|subject| subject.name.as_str()).collect();
    assert_eq!(names, ["s3://goods/out/a.txt", "s3://goods/out/b.txt"]);
    let taken = &statement.predicate.build_definition.resolved_dependencies;
    assert_eq!((taken[0].name.as_str(), taken[0].digest["sha256"].clone()), ("buildspec", provenance::sha256(spec.as_bytes()).unwrap()));
}

#[test]
fn a_source_that_the_pipeline_has_checked_is_taken_or_nothing() {
    let yard = Yard::new(ALL);
    pipeline_project(&yard);
    yard.put("p/app", &zip(&[("buildspec.yml", "version: 0.2\nphases: {}\n")]));
    let source = json!([{"name": "App", "bucket": "goods", "key": "p/app", "sha256": "00"}]);
    let build = yard.finish(&yard.start(json!({"pipelineName": "delivery", "pipelineSource": source})));
    assert_eq!(build["buildStatus"], "FAILED");
    assert!(build["phases"].to_string().contains("it was replaced"), "{build:#}");
}

#[test]
fn only_pipelines_start_a_pipelines_project() {
    let yard = Yard::new(ALL);
    pipeline_project(&yard);
    let refused = yard.world.call(Some(&yard.admin), "codebuild:StartBuild", json!({"projectName": "shop"})).unwrap_err();
    assert_eq!(refused.code, "InvalidInputException");
}

#[test]
fn a_pipeline_takes_over_a_project_of_any_source() {
    let yard = Yard::new(ALL);
    let spec = "version: 0.2\nphases: {build: {commands: [cp given.txt made.txt]}}\nartifacts: {files: [made.txt]}\n";
    yard.put("p/app", &zip(&[("given.txt", "given")]));
    yard.project(json!({
        "source": {"type": "S3", "location": "goods/of/its/own.zip", "buildspec": spec},
        "secondarySources": [{"type": "S3", "location": "goods/another.zip", "sourceIdentifier": "another"}],
        "artifacts": {"type": "S3", "location": "goods", "name": "out", "packaging": "ZIP"},
    }));
    let id = yard.start(json!({
        "pipelineName": "delivery", "pipelineSource": [{"name": "App", "bucket": "goods", "key": "p/app"}],
        "pipelineArtifacts": [{"name": "Made", "bucket": "goods", "key": "p/made", "kmsKeyArn": yard.key}],
    }));
    let build = yard.finish(&id);
    assert_eq!(build["buildStatus"], "SUCCEEDED", "{build:#}\n{}", yard.log(&build));
    assert_eq!(build["source"]["type"], "CODEPIPELINE");
    assert_eq!(unzip(&yard.get("p/made").1, "made.txt"), "given");
    let refused = yard.world.call(Some(&yard.admin), "codebuild:StartBuild", json!({"projectName": "shop", "pipelineName": "delivery"}));
    assert!(refused.unwrap_err().message.contains("pipelineSource"));
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
