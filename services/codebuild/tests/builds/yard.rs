//! A world with a bucket, a key, a role and a project, and an engine whose builds run in real sandboxes.

use codebuild::{Endpoint, Runner};
use durable::Engine;
use serde_json::{Value, json};
use std::{io::Cursor, sync::Arc};
use testworld::{Credentials, World};
use workload::{Backend, Helper, Level};

pub const ACCOUNT: &str = "111111111111";
pub const ROLE: &str = "arn:aws:iam::111111111111:role/Build";
pub const ALL: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["logs:*","s3:*","kms:*"],"Resource":"*"}}"#;
pub const ISOLATED: Backend = Backend::Isolated { minimum: Level::RootNoUserNs };

pub struct Yard {
    pub world: World,
    pub admin: Credentials,
    pub key: String,
    folder: tempfile::TempDir,
    /// What builds may have at most, and where they may go.
    pub ceilings: workload::Ceilings,
    pub egress: Option<Arc<dyn codebuild::Egress>>,
}

pub fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = archive::Builder::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        builder.add_file(name, 0o644, &mut text.as_bytes()).unwrap();
    }
    builder.finish().unwrap().into_inner()
}

pub fn unzip(bytes: &[u8], name: &str) -> String {
    String::from_utf8(archive::read_file(Cursor::new(bytes), name, 1 << 20).unwrap()).unwrap()
}

impl Yard {
    /// The role of builds has this policy.
    pub fn new(policy: &str) -> Self {
        let services = vec![
            codebuild::service(),
            iam::service(),
            kms::service(),
            logs::service(),
            s3::service(),
            secretsmanager::service(),
            ssm::service(),
            sts::service(),
        ];
        let world = World::new(services, &[ACCOUNT]);
        let admin = world.administrator(ACCOUNT);
        let call = |operation: &str, input: Value| world.call(Some(&admin), operation, input).unwrap();
        let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"codebuild.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:codebuild:us-east-1:111111111111:project/shop"}}}}"#;
        call("iam:CreateRole", json!({"RoleName": "Build", "AssumeRolePolicyDocument": trust}));
        call("iam:PutRolePolicy", json!({"RoleName": "Build", "PolicyName": "p", "PolicyDocument": policy}));
        call("s3:CreateBucket", json!({"Bucket": "goods"}));
        let key = call("kms:CreateKey", json!({}))["KeyMetadata"]["Arn"].as_str().unwrap().to_string();
        Self { admin: admin.clone(), key, folder: tempfile::tempdir().unwrap(), world, ceilings: Default::default(), egress: None }
    }

    pub fn call(&self, operation: &str, input: Value) -> Value {
        self.world.call(Some(&self.admin), operation, input).unwrap_or_else(|e| panic!("{operation}: {e}"))
    }

    pub fn put(&self, key: &str, bytes: &[u8]) {
        self.world.send(&self.admin, "s3:PutObject", json!({"Bucket": "goods", "Key": key}), bytes).unwrap();
    }

    pub fn get(&self, key: &str) -> (Value, Vec<u8>) {
        self.world.receive(&self.admin, "s3:GetObject", json!({"Bucket": "goods", "Key": key})).unwrap()
    }

    pub fn project(&self, more: Value) {
        let mut input = json!({
            "name": "shop", "serviceRole": ROLE,
            "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2\nphases: {}\n"},
            "artifacts": {"type": "NO_ARTIFACTS"},
            "environment": {"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"},
        });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.call("codebuild:CreateProject", input);
    }

    /// A project whose buildspec is its own, without artifacts.
    pub fn inline(&self, buildspec: &str) {
        self.project(json!({"source": {"type": "NO_SOURCE", "buildspec": buildspec}}));
    }

    pub fn start(&self, input: Value) -> String {
        let mut full = json!({"projectName": "shop"});
        full.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
        self.call("codebuild:StartBuild", full)["build"]["id"].as_str().unwrap().to_string()
    }

    pub fn engine(&self, backend: Backend, helper: Helper) -> Engine {
        self.engine_serving(backend, helper, None)
    }

    pub fn engine_serving(&self, backend: Backend, helper: Helper, endpoint: Option<Arc<dyn Endpoint>>) -> Engine {
        let mut engine = Engine::new(self.world.gate.clone());
        let runner = Runner {
            backend,
            runtime_dir: self.folder.path().to_path_buf(),
            endpoint,
            ca_bundle: None,
            ceilings: self.ceilings.clone(),
            egress: self.egress.clone(),
            hosts: None,
        };
        codebuild::workflows_with(&mut engine, runner, helper);
        kms::workflows(&mut engine);
        engine
    }

    /// Runs all that is due, and describes the build.
    pub fn finish(&self, id: &str) -> Value {
        self.engine(ISOLATED, helper()).run_due().unwrap();
        let left: Vec<_> = std::fs::read_dir(self.folder.path().join("builds")).into_iter().flatten().collect();
        assert!(left.is_empty(), "workspaces were left: {left:?}");
        self.build(id)
    }

    pub fn build(&self, id: &str) -> Value {
        self.call("codebuild:BatchGetBuilds", json!({"ids": [id]}))["builds"][0].clone()
    }

    /// The build's log, as text.
    pub fn log(&self, build: &Value) -> String {
        let place =
            json!({"logGroupName": build["logs"]["groupName"], "logStreamName": build["logs"]["streamName"], "startFromHead": true});
        let events = self.call("logs:GetLogEvents", place)["events"].clone();
        events.as_array().unwrap().iter().map(|e| e["message"].as_str().unwrap()).collect()
    }
}

pub fn helper() -> Helper {
    Helper::at(env!("CARGO_BIN_EXE_codebuild-sandbox"))
}

/// A phase's status and first context.
pub fn phase(build: &Value, kind: &str) -> (String, String) {
    let phases = build["phases"].as_array().unwrap();
    let found = phases.iter().find(|p| p["phaseType"] == kind).unwrap_or_else(|| panic!("no {kind} in {build:#}"));
    let context = &found["contexts"][0];
    let text = |v: &Value| v.as_str().unwrap_or_default().to_string();
    (text(&found["phaseStatus"]), format!("{} {}", text(&context["statusCode"]), text(&context["message"])).trim().to_string())
}
