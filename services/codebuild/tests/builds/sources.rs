//! Where builds take their sources from, and where artifacts go.

use crate::yard::{ALL, Yard, phase, unzip, zip};
use serde_json::{Value, json};

const SPEC: &str = "version: 0.2
phases:
  build:
    commands:
      - cat hello.txt \"$CODEBUILD_SRC_DIR_lib/lib.txt\" > both.txt
artifacts:
  files: [both.txt]
  name: named-$WHO-$(echo shell)
  secondary-artifacts:
    docs:
      files: ['**/*.md']
      discard-paths: yes
";

#[test]
fn folders_and_secondary_sources_become_named_and_secondary_artifacts() {
    let yard = Yard::new(ALL);
    yard.put("src/app/buildspec.yml", SPEC.as_bytes());
    yard.put("src/app/hello.txt", b"hello ");
    yard.put("src/app/deep/a.md", b"# a");
    yard.put("lib.zip", &zip(&[("lib.txt", "lib")]));
    yard.project(json!({
        "source": {"type": "S3", "location": "goods/src/app/"},
        "secondarySources": [{"type": "S3", "location": "goods/lib.zip", "sourceIdentifier": "lib"}],
        "artifacts": {"type": "S3", "location": "goods", "path": "out", "packaging": "ZIP", "overrideArtifactName": true},
        "secondaryArtifacts": [{"type": "S3", "location": "goods", "artifactIdentifier": "docs", "path": "papers", "name": "/"}],
    }));
    let id = yard.start(json!({"environmentVariablesOverride": [{"name": "WHO", "value": "me"}]}));
    let build = yard.finish(&id);
    assert_eq!(build["buildStatus"], "SUCCEEDED", "{build:#}\n{}", yard.log(&build));
    let (answer, bytes) = yard.get("out/named-me-shell");
    assert_eq!(unzip(&bytes, "both.txt"), "hello lib");
    assert_eq!(answer["Metadata"]["codebuild-buildarn"], build["arn"]);
    assert_eq!(build["artifacts"]["location"], "arn:aws:s3:::goods/out/named-me-shell");
    assert_eq!(build["artifacts"]["sha256sum"], answer["Metadata"]["codebuild-content-sha256"]);
    assert_eq!(yard.get("papers/a.md").1, b"# a");
    assert_eq!(build["secondaryArtifacts"][0]["artifactIdentifier"], "docs");
    assert_eq!(build["secondaryArtifacts"][0]["location"], "arn:aws:s3:::goods/papers");
}

#[test]
fn a_buildspec_may_lie_in_a_bucket_and_its_log_may_go_there() {
    let yard = Yard::new(ALL);
    yard.put("specs/b.yml", b"version: 0.2\nphases: {build: {commands: [echo from the bucket]}}\n");
    yard.project(json!({
        "source": {"type": "NO_SOURCE", "buildspec": "arn:aws:s3:::goods/specs/b.yml"},
        "logsConfig": {"cloudWatchLogs": {"status": "DISABLED"}, "s3Logs": {"status": "ENABLED", "location": "goods/logs"}},
    }));
    let id = yard.start(json!({}));
    let build = yard.finish(&id);
    assert_eq!(build["buildStatus"], "SUCCEEDED", "{build:#}");
    let uuid = id.rsplit(':').next().unwrap();
    assert_eq!(build["logs"]["s3LogsArn"], format!("arn:aws:s3:::goods/logs/{uuid}.gz"));
    let (_, bytes) = yard.get(&format!("logs/{uuid}.gz"));
    assert_eq!(bytes[..2], [0x1f, 0x8b]);
}

#[test]
fn caches_live_from_one_build_to_the_next() {
    let yard = Yard::new(ALL);
    let spec = "version: 0.2
phases:
  build:
    commands:
      - cat kept/n 2>/dev/null || echo nothing kept
      - cat /root/.tool/n 2>/dev/null || echo nothing outside
      - mkdir -p kept /root/.tool; echo inside > kept/n; echo outside > /root/.tool/n
cache:
  key: tool-$(codebuild-hash-files lock)
  fallback-keys: [tool-]
  paths: ['kept/**/*', '/root/.tool/**/*']
";
    let source = |lock: &str| zip(&[("buildspec.yml", spec), ("lock", lock)]);
    yard.put("in.zip", &source("1"));
    yard.project(json!({"source": {"type": "S3", "location": "goods/in.zip"}, "cache": {"type": "S3", "location": "goods/cache"}}));
    let run = || {
        let build = yard.finish(&yard.start(json!({})));
        assert_eq!(build["buildStatus"], "SUCCEEDED", "{build:#}");
        yard.log(&build)
    };
    let first = run();
    assert!(first.contains("\nnothing kept\n") && first.contains("Successfully uploaded cache"), "{first}");
    let second = run();
    assert!(second.contains("\ninside\n") && second.contains("\noutside\n"), "{second}");
    assert!(!second.contains("Successfully uploaded cache"), "{second}");
    yard.put("in.zip", &source("2"));
    let other = run();
    assert!(other.contains("\ninside\n") && other.contains("Successfully uploaded cache"), "{other}");
    yard.call("codebuild:InvalidateProjectCache", json!({"projectName": "shop"}));
    assert!(run().contains("\nnothing kept\n"));
}

#[test]
fn a_runtime_that_is_missing_is_told() {
    let yard = Yard::new(ALL);
    yard.inline("version: 0.2\nphases: {install: {runtime-versions: {cobol: 85}}}\n");
    let build = yard.finish(&yard.start(json!({})));
    let (status, context) = phase(&build, "DOWNLOAD_SOURCE");
    assert_eq!(status, "FAILED");
    assert!(context.starts_with("YAML_FILE_ERROR Unknown runtime named 'cobol'"), "{context}");
}

#[test]
fn a_project_runs_no_more_builds_at_once_than_it_may() {
    let yard = Yard::new(ALL);
    yard.project(json!({"concurrentBuildLimit": 1}));
    let call = |input: Value| yard.world.call(Some(&yard.admin), "codebuild:StartBuild", input);
    let first = call(json!({"projectName": "shop", "idempotencyToken": "t"})).unwrap();
    let same = call(json!({"projectName": "shop", "idempotencyToken": "t"})).unwrap();
    assert_eq!(first["build"]["id"], same["build"]["id"]);
    let other = call(json!({"projectName": "shop", "idempotencyToken": "t", "sourceVersion": "x"})).unwrap_err();
    assert!(other.message.contains("Parameter mismatch"), "{other}");
    assert_eq!(call(json!({"projectName": "shop"})).unwrap_err().code, "AccountLimitExceededException");
    yard.finish(first["build"]["id"].as_str().unwrap());
    call(json!({"projectName": "shop"})).unwrap();
}
