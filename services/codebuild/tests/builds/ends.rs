//! How builds end when they do not end well.

use crate::yard::{ALL, ISOLATED, Yard, helper, phase};
use serde_json::{Value, json};
use std::{
    thread,
    time::{Duration, Instant},
};
use workload::{Backend, Helper};

#[test]
fn a_failing_command_is_told_and_post_build_runs() {
    let yard = Yard::new(ALL);
    yard.inline("version: 0.2\nphases:\n  build:\n    commands: [echo one, 'false', echo never]\n    finally: [echo at last]\n  post_build:\n    commands: ['echo succeeding=$CODEBUILD_BUILD_SUCCEEDING']\n");
    let build = yard.finish(&yard.start(json!({})));
    let log = yard.log(&build);
    assert_eq!(build["buildStatus"], "FAILED");
    let expected = "COMMAND_EXECUTION_ERROR Error while executing command: false. Reason: exit status 1";
    assert_eq!(phase(&build, "BUILD"), ("FAILED".into(), expected.into()));
    assert_eq!(phase(&build, "POST_BUILD").0, "SUCCEEDED");
    assert!(log.contains("\nat last\n") && log.contains("\nsucceeding=0\n") && !log.contains("\nnever\n"), "{log}");
}

#[test]
fn a_failed_install_ends_the_build() {
    let yard = Yard::new(ALL);
    yard.inline("version: 0.2\nphases:\n  install:\n    commands: [exit 7]\n  build:\n    commands: [echo never]\n");
    let build = yard.finish(&yard.start(json!({})));
    assert_eq!(phase(&build, "INSTALL").1, "COMMAND_EXECUTION_ERROR Error while executing command: exit 7. Reason: exit status 7");
    assert!(build["phases"].as_array().unwrap().iter().all(|p| p["phaseType"] != "BUILD"), "{build:#}");
}

#[test]
fn a_wrong_buildspec_is_told_with_its_line() {
    let yard = Yard::new(ALL);
    yard.inline("version: 0.2\nphases:\n  bild:\n    commands: [a]\n");
    let build = yard.finish(&yard.start(json!({})));
    let (status, context) = phase(&build, "DOWNLOAD_SOURCE");
    assert_eq!(status, "FAILED");
    assert!(context.starts_with("YAML_FILE_ERROR YAML error in the project's buildspec, line 3,"), "{context}");
}

#[test]
fn a_denied_artifact_shows_awss_message() {
    let yard = Yard::new(r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"logs:*","Resource":"*"}}"#);
    yard.project(json!({
        "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2\nphases:\n  build:\n    commands: [echo x > x]\nartifacts:\n  files: [x]\n"},
        "artifacts": {"type": "S3", "location": "goods", "name": "x.zip", "packaging": "ZIP"},
    }));
    let build = yard.finish(&yard.start(json!({})));
    assert_eq!(build["buildStatus"], "FAILED");
    let (status, context) = phase(&build, "UPLOAD_ARTIFACTS");
    assert_eq!(status, "FAILED");
    assert!(
        context.starts_with("CLIENT_ERROR AccessDenied: User: arn:aws:sts::111111111111:assumed-role/Build/AWSCodeBuild-"),
        "{context}"
    );
    assert!(context.contains("is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::goods/x.zip because"), "{context}");
}

#[test]
fn a_build_that_may_not_log_does_not_run() {
    let yard = Yard::new(r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#);
    yard.inline("version: 0.2\nphases:\n  build:\n    commands: [echo x]\n");
    let build = yard.finish(&yard.start(json!({})));
    let (status, context) = phase(&build, "PROVISIONING");
    assert_eq!((build["buildStatus"].as_str().unwrap(), status.as_str()), ("FAILED", "FAILED"));
    assert!(context.starts_with("ACCESS_DENIED") && context.contains("logs:CreateLogStream"), "{context}");
}

#[test]
fn without_a_sandbox_nothing_runs() {
    let yard = Yard::new(ALL);
    yard.inline("version: 0.2\nphases:\n  build:\n    commands: [echo x]\n");
    let id = yard.start(json!({}));
    yard.engine(ISOLATED, Helper::at("/bin/false")).run_due().unwrap();
    let build = yard.build(&id);
    assert_eq!(build["buildStatus"], "FAULT");
    assert!(phase(&build, "PROVISIONING").1.contains("--workload unconfined"), "{build:#}");
}

#[test]
fn unconfined_builds_find_their_credentials_too() {
    let yard = Yard::new(ALL);
    yard.inline("version: 0.2\nphases:\n  build:\n    commands: ['curl -sS \"$AWS_CONTAINER_CREDENTIALS_FULL_URI\" | grep -o role/Build', 'cd /; pwd']\n");
    let id = yard.start(json!({}));
    yard.engine(Backend::Unconfined, helper()).run_due().unwrap();
    let build = yard.build(&id);
    let log = yard.log(&build);
    assert_eq!(build["buildStatus"], "SUCCEEDED", "{log}");
    assert!(log.contains("\nrole/Build\n"), "{log}");
}

/// Starts a build that hangs, does something to it once its command runs, and gives what became of it.
fn interrupt(what: impl Fn(&Yard, &str)) -> Value {
    let yard = Yard::new(ALL);
    yard.inline("version: 0.2\nphases:\n  build:\n    commands: [sleep 600]\n");
    let id = yard.start(json!({"timeoutInMinutesOverride": 5}));
    let running = yard.engine(ISOLATED, helper()).start(|what, error| panic!("{what}: {error}"));
    let begun = Instant::now();
    let wait = |done: &dyn Fn(&Value) -> bool| {
        loop {
            let build = yard.build(&id);
            if done(&build) {
                return build;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{build:#}");
            thread::sleep(Duration::from_millis(20));
        }
    };
    wait(&|build| build["currentPhase"] == "BUILD");
    what(&yard, &id);
    let build = wait(&|build| build["buildComplete"] == true);
    running.stop(Duration::from_secs(5));
    build
}

#[test]
fn stopping_kills_the_programs() {
    let build = interrupt(|yard, id| drop(yard.call("codebuild:StopBuild", json!({"id": id}))));
    assert_eq!(build["buildStatus"], "STOPPED");
    assert_eq!(phase(&build, "BUILD").0, "STOPPED");
}

#[test]
fn a_build_that_takes_too_long_is_killed() {
    let build = interrupt(|yard, _| yard.world.clock.advance(Duration::from_secs(301)));
    assert_eq!(build["buildStatus"], "TIMED_OUT");
    assert_eq!(phase(&build, "BUILD"), ("TIMED_OUT".into(), "BUILD_TIMED_OUT Build has timed out.".into()));
}
