//! Builds that really run, through a real gate.
#![allow(clippy::disallowed_methods, reason = "tests look at folders")]

mod batches;
mod bounds;
mod ends;
mod fetched;
mod hand_over;
mod left;
mod sources;
mod yard;

use serde_json::json;
use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};
use yard::{ALL, ISOLATED, Yard, helper, unzip, zip};

#[test]
fn a_build_takes_its_source_from_s3_and_seals_its_artifact() {
    let yard = Yard::new(ALL);
    let spec = "version: 0.2
env:
  exported-variables: [GREETING]
  variables: {WHO: world}
phases:
  install:
    commands: [cd sub, export GREETING=\"hello $WHO\"]
  build:
    commands:
      - pwd
      - |
        echo \"$GREETING\" > out.txt
        exit 0
      - ln -s /etc/passwd leak.txt; ln -s out.txt fine.txt
artifacts:
  base-directory: sub
  files: ['*.txt']
";
    yard.put("in/source.zip", &zip(&[("buildspec.yml", spec), ("sub/a.txt", "a")]));
    yard.project(json!({
        "source": {"type": "S3", "location": "goods/in/source.zip"},
        "artifacts": {"type": "S3", "location": "goods", "path": "out", "namespaceType": "BUILD_ID", "name": "shop.zip", "packaging": "ZIP"},
        "encryptionKey": yard.key,
    }));
    let id = yard.start(json!({}));
    let build = yard.finish(&id);
    let log = yard.log(&build);
    assert_eq!(build["buildStatus"], "SUCCEEDED", "{build:#}\n{log}");
    assert_eq!(build["buildNumber"], 1);
    assert_eq!(build["currentPhase"], "COMPLETED");
    assert_eq!(build["exportedEnvironmentVariables"], json!([{"name": "GREETING", "value": "hello world"}]));
    let kinds: Vec<&str> = build["phases"].as_array().unwrap().iter().map(|p| p["phaseType"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        [
            "SUBMITTED",
            "QUEUED",
            "PROVISIONING",
            "DOWNLOAD_SOURCE",
            "INSTALL",
            "PRE_BUILD",
            "BUILD",
            "POST_BUILD",
            "UPLOAD_ARTIFACTS",
            "FINALIZING",
            "COMPLETED"
        ]
    );
    assert!(log.contains("/src/sub\n") && log.contains(" Running command pwd\n"), "{log}");
    assert!(log.contains("Phase complete: BUILD State: SUCCEEDED\n"), "{log}");
    assert!(log.contains("Left out sub/leak.txt"), "{log}");
    let uuid = id.split(':').next_back().unwrap();
    let (answer, bytes) = yard.get(&format!("out/{uuid}/shop.zip"));
    assert_eq!(answer["ServerSideEncryption"], "aws:kms");
    assert_eq!(answer["SSEKMSKeyId"], json!(yard.key));
    assert_eq!(unzip(&bytes, "out.txt"), "hello world\n");
    assert_eq!(unzip(&bytes, "fine.txt"), "hello world\n");
    assert_eq!(unzip(&bytes, "a.txt"), "a");
    assert!(archive::read_file(std::io::Cursor::new(&bytes), "leak.txt", 99).is_err());
}

#[test]
fn the_environment_is_what_aws_gives_and_where_installations_go() {
    let yard = Yard::new(ALL);
    yard.inline("version: 0.2\nphases:\n  build:\n    commands:\n      - echo names $(env -u _ env | grep -o '^[A-Z_0-9]*=' | sort | tr -d '\\n')\n      - echo \"$WHO at $CODEBUILD_BUILD_NUMBER $CODEBUILD_BUILD_SUCCEEDING $AWS_REGION\"\n");
    let id = yard.start(json!({"environmentVariablesOverride": [{"name": "WHO", "value": "it's me"}]}));
    let build = yard.finish(&id);
    let log = yard.log(&build);
    let expected = "names AWS_CONTAINER_CREDENTIALS_FULL_URI=AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=AWS_DEFAULT_REGION=AWS_REGION=CI=CODEBUILD_BUILD_ARN=\
        CODEBUILD_BUILD_ID=CODEBUILD_BUILD_IMAGE=CODEBUILD_BUILD_NUMBER=CODEBUILD_BUILD_SUCCEEDING=CODEBUILD_CI=CODEBUILD_INITIATOR=CODEBUILD_LOG_PATH=\
        CODEBUILD_PROJECT_ARN=CODEBUILD_SRC_DIR=CODEBUILD_START_TIME=HOME=LANG=\
        NPM_CONFIG_PREFIX=OLDPWD=PATH=PIP_BREAK_SYSTEM_PACKAGES=PWD=WHO=\n";
    assert!(log.contains(expected) || log.contains(&expected.replace("OLDPWD=", "")), "{log}");
    assert!(log.contains("\nit's me at 1 1 us-east-1\n"), "{log}");
}

#[test]
fn programs_get_the_roles_credentials_and_the_trail_does_not() {
    let yard = Yard::new(ALL);
    yard.inline("version: 0.2\nphases:\n  build:\n    commands:\n      - curl -sS \"http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI\" | tr ',' '\\n' | grep -E 'RoleArn|AccessKeyId'\n      - curl -sS -o /dev/null -w 'guessed %{http_code}' http://169.254.170.2/v2/credentials/00000000-0000-0000-0000-000000000000\n");
    let id = yard.start(json!({}));
    yard.world.records();
    let build = yard.finish(&id);
    let log = yard.log(&build);
    assert!(log.contains("\"RoleArn\":\"arn:aws:iam::111111111111:role/Build\"") && log.contains("\"AccessKeyId\":\"ASIA"), "{log}");
    assert!(log.contains("guessed 404"), "{log}");
    let records = yard.world.records();
    let text = records.iter().map(|r| serde_json::to_string(&**r).unwrap()).collect::<String>();
    assert!(text.contains("AWSCodeBuild-") && !text.contains("SecretAccessKey\":\"A"), "{text}");
}

/// Answers every connection with the build's ARN, and tells when it is done.
struct Echo(Mutex<mpsc::Sender<()>>);

impl codebuild::Endpoint for Echo {
    fn serve(&self, listener: TcpListener, build_arn: &str) {
        while let Ok((mut stream, _)) = listener.accept() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{build_arn}", build_arn.len());
        }
        self.0.lock().unwrap().send(()).unwrap();
    }
}

#[test]
fn the_endpoint_is_reached_from_inside_and_let_go_at_the_end() {
    let yard = Yard::new(ALL);
    yard.inline("version: 0.2\nphases:\n  build:\n    commands: ['echo from $(curl -sS \"$AWS_ENDPOINT_URL\")']\n");
    let id = yard.start(json!({}));
    let (done, ended) = mpsc::channel();
    yard.engine_serving(ISOLATED, helper(), Some(Arc::new(Echo(Mutex::new(done))))).run_due().unwrap();
    let log = yard.log(&yard.build(&id));
    assert!(log.contains(&format!("\nfrom arn:aws:codebuild:us-east-1:111111111111:build/{id}\n")), "{log}");
    ended.recv_timeout(Duration::from_secs(5)).unwrap();
}
