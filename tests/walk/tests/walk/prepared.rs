//! The world of an example: what was called before, and one who makes the call, with the rights that a test gives.

use crate::cases::{Case, services};
use base::Timestamp;
use gate::{CalledBy, Decided};
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{Arc, Mutex},
};
use testworld::{Credentials, MANAGEMENT, World};
use workload::{Backend, Helper, Level};

pub const ACCOUNT: &str = "111111111111";
/// Who makes the examples' calls.
const WALKER: &str = "Walker";

/// Its sandboxes end before a build's first command, so that every build faults: examples need builds, not their work.
fn runner(folder: &Path) -> codebuild::Runner {
    let backend = Backend::Isolated { minimum: Level::RootNoUserNs };
    codebuild::Runner { backend, runtime_dir: folder.to_path_buf(), endpoint: None, ca_bundle: None }
}

/// `"$0/Role/Arn"` becomes the member `/Role/Arn` of the first answer.
fn filled(value: &Value, answers: &[Value]) -> Value {
    match value {
        Value::String(text) => {
            let reference = text.strip_prefix('$').and_then(|rest| rest.split_once('/'));
            let found = reference.and_then(|(n, path)| answers.get(n.parse::<usize>().ok()?)?.pointer(&format!("/{path}")));
            found.cloned().unwrap_or_else(|| value.clone())
        }
        Value::Array(items) => items.iter().map(|v| filled(v, answers)).collect(),
        Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), filled(v, answers))).collect(),
        other => other.clone(),
    }
}

/// A world that is ready for an example's call. Two of the same operation are alike, down to the ids that are made.
pub struct Prepared {
    pub world: World,
    pub operation: String,
    pub by: CalledBy,
    pub input: Value,
    pub body: Option<Vec<u8>>,
    /// Who makes the call. None: nobody does.
    pub walker: Option<Credentials>,
    /// Who may do everything in the walker's account.
    pub admin: Credentials,
    /// The walker's ARN.
    pub principal: String,
    pub decided: Arc<Mutex<Vec<Decided>>>,
    _folder: tempfile::TempDir,
}

impl Prepared {
    /// The world in which the example's call can be made; its caller has no rights yet.
    pub fn new(case: &Case) -> Result<Self, String> {
        Self::build(case, true)
    }

    /// The same without the calls before: a world in which the example's call finds nothing.
    pub fn bare(case: &Case) -> Result<Self, String> {
        Self::build(case, false)
    }

    fn build(case: &Case, ready: bool) -> Result<Self, String> {
        let (name, example) = (case.name(), &case.example);
        let world = World::repeatable(services(), &[ACCOUNT]);
        let admin = match example.by {
            CalledBy::Management => world.operator().clone(),
            _ => world.administrator(ACCOUNT),
        };
        let mut engine = durable::Engine::new(world.gate.clone());
        let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
        cloudformation::workflows(&mut engine);
        codebuild::workflows_with(&mut engine, runner(folder.path()), Helper::at("/bin/false"));
        codepipeline::workflows(&mut engine);
        iam::workflows(&mut engine);
        if name.starts_with("codecommit:") {
            codecommit::GitServer::new(world.gate.clone(), folder.path().join("git")).map_err(|e| e.to_string())?;
        }
        let mut answers = Vec::new();
        for before in example.before.iter().filter(|_| ready) {
            let call = before.operation;
            let input = filled(&before.input, &answers);
            let request = world.request(Some(&admin), call, input, before.body.map(<[u8]>::to_vec));
            let answer = world.gate.call_blocking(&request).map_err(|e| format!("before it, {call}: {e}"))?;
            answers.push(answer.output);
            engine.run_due().map_err(|e| format!("work after {call}: {e}"))?;
        }
        let (walker, principal) = walker(&world, &admin, example.by);
        let decided: Arc<Mutex<Vec<Decided>>> = Arc::default();
        let seen = decided.clone();
        world.gate.watch_decisions(move |one| seen.lock().unwrap().push(one.clone()));
        Ok(Self {
            input: filled(&example.input, &answers),
            body: example.body.map(<[u8]>::to_vec),
            by: example.by,
            operation: name,
            world,
            walker,
            admin,
            principal,
            decided,
            _folder: folder,
        })
    }

    /// Gives the walker these statements, and no others.
    pub fn allow(&self, statements: &[Value]) {
        let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        let (call, member) = match self.by {
            CalledBy::Nobody => return,
            CalledBy::User => ("iam:PutUserPolicy", "UserName"),
            CalledBy::Role | CalledBy::Management => ("iam:PutRolePolicy", "RoleName"),
        };
        let input = json!({member: WALKER, "PolicyName": "Rights", "PolicyDocument": document});
        self.world.call(Some(&self.admin), call, input).unwrap_or_else(|e| panic!("{}: {e}: {document}", self.operation));
    }

    /// The world's time.
    pub fn now(&self) -> Timestamp {
        base::Clock::now(&*self.world.clock)
    }
}

fn walker(world: &World, admin: &Credentials, by: CalledBy) -> (Option<Credentials>, String) {
    let made = |call: &str, input: Value| world.call(Some(admin), call, input).unwrap_or_else(|e| panic!("{call}: {e}"));
    let account = if by == CalledBy::Management { MANAGEMENT } else { ACCOUNT };
    match by {
        CalledBy::Nobody => (None, "anonymous".into()),
        CalledBy::User => {
            made("iam:CreateUser", json!({"UserName": WALKER}));
            let key = made("iam:CreateAccessKey", json!({"UserName": WALKER}))["AccessKey"].clone();
            let text = |member: &str| key[member].as_str().unwrap().to_owned();
            let secret_access_key = base::Secret::new(text("SecretAccessKey"));
            let credentials = Credentials { access_key_id: text("AccessKeyId"), secret_access_key, session_token: None };
            (Some(credentials), format!("arn:aws:iam::{account}:user/{WALKER}"))
        }
        CalledBy::Role | CalledBy::Management => {
            let trust = json!({"Version": "2012-10-17",
                "Statement": {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}});
            let role = made("iam:CreateRole", json!({"RoleName": WALKER, "AssumeRolePolicyDocument": trust.to_string()}));
            let session = world.assume(admin, role["Role"]["Arn"].as_str().unwrap()).unwrap();
            (Some(session), format!("arn:aws:sts::{account}:assumed-role/{WALKER}/test"))
        }
    }
}
