//! A gate with repositories behind a plain HTTP listener, and the real git in front of it.
#![allow(dead_code, reason = "each test uses its part of the world")]
#![allow(clippy::disallowed_methods, reason = "tests own their processes and files")]

mod http;

use base::{AccountId, Region, Secret};
use codecommit::GitServer;
use gate::{Answer, Error, Gate, GateBuilder, OperatorKey, Proof, Record, Request, RequestContext, SignedRequest};
use serde_json::{Value, json};
use std::{
    io,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{Arc, Mutex, atomic::AtomicUsize},
};
use tempfile::TempDir;
use wire::sigv4::{Credentials, PayloadHash, RequestParts, parse_authorization, sign};

pub const ACCOUNT: &str = "111111111111";
pub const REGION: &str = "us-east-1";

/// Done once, when the body of a push has been read to its end.
pub type Hook = Box<dyn FnOnce() -> io::Result<()> + Send>;

#[derive(Clone)]
pub struct World {
    pub gate: Gate,
    pub server: GitServer,
    pub operator: Credentials,
    pub folder: Arc<TempDir>,
    pub at_end_of_push: Arc<Mutex<Option<Hook>>>,
    /// Requests that came compressed.
    pub compressed: Arc<AtomicUsize>,
    records: Arc<Mutex<Vec<Arc<Record>>>>,
    port: u16,
}

pub fn account() -> AccountId {
    ACCOUNT.parse().unwrap()
}

fn credentials(id: &str, secret: &str) -> Credentials {
    Credentials { access_key_id: id.into(), secret_access_key: Secret::new(secret.into()), session_token: None }
}

pub fn context(gate: &Gate) -> RequestContext {
    let request_id = base::uuid(&**gate.entropy());
    RequestContext {
        request_id,
        source_ip: "127.0.0.1".into(),
        user_agent: "git/2".into(),
        secure_transport: true,
        region: Region::new(REGION),
        source_arn: None,
        transport: gate::Transport::default(),
    }
}

pub fn gate(store: store::Store, blobs: store::Blobs) -> (Gate, Credentials) {
    let mut builder = GateBuilder::new(store, blobs, &[7; 32], Region::new(REGION), account());
    for service in [codecommit::service(), iam::service(), kms::service(), s3::service(), sts::service()] {
        builder = builder.register(service).unwrap();
    }
    let gate = builder.build().unwrap();
    let key = OperatorKey { id: "AKIAOPERATOR00000000".into(), secret: Secret::new("operator's secret".into()) };
    gate.found(account(), None, &key).unwrap();
    (gate, credentials(&key.id, key.secret.expose()))
}

/// A signed call, with its whole answer.
pub fn answer(gate: &Gate, who: &Credentials, operation: &str, input: Value) -> Result<Answer, Error> {
    let (service, name) = operation.split_once(':').unwrap();
    let mut headers = ::http::HeaderMap::new();
    headers.insert("host", ::http::HeaderValue::from_static("localhost"));
    let hash = wire::sigv4::hex_sha256(b"body");
    sign("POST", "/", &mut headers, who, (service, REGION), gate.clock().now(), PayloadHash::Hex(hash.clone())).unwrap();
    let parts = RequestParts { method: "POST", path_and_query: "/", headers: &headers };
    let authorization = parse_authorization(parts).unwrap().unwrap();
    let proof = Proof::SigV4(Box::new(SignedRequest {
        authorization,
        method: "POST".into(),
        target: "/".into(),
        headers,
        body_sha256: Some(hash),
    }));
    gate.call_blocking(&Request {
        proof,
        service: service.into(),
        operation: name.into(),
        input: Ok(input),
        body: None,
        context: context(gate),
    })
}

impl World {
    pub fn new() -> Self {
        Self::over(store::Store::memory(), store::Blobs::memory())
    }

    pub fn over(store: store::Store, blobs: store::Blobs) -> Self {
        let (gate, operator) = gate(store, blobs);
        let folder = Arc::new(TempDir::new().unwrap());
        let server = GitServer::new(gate.clone(), folder.path().join("runtime")).unwrap();
        let records = Arc::new(Mutex::new(Vec::new()));
        let seen = records.clone();
        gate.watch(move |record| seen.lock().unwrap().push(record.clone()));
        let mut world =
            Self { gate, server, operator, folder, at_end_of_push: Arc::default(), compressed: Arc::default(), records, port: 0 };
        world.port = http::listen(world.clone());
        world
    }

    pub fn call(&self, who: &Credentials, operation: &str, input: Value) -> Result<Value, Error> {
        answer(&self.gate, who, operation, input).map(|a| a.output)
    }

    #[track_caller]
    pub fn ok(&self, operation: &str, input: Value) -> Value {
        self.call(&self.operator, operation, input).unwrap_or_else(|e| panic!("{operation}: {e}"))
    }

    #[track_caller]
    pub fn fails(&self, operation: &str, input: Value) -> String {
        match self.call(&self.operator, operation, input) {
            Ok(output) => panic!("{operation} was done: {output}"),
            Err(error) => error.code.into_owned(),
        }
    }

    pub fn repository(&self, name: &str) -> Value {
        self.ok("codecommit:CreateRepository", json!({"repositoryName": name}))["repositoryMetadata"].clone()
    }

    pub fn tip(&self, repository: &str, branch: &str) -> Option<String> {
        let answer = self.call(&self.operator, "codecommit:GetBranch", json!({"repositoryName": repository, "branchName": branch}));
        answer.ok().map(|a| a["branch"]["commitId"].as_str().unwrap().to_owned())
    }

    /// A user with one policy of these statements.
    pub fn user(&self, name: &str, statements: Value) -> Credentials {
        self.ok("iam:CreateUser", json!({"UserName": name}));
        self.policy(name, statements);
        let key = self.ok("iam:CreateAccessKey", json!({"UserName": name}))["AccessKey"].clone();
        credentials(key["AccessKeyId"].as_str().unwrap(), key["SecretAccessKey"].as_str().unwrap())
    }

    pub fn policy(&self, user: &str, statements: Value) {
        let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        self.ok("iam:PutUserPolicy", json!({"UserName": user, "PolicyName": "main", "PolicyDocument": document}));
    }

    pub fn records(&self, action: &str) -> Vec<Arc<Record>> {
        self.records.lock().unwrap().iter().filter(|r| r.action == action).cloned().collect()
    }

    pub fn url(&self, repository: &str) -> String {
        format!("http://127.0.0.1:{}/v1/repos/{repository}", self.port)
    }

    /// git in `folder` (below the world's), as `who` of `repository`.
    pub fn git_as(&self, who: &Credentials, repository: &str, folder: &Path, arguments: &[&str]) -> Output {
        let password =
            wire::git::password(&who.secret_access_key, "127.0.0.1", &format!("/v1/repos/{repository}"), REGION, self.gate.clock().now());
        let helper = format!("credential.helper=!f() {{ echo username={}; echo password={}; }}; f", who.access_key_id, password.expose());
        let mut command = Command::new("git");
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.folder.path()).current_dir(folder);
        command.envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_TERMINAL_PROMPT", "0"), ("LC_ALL", "C")]);
        for name in ["AUTHOR", "COMMITTER"] {
            command.envs([(format!("GIT_{name}_NAME"), "Ann"), (format!("GIT_{name}_EMAIL"), "ann@example.com")]);
        }
        command.args(["-c", &helper, "-c", "init.defaultBranch=main", "-c", "advice.detachedHead=false"]).args(arguments).output().unwrap()
    }

    #[track_caller]
    pub fn git(&self, repository: &str, folder: &Path, arguments: &[&str]) -> String {
        let output = self.git_as(&self.operator, repository, folder, arguments);
        assert!(output.status.success(), "git {arguments:?}: {}", text(&output.stderr));
        text(&output.stdout).trim().to_owned()
    }

    /// A new clone of the repository.
    #[track_caller]
    pub fn clone_of(&self, repository: &str, name: &str) -> PathBuf {
        self.git(repository, self.folder.path(), &["clone", "-q", &self.url(repository), name]);
        self.folder.path().join(name)
    }

    /// Writes a file and commits it. Gives the commit's id.
    #[track_caller]
    pub fn commit(&self, clone: &Path, file: &str, content: &[u8]) -> String {
        std::fs::write(clone.join(file), content).unwrap();
        self.git("", clone, &["add", "--all"]);
        self.git("", clone, &["commit", "-q", "-m", file]);
        self.git("", clone, &["rev-parse", "HEAD"])
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
