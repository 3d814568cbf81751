//! A delivery across two accounts, in memory: a bundle from a bucket, a person, and a site in production.
#![allow(dead_code, reason = "each test uses a part of it")]

use durable::Engine;
use gate::Error;
use serde_json::{Value, json};
use std::io::Cursor;
use testworld::{Credentials, World};

pub const DEV: &str = "111111111111";
pub const PROD: &str = "333333333333";
pub const PIPELINE_ROLE: &str = "arn:aws:iam::111111111111:role/Pipeline";
pub const DEPLOY_ROLE: &str = "arn:aws:iam::333333333333:role/Deploy";

pub struct Delivery {
    pub world: World,
    pub engine: Engine,
    pub dev: Credentials,
    pub prod: Credentials,
    pub key: String,
}

pub fn world() -> (World, Engine) {
    let services = vec![
        iam::service(),
        sts::service(),
        kms::service(),
        s3::service(),
        cloudformation::service(),
        codecommit::service(),
        codepipeline::service(),
    ];
    let world = World::new(services, &[DEV, PROD]);
    let mut engine = Engine::new(world.gate.clone());
    cloudformation::workflows(&mut engine);
    codepipeline::workflows(&mut engine);
    kms::workflows(&mut engine);
    (world, engine)
}

pub fn kind(category: &str, provider: &str) -> Value {
    json!({"category": category, "owner": "AWS", "provider": provider, "version": "1"})
}

fn statement(sid: &str, actions: &[&str], resources: &[&str]) -> Value {
    json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources})
}

fn policy(statements: &[Value]) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

const BUCKET_CHECKS: [&str; 3] = ["s3:GetBucketVersioning", "s3:GetBucketAcl", "s3:GetBucketLocation"];

/// The pipeline's rights, but for the statement `without`.
fn pipeline_statements(key: &str, without: &str) -> Vec<Value> {
    let all = [
        statement("CheckSource", &BUCKET_CHECKS, &["arn:aws:s3:::source"]),
        statement("ReadSource", &["s3:GetObject"], &["arn:aws:s3:::source/*"]),
        statement("WriteArtifacts", &["s3:PutObject"], &["arn:aws:s3:::artifacts/*"]),
        statement("Encrypt", &["kms:GenerateDataKey"], &[key]),
        statement("Deploy", &["sts:AssumeRole"], &[DEPLOY_ROLE]),
    ];
    all.into_iter().filter(|s| s["Sid"] != without).collect()
}

fn deploy_statements(key: &str, without: &str) -> Vec<Value> {
    let all = [
        statement("ReadArtifacts", &["s3:GetObject"], &["arn:aws:s3:::artifacts/*"]),
        statement("Decrypt", &["kms:Decrypt"], &[key]),
        statement("CheckSite", &BUCKET_CHECKS, &["arn:aws:s3:::site"]),
        statement("WriteSite", &["s3:PutObject"], &["arn:aws:s3:::site/*"]),
    ];
    all.into_iter().filter(|s| s["Sid"] != without).collect()
}

pub fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = archive::Builder::new(Cursor::new(Vec::new()));
    for (path, text) in files {
        zip.add_file(path, 0o644, &mut text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

impl Delivery {
    /// The accounts, ready for the pipeline.
    pub fn new() -> Self {
        let (world, engine) = world();
        let (dev, prod) = (world.administrator(DEV), world.administrator(PROD));
        let mut delivery = Self { world, engine, dev, prod, key: String::new() };
        let (dev, prod) = (delivery.dev.clone(), delivery.prod.clone());
        delivery.role(&dev, "Pipeline", json!({"Service": "codepipeline.amazonaws.com"}));
        delivery.role(&prod, "Deploy", json!({"AWS": PIPELINE_ROLE}));
        let key_policy = policy(&[
            json!({"Effect": "Allow", "Principal": {"AWS": DEV}, "Action": "kms:*", "Resource": "*"}),
            json!({"Effect": "Allow", "Principal": {"AWS": DEPLOY_ROLE}, "Action": "kms:Decrypt", "Resource": "*"}),
        ]);
        let made = delivery.ok(&dev, "kms:CreateKey", json!({"Policy": key_policy}));
        delivery.key = made["KeyMetadata"]["Arn"].as_str().unwrap().into();
        for bucket in ["source", "artifacts"] {
            delivery.ok(&dev, "s3:CreateBucket", json!({"Bucket": bucket}));
        }
        delivery.ok(&prod, "s3:CreateBucket", json!({"Bucket": "site"}));
        delivery.ok(&dev, "s3:PutBucketVersioning", json!({"Bucket": "source", "VersioningConfiguration": {"Status": "Enabled"}}));
        delivery.share_artifacts();
        delivery.grant("");
        delivery.push("first");
        delivery
    }

    pub fn role(&self, admin: &Credentials, name: &str, trusted: Value) {
        let trust = policy(&[json!({"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"})]);
        self.ok(admin, "iam:CreateRole", json!({"RoleName": name, "AssumeRolePolicyDocument": trust}));
    }

    pub fn share_artifacts(&self) {
        let document = policy(&[
            json!({"Effect": "Allow", "Principal": {"AWS": DEPLOY_ROLE}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::artifacts/*"}),
        ]);
        self.ok(&self.dev, "s3:PutBucketPolicy", json!({"Bucket": "artifacts", "Policy": document}));
    }

    /// Gives both roles their rights, but for the statement `without`.
    pub fn grant(&self, without: &str) {
        let put = |admin: &Credentials, role: &str, statements: Vec<Value>| {
            self.ok(admin, "iam:PutRolePolicy", json!({"RoleName": role, "PolicyName": "main", "PolicyDocument": policy(&statements)}));
        };
        put(&self.dev, "Pipeline", pipeline_statements(&self.key, without));
        put(&self.prod, "Deploy", deploy_statements(&self.key, without));
    }

    pub fn push(&self, page: &str) {
        self.push_files(&[("index.html", page), ("css/site.css", "body {}")]);
    }

    pub fn push_files(&self, files: &[(&str, &str)]) {
        self.world.send(&self.dev, "s3:PutObject", json!({"Bucket": "source", "Key": "bundle.zip"}), &zipped(files)).unwrap();
    }

    /// One more inline policy of a role.
    pub fn also(&self, admin: &Credentials, role: &str, statements: Value) {
        let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        self.ok(admin, "iam:PutRolePolicy", json!({"RoleName": role, "PolicyName": "more", "PolicyDocument": document}));
    }

    pub fn pipeline(&self, poll: bool) -> Value {
        let mut source = json!({"S3Bucket": "source", "S3ObjectKey": "bundle.zip"});
        if !poll {
            source["PollForSourceChanges"] = json!("false");
        }
        json!({
            "name": "shop",
            "roleArn": PIPELINE_ROLE,
            "artifactStore": {"type": "S3", "location": "artifacts", "encryptionKey": {"id": self.key, "type": "KMS"}},
            "stages": [
                {"name": "Source", "actions": [{
                    "name": "Bundle", "actionTypeId": kind("Source", "S3"), "configuration": source,
                    "outputArtifacts": [{"name": "Bundle"}], "namespace": "SourceVariables",
                }]},
                {"name": "Approve", "actions": [{"name": "Person", "actionTypeId": kind("Approval", "Manual"), "configuration": {"CustomData": "#{SourceVariables.VersionId}"}}]},
                {"name": "Prod", "actions": [{
                    "name": "Site", "actionTypeId": kind("Deploy", "S3"), "configuration": {"BucketName": "site", "Extract": "true"},
                    "inputArtifacts": [{"name": "Bundle"}], "roleArn": DEPLOY_ROLE,
                }]},
            ],
        })
    }

    /// The same pipeline of type V2, with changes.
    pub fn v2(&self, change: impl FnOnce(&mut Value)) -> Value {
        let mut pipeline = self.pipeline(false);
        pipeline["pipelineType"] = json!("V2");
        change(&mut pipeline);
        pipeline
    }

    pub fn declare(&self, pipeline: &Value) {
        self.ok(&self.dev, "codepipeline:CreatePipeline", json!({"pipeline": pipeline}));
        self.run();
    }

    /// Starts an execution and lets it run as far as it goes; its id.
    pub fn start(&self) -> String {
        self.world.clock.advance(std::time::Duration::from_secs(1));
        let admin = self.world.administrator(DEV);
        let started = self.ok(&admin, "codepipeline:StartPipelineExecution", json!({"name": "shop"}));
        self.run();
        started["pipelineExecutionId"].as_str().unwrap().into()
    }

    /// All statuses, newest first.
    pub fn statuses(&self) -> Vec<String> {
        self.executions().iter().map(|e| e["status"].as_str().unwrap().to_string()).collect()
    }

    pub fn stage(&self, stage: usize) -> Value {
        self.state()["stageStates"][stage].clone()
    }

    /// Makes the pipeline and lets it run as far as it goes.
    pub fn create(&self) {
        self.ok(&self.dev, "codepipeline:CreatePipeline", json!({"pipeline": self.pipeline(false)}));
        self.run();
    }

    pub fn run(&self) {
        self.engine.run_due().unwrap();
    }

    #[track_caller]
    pub fn ok(&self, who: &Credentials, operation: &str, input: Value) -> Value {
        self.world.call(Some(who), operation, input).unwrap_or_else(|e| panic!("{operation}: {e}"))
    }

    #[track_caller]
    pub fn fails(&self, who: &Credentials, operation: &str, input: Value) -> Error {
        match self.world.call(Some(who), operation, input) {
            Ok(answer) => panic!("{operation} was done: {answer}"),
            Err(error) => error,
        }
    }

    pub fn state(&self) -> Value {
        // Sessions end while clocks are moved on.
        let admin = self.world.administrator(DEV);
        self.ok(&admin, "codepipeline:GetPipelineState", json!({"name": "shop"}))
    }

    /// The latest run of a stage's only action.
    pub fn action(&self, stage: usize) -> Value {
        self.state()["stageStates"][stage]["actionStates"][0]["latestExecution"].clone()
    }

    pub fn executions(&self) -> Vec<Value> {
        let admin = self.world.administrator(DEV);
        let list = self.ok(&admin, "codepipeline:ListPipelineExecutions", json!({"pipelineName": "shop"}));
        list["pipelineExecutionSummaries"].as_array().unwrap().clone()
    }

    pub fn answer(&self, status: &str) -> Value {
        json!({
            "pipelineName": "shop", "stageName": "Approve", "actionName": "Person",
            "result": {"summary": "seen", "status": status}, "token": self.action(1)["token"],
        })
    }

    pub fn approve(&self) {
        let admin = self.world.administrator(DEV);
        self.ok(&admin, "codepipeline:PutApprovalResult", self.answer("Approved"));
        self.run();
    }

    pub fn page(&self) -> Option<String> {
        let admin = self.world.administrator(PROD);
        self.world
            .receive(&admin, "s3:GetObject", json!({"Bucket": "site", "Key": "index.html"}))
            .ok()
            .map(|(_, bytes)| String::from_utf8(bytes).unwrap())
    }
}
